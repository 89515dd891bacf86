"""Speed of the embedded language model: latency of answers, decoding beside llama.cpp, memory, a question from scratch.

    python -m benchmarks.language [--peer llama.cpp] [--peer-python PYTHON] [--peer-file FILE] [--shop DIR]
                                  [--rounds N] [--answers N] [--threads N] [--transformers] [--json FILE]

- answers: the prompts of every n-th authored answer; first token, whole answer.
- served: whole answers to the same prompts beside the peer's, both guessing words from the prompt and both keeping what
  prompts begin with; the peer guesses few words and many.
- steps: one token after another without guessing ahead, and a prompt of 512 tokens; the peer and, with --transformers,
  the same weights in bfloat16 through transformers read the same tokens in turn, round by round, so that whatever else
  the machine does falls on all alike. A ratio is the median over the rounds of the rounds' ratios.
- with --shop: held-out questions to the whole assistant, and `retail-assistant ask` in a new process.

CPU seconds are of all cores: on a machine that others use, too, they say more than the wall's.

The peer needs `pip install llama-cpp-python`, in this environment or in one of its own that --peer-python names. It
reads the same merged weights, written as Q8_0 by the `gguf` package's own quantiser (token vectors too).
docs/language-speed.md holds what was measured.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assistant.language.chat import ChatModel, Prompt, Usage
from assistant.language.prompts import compact_answer
from assistant.messages import Message
from benchmarks.language_runs import GUESSES, LlamaCpp, Ours, Run, Taken, transformers_bfloat16

PROMPT, STEPS, MOST = 512, 24, 140  # tokens
Figures = dict[str, float]


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
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command line sets it
    import torch

    torch.set_num_threads(given.threads)
    mine = Ours()
    figures: dict[str, Figures] = {"answers": answers(mine.model, given.answers)}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures["answers"]["peak_megabytes"] = memory
    with tempfile.TemporaryDirectory() as folder:
        runs: dict[str, Run] = {"ours": mine}
        if given.transformers:
            runs["transformers bfloat16"] = transformers_bfloat16()
        if given.peer:
            peer = LlamaCpp(given.peer_python, given.peer_file or Path(folder) / "model.gguf", given.threads)
            runs["llama.cpp Q8_0"] = peer
            figures |= as_served(mine, peer, given.answers)
        figures |= rounds(runs, given.rounds)
    if given.shop:
        figures["assistant"] = whole_assistant(given.shop, given.answers)
        figures["new process"] = new_process(given.shop)
    for name, values in figures.items():
        print(f"{name:32}" + "  ".join(f"{key} {value:.3f}" for key, value in values.items()))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def answers(model: ChatModel, count: int) -> Figures:
    """Latency of written answers, the model warm."""
    firsts, wholes, rates, tokens = [], [], [], []
    for turn, messages in enumerate(_authored(count)):
        usage, first = Usage(), 0.0
        started = time.perf_counter()
        for _ in model.stream(Prompt("answer", messages, max_tokens=MOST), usage):
            first = first or time.perf_counter() - started
        whole = time.perf_counter() - started
        if turn:  # the first one warms up
            firsts.append(first)
            wholes.append(whole)
            rates.append((usage.completion - 1) / max(whole - first, 1e-9))
            tokens.append(usage.prompt)
    return (
        _percentiles("first_token_seconds", firsts)
        | _percentiles("whole_seconds", wholes)
        | {"tokens_per_second": statistics.median(rates), "prompt_tokens": statistics.median(tokens)}
    )


def _authored(count: int) -> Iterator[tuple[Message, ...]]:
    """What is asked for every n-th authored answer; the first one twice, to warm up."""
    from assistant.training.language_data import ANSWERS_FILE

    lines = ANSWERS_FILE.read_text(encoding="utf-8").splitlines()
    for line in [lines[0], *lines[:: max(len(lines) // count, 1)]]:
        said = json.loads(line)
        yield tuple(compact_answer(said["role"], said["message"], said["facts"]))


def rounds(runs: dict[str, Run], count: int) -> dict[str, Figures]:
    """Each run's prompt and steps, and their ratios, round by round."""
    chance = np.random.default_rng(7)
    prompts: dict[str, list[float]] = {name: [] for name in runs}
    taken: dict[str, list[Taken]] = {name: [] for name in runs}
    for turn in range(count + 1):
        long = chance.integers(100, 40_000, PROMPT).tolist()
        words = _prompt_ids(turn)
        for name, run in runs.items():
            read, steps = run(long, 0), run(words, STEPS)
            if turn:  # the first round warms up
                prompts[name].append(read.first)
                taken[name].append(steps)
    figures = {}
    for name, rows in taken.items():
        steps_of = [statistics.median(each.steps) for each in rows]
        cpu_of = [statistics.median(each.cpu) for each in rows]
        figures[name] = {
            "tokens_per_second": 1 / statistics.median(steps_of),
            "best_tokens_per_second": 1 / min(min(each.steps) for each in rows),
            "step_cpu_ms": 1000 * statistics.median(cpu_of),
            "prompt_512_ms": 1000 * statistics.median(prompts[name]),
            "best_prompt_512_ms": 1000 * min(prompts[name]),
            "same_tokens": _same(rows, taken["ours"]),
        }
        if name != "ours":
            mine = taken["ours"]
            figures[name] |= {
                "ours_times_faster_steps": _ratio(steps_of, [statistics.median(each.steps) for each in mine]),
                "ours_times_less_cpu": _ratio(cpu_of, [statistics.median(each.cpu) for each in mine]),
                "ours_times_faster_prompt": _ratio(prompts[name], prompts["ours"]),
            }
    return figures


def as_served(ours: Ours, peer: LlamaCpp, count: int) -> dict[str, Figures]:
    """Whole answers to the authored prompts, words guessed from the prompt by both, turn by turn."""
    mine: list[Taken] = []
    theirs: dict[int, list[Taken]] = {guess: [] for guess in GUESSES}
    for turn, messages in enumerate(_authored(count)):
        prompt, fixed = ours.model._ids(Prompt("answer", messages, max_tokens=MOST), None)
        stop = min(ours.model._decoder._stop_ids)
        answer = ours.answer(prompt, fixed, MOST)
        others = {guess: peer.answer(prompt, MOST, stop, guess) for guess in GUESSES}
        if turn:  # the first one warms up
            mine.append(answer)
            for guess, other in others.items():
                theirs[guess].append(other)
    figures = {"served: ours": _served(mine, mine)}
    for guess, rows in theirs.items():
        name = f"served: llama.cpp, {guess} guessed"
        figures[name] = _served(rows, mine) | {
            "ours_times_faster": _ratio([_whole(each) for each in rows], [_whole(each) for each in mine]),
            "ours_times_faster_after_first": _ratio([each.steps[0] for each in rows], [each.steps[0] for each in mine]),
            "ours_times_less_cpu": _ratio([each.cpu[0] for each in rows], [each.cpu[0] for each in mine]),
        }
    return figures


def _served(rows: list[Taken], mine: list[Taken]) -> Figures:
    return {
        "tokens_per_second": statistics.median((len(each.ids) - 1) / max(each.steps[0], 1e-9) for each in rows),
        "cpu_ms_per_token": 1000 * sum(each.cpu[0] for each in rows) / max(sum(len(each.ids) - 1 for each in rows), 1),
        "first_seconds": statistics.median(each.first for each in rows),
        "whole_seconds": statistics.median(_whole(each) for each in rows),
        "same_answers": statistics.mean(each.ids == other.ids for each, other in zip(rows, mine, strict=True)),
    }


def _whole(taken: Taken) -> float:
    return taken.first + sum(taken.steps)


def _ratio(theirs: list[float], mine: list[float]) -> float:
    """The median over the turns of what theirs took for each second of ours."""
    return statistics.median(other / own for other, own in zip(theirs, mine, strict=True))


def _same(rows: list[Taken], mine: list[Taken]) -> float:
    pairs = [pair for row, own in zip(rows, mine, strict=True) for pair in zip(row.ids, own.ids, strict=True)]
    return statistics.mean(one == other for one, other in pairs)


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
