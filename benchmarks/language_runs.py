"""What `benchmarks.language` sets side by side: the embedded model, transformers and llama.cpp, each as one `Run`.

Knows how each is asked and timed; not what is asked nor how figures are summed up.
"""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

GUESSES = (2, 10)  # words that llama.cpp guesses at once: what its authors advise for CPUs, and the default


@dataclass(frozen=True)
class Taken:
    """One prompt and what followed.

    Attributes:
        first: seconds until the first token.
        steps: seconds of each step after it; of a whole answer one for all.
        cpu: seconds of all cores for the same steps.
        ids: tokens written.
    """

    first: float
    steps: list[float]
    cpu: list[float]
    ids: list[int]


class Run(Protocol):
    """Reads a prompt, then single tokens."""

    def __call__(self, prompt: list[int], count: int) -> Taken:
        """The prompt and `count` steps."""
        ...


class ByReader:
    """A `decoding.Reader` of this project."""

    def __init__(self, reader: Any) -> None:
        """Takes the reader."""
        self._reader = reader

    def __call__(self, prompt: list[int], count: int) -> Taken:
        """See `Run`."""
        import torch

        with torch.inference_mode():
            started = time.perf_counter()
            self._reader.begin(prompt, 0)
            ids = [int(self._reader.read(prompt, 1)[-1].argmax())]
            first, steps, cpu = time.perf_counter() - started, [], []
            for _ in range(count):
                started, cpu_started = time.perf_counter(), time.process_time()
                ids.append(int(self._reader.read(ids[-1:], 1)[-1].argmax()))
                steps.append(time.perf_counter() - started)
                cpu.append(time.process_time() - cpu_started)
        return Taken(first, steps, cpu, ids)


class Ours(ByReader):
    """The model as it serves."""

    def __init__(self) -> None:
        """Loads it."""
        from assistant.language.embedded_model import embedded_model

        self.model = embedded_model()
        super().__init__(self.model._decoder._reader)

    def answer(self, prompt: list[int], fixed: int, most: int) -> Taken:
        """A whole answer, from ids to ids."""
        started, first, ids = time.perf_counter(), 0.0, []
        cpu_first = cpu_started = time.process_time()
        for token in self.model._decoder.decode(prompt, most, fixed=fixed):
            if not ids:
                first, cpu_first = time.perf_counter() - started, time.process_time() - cpu_started
            ids.append(token)
        whole, cpu = time.perf_counter() - started, time.process_time() - cpu_started
        return Taken(first, [whole - first], [cpu - cpu_first], ids)


def transformers_bfloat16() -> Run:
    """The same weights through transformers."""
    import torch

    from assistant.language.transformers_reader import TransformersReader
    from assistant.language.weights import BASE_NAME, SHIPPED_ADAPTER, load_base, merge

    model, _ = load_base()
    if SHIPPED_ADAPTER.exists():
        merge(model, SHIPPED_ADAPTER, BASE_NAME)
    return ByReader(TransformersReader(model.to(torch.bfloat16).eval()))


class LlamaCpp:
    """llama.cpp on the same weights, in a process of its own."""

    def __init__(self, python: str, file: Path, threads: int) -> None:
        """Starts it; the weights are written where the file is not there."""
        from benchmarks.q8_file import write_q8

        if not file.exists():
            write_q8(file)
        script = Path(__file__).with_name("llama_cpp_peer.py")
        command = [python, str(script), str(file), str(threads)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, prompt: list[int], count: int) -> Taken:
        """See `Run`."""
        return self._asked({"prompt": prompt, "count": count})

    def answer(self, prompt: list[int], most: int, stop: int, guess: int) -> Taken:
        """A whole answer, `guess` words guessed at once."""
        return self._asked({"prompt": prompt, "most": most, "stop": stop, "guess": guess})

    def _asked(self, question: dict[str, Any]) -> Taken:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        return Taken(told["first_seconds"], told["step_seconds"], told["step_cpu_seconds"], told["ids"])
