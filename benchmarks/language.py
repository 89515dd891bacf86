"""Speed of the embedded language model: latency of answers, decoding beside llama.cpp, memory, a question from scratch.

    python -m benchmarks.language [--peer llama.cpp] [--peer-python PYTHON] [--peer-file FILE] [--shop DIR]
                                  [--rounds N] [--answers N] [--threads N] [--transformers] [--json FILE]

- answers: the prompts of every n-th authored answer; first token, whole answer.
- steps: one token after another without guessing ahead, and a prompt of 512 tokens; the peer and, with --transformers,
  the same weights in bfloat16 through transformers read the same tokens in turn, round by round, so that whatever else
  the machine does falls on all alike. A ratio is the median over the rounds of the rounds' ratios.
- with --shop: held-out questions to the whole assistant, and `retail-assistant ask` in a new process.

The peer needs `pip install llama-cpp-python`, in this environment or in one of its own that --peer-python names. It
reads the same merged weights, written as Q8_0 by the `gguf` package's own quantiser (token vectors too).
docs/language-speed.md holds what was measured.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assistant.language.chat import Prompt, Usage
from assistant.language.prompts import compact_answer

PROMPT, STEPS = 512, 24  # tokens
Figures = dict[str, float]
# prompt, count -> seconds of the prompt, seconds of each step, ids
Run = Callable[[list[int], int], tuple[float, list[float], list[int]]]


def main() -> None:
    """Reads the arguments, measures, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", choices=["llama.cpp"], help="measure this beside it")
    parser.add_argument("--peer-python", default=sys.executable, help="the Python that has llama-cpp-python")
    parser.add_argument("--peer-file", type=Path, help="keep the peer's weights here; a file that is there is used")
    parser.add_argument("--transformers", action="store_true", help="measure bfloat16 through transformers beside it")
    parser.add_argument("--shop", type=Path, help="ask this shop's assistant too")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--answers", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    import torch

    torch.set_num_threads(given.threads)
    figures: dict[str, Figures] = {"answers": answers(given.answers)}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures["answers"]["peak_megabytes"] = memory
    with tempfile.TemporaryDirectory() as folder:
        runs: dict[str, Run] = {"ours": ours()}
        if given.transformers:
            runs["transformers bfloat16"] = transformers_bfloat16()
        if given.peer:
            runs["llama.cpp Q8_0"] = llama_cpp(
                given.peer_python, given.peer_file or Path(folder) / "model.gguf", given.threads
            )
        figures |= rounds(runs, given.rounds)
    if given.shop:
        figures["assistant"] = whole_assistant(given.shop, given.answers)
        figures["new process"] = new_process(given.shop)
    for name, values in figures.items():
        print(f"{name:24}" + "  ".join(f"{key} {value:.3f}" for key, value in values.items()))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def answers(count: int) -> Figures:
    """Latency of written answers, the model warm."""
    from assistant.language.embedded_model import embedded_model
    from assistant.training.language_data import ANSWERS_FILE

    model = embedded_model()
    lines = ANSWERS_FILE.read_text(encoding="utf-8").splitlines()
    firsts, wholes, rates, tokens = [], [], [], []
    for line in ["", *lines[:: max(len(lines) // count, 1)]]:
        said = json.loads(line or lines[0])
        messages = compact_answer(said["role"], said["message"], said["facts"])
        usage, first = Usage(), 0.0
        started = time.perf_counter()
        for _ in model.stream(Prompt("answer", messages, max_tokens=140), usage):
            first = first or time.perf_counter() - started
        whole = time.perf_counter() - started
        if line:  # the first one warms up
            firsts.append(first)
            wholes.append(whole)
            rates.append((usage.completion - 1) / max(whole - first, 1e-9))
            tokens.append(usage.prompt)
    return (
        _percentiles("first_token_seconds", firsts)
        | _percentiles("whole_seconds", wholes)
        | {"tokens_per_second": statistics.median(rates), "prompt_tokens": statistics.median(tokens)}
    )


def rounds(runs: dict[str, Run], count: int) -> dict[str, Figures]:
    """Each run's prompt and steps, and their ratios, round by round."""
    chance = np.random.default_rng(7)
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in runs}
    same: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(count + 1):
        long = chance.integers(100, 40_000, PROMPT).tolist()
        words = _prompt_ids(turn)
        written: dict[str, list[int]] = {}
        for name, run in runs.items():
            prompt_seconds, _, _ = run(long, 0)
            _, steps, written[name] = run(words, STEPS)
            if turn:  # the first round warms up
                taken[name].append((prompt_seconds, statistics.median(steps), min(steps)))
        for name, ids in written.items():
            same[name].append(float(np.mean([a == b for a, b in zip(ids, written["ours"], strict=True)])))
    figures = {}
    for name, pairs in taken.items():
        prompts, steps, best = zip(*pairs, strict=True)
        figures[name] = {
            "tokens_per_second": 1 / statistics.median(steps),
            "best_tokens_per_second": 1 / min(best),
            "prompt_512_ms": 1000 * statistics.median(prompts),
            "best_prompt_512_ms": 1000 * min(prompts),
            "same_tokens": statistics.mean(same[name]),
        }
        if name != "ours":
            ratios = [
                (theirs[1] / mine[1], theirs[0] / mine[0]) for mine, theirs in zip(taken["ours"], pairs, strict=True)
            ]
            figures[name]["ours_times_faster_steps"] = statistics.median(ratio for ratio, _ in ratios)
            figures[name]["ours_times_faster_prompt"] = statistics.median(ratio for _, ratio in ratios)
    return figures


def _prompt_ids(turn: int) -> list[int]:
    from assistant.language.embedded_model import PackedText
    from assistant.language.weights import SHIPPED_ADAPTER, prepared_weights

    text = PackedText(prepared_weights(SHIPPED_ADAPTER if SHIPPED_ADAPTER.exists() else None), 2)
    facts = [
        f"Revenue in November 2011 was £{turn},128,406.72.",
        "That is 9.1 % more than in October.",
        "From 1 to 30 November.",
    ]
    messages = compact_answer("manager", "what was our revenue in november 2011, against the month before?", facts)
    return text.ids([{"role": each.role, "content": each.content} for each in messages], None, reply=True)


def ours() -> Run:
    """The model as it serves."""
    from assistant.language.embedded_model import embedded_model

    return _by_reader(embedded_model()._decoder._reader)


def transformers_bfloat16() -> Run:
    """The same weights through transformers."""
    import torch

    from assistant.language.transformers_reader import TransformersReader
    from assistant.language.weights import BASE_NAME, SHIPPED_ADAPTER, load_base, merge

    model, _ = load_base()
    if SHIPPED_ADAPTER.exists():
        merge(model, SHIPPED_ADAPTER, BASE_NAME)
    return _by_reader(TransformersReader(model.to(torch.bfloat16).eval()))


def _by_reader(reader: Any) -> Run:
    import torch

    @torch.inference_mode()
    def run(prompt: list[int], count: int) -> tuple[float, list[float], list[int]]:
        started = time.perf_counter()
        reader.begin(prompt, 0)
        ids = [int(reader.read(prompt, 1)[-1].argmax())]
        prompt_seconds, steps = time.perf_counter() - started, []
        for _ in range(count):
            started = time.perf_counter()
            ids.append(int(reader.read(ids[-1:], 1)[-1].argmax()))
            steps.append(time.perf_counter() - started)
        return prompt_seconds, steps, ids

    return run


def llama_cpp(python: str, file: Path, threads: int) -> Run:
    """The peer, on the same weights."""
    from benchmarks.q8_file import write_q8

    if not file.exists():
        write_q8(file)
    script = Path(__file__).with_name("llama_cpp_peer.py")
    process = subprocess.Popen(
        [python, str(script), str(file), str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    asking, answering = process.stdin, process.stdout

    def run(prompt: list[int], count: int) -> tuple[float, list[float], list[int]]:
        asking.write(json.dumps({"prompt": prompt, "count": count}) + "\n")
        asking.flush()
        told = json.loads(answering.readline())
        return told["prompt_seconds"], told["step_seconds"], told["ids"]

    return run


def whole_assistant(shop_folder: Path, count: int) -> Figures:
    """Held-out questions of managers to the assistant of a shop, first turns only."""
    import random

    from assistant.conversation import start
    from assistant.safety import Limits
    from assistant.shop import open_shop
    from assistant.training.phrasings import fill, read_entities, read_phrasings

    with open_shop(shop_folder) as shop:
        roles = {tool.name: tool.roles for tool in shop.toolbox.tools.values()}
        entities, chance = read_entities(), random.Random(7)
        held_out = [each for each in read_phrasings(roles) if each.split == "test" and "manager" in each.roles]
        firsts, wholes = [], []
        for place, phrasing in enumerate([held_out[0], *held_out[:: max(len(held_out) // count, 1)]]):
            said = fill(phrasing, entities, chance)[0].text
            answer = start(shop, "manager", None, Limits(rate=None)).ask(said)
            if place:
                firsts.append(answer.first_token_seconds or answer.total_seconds)
                wholes.append(answer.total_seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return _percentiles("first_word_seconds", firsts) | _percentiles("whole_seconds", wholes) | {"peak_megabytes": peak}


def new_process(shop_folder: Path) -> Figures:
    """One question in a new process, three times."""
    command = [sys.executable, "-m", "assistant.cli", "ask", "What was our revenue last month?", "--as", "manager"]
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([*command, "--shop", str(shop_folder)], check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    return {"seconds": statistics.median(seconds), "best_seconds": min(seconds)}


def _percentiles(name: str, values: list[float]) -> Figures:
    return {f"{name}_p50": float(np.percentile(values, 50)), f"{name}_p95": float(np.percentile(values, 95))}


if __name__ == "__main__":
    main()
