"""llama.cpp as a peer of `benchmarks.language`: a process that reads the same tokens and says how long it took.

    python benchmarks/llama_cpp_peer.py MODEL.gguf THREADS

Reads JSON lines and answers each with {"first_seconds", "step_seconds": [...], "step_cpu_seconds": [...], "ids"}:

- {"prompt": [ids], "count": n}: the prompt and n single steps;
- {"prompt": [ids], "most": n, "stop": id, "guess": k}: a whole answer as it would serve, what an earlier prompt began
  with kept, k words guessed from the prompt at once (`LlamaPromptLookupDecoding`); one "step" from the first token on.

Needs llama-cpp-python alone, so that it can run in an environment of its own.
"""

import json
import sys
import time
from typing import Any


class Peer:
    """The model, once for single steps and once for each number of words to guess."""

    def __init__(self, file: str, threads: int) -> None:
        """Takes a GGUF file; nothing is loaded yet."""
        self._settings = {"n_ctx": 2048, "n_threads": threads, "n_threads_batch": threads, "verbose": False}
        self._file = file
        self._models: dict[int, Any] = {}

    def steps(self, prompt: list[int], count: int) -> dict[str, Any]:
        """A prompt and single steps."""
        model = self._model(0)
        model.reset()
        started = time.perf_counter()
        model.eval(prompt)
        ids = [model.sample(temp=0.0, repeat_penalty=1.0)]
        first, steps, cpu = time.perf_counter() - started, [], []
        for _ in range(count):
            started, cpu_started = time.perf_counter(), time.process_time()
            model.eval(ids[-1:])
            ids.append(model.sample(temp=0.0, repeat_penalty=1.0))
            steps.append(time.perf_counter() - started)
            cpu.append(time.process_time() - cpu_started)
        return {"first_seconds": first, "step_seconds": steps, "step_cpu_seconds": cpu, "ids": ids}

    def answer(self, prompt: list[int], most: int, stop: int, guess: int) -> dict[str, Any]:
        """A whole answer."""
        model = self._model(guess)
        started, first, ids = time.perf_counter(), 0.0, []
        cpu_first = cpu_started = time.process_time()
        for token in model.generate(prompt, temp=0.0, repeat_penalty=1.0):
            if not ids:
                first, cpu_first = time.perf_counter() - started, time.process_time() - cpu_started
            if token == stop or len(ids) == most:
                break
            ids.append(token)
        whole, cpu = time.perf_counter() - started, time.process_time() - cpu_started
        return {
            "first_seconds": first,
            "step_seconds": [whole - first],
            "step_cpu_seconds": [cpu - cpu_first],
            "ids": ids,
        }

    def _model(self, guess: int) -> Any:
        if guess not in self._models:
            from llama_cpp import Llama
            from llama_cpp.llama_speculative import LlamaPromptLookupDecoding

            draft = LlamaPromptLookupDecoding(max_ngram_size=2, num_pred_tokens=guess) if guess else None
            self._models[guess] = Llama(self._file, draft_model=draft, **self._settings)
        return self._models[guess]


def main() -> None:
    """Answers until the input ends."""
    peer = Peer(sys.argv[1], int(sys.argv[2]))
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(peer.answer(**asked) if "most" in asked else peer.steps(**asked)), flush=True)


if __name__ == "__main__":
    main()
