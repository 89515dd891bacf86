"""llama.cpp as a peer of `benchmarks.language`: a process that reads the same tokens and says how long it took.

    python benchmarks/llama_cpp_peer.py MODEL.gguf THREADS

Reads JSON lines {"prompt": [ids], "count": n} and answers each with {"prompt_seconds", "step_seconds": [...], "ids"}.
Needs llama-cpp-python alone, so that it can run in an environment of its own.
"""

import json
import sys
import time


def main() -> None:
    """Answers until the input ends."""
    from llama_cpp import Llama

    threads = int(sys.argv[2])
    model = Llama(sys.argv[1], n_ctx=2048, n_threads=threads, n_threads_batch=threads, verbose=False)
    for line in sys.stdin:
        asked = json.loads(line)
        model.reset()
        started = time.perf_counter()
        model.eval(asked["prompt"])
        ids = [model.sample(temp=0.0, repeat_penalty=1.0)]
        prompt_seconds = time.perf_counter() - started
        steps = []
        for _ in range(asked["count"]):
            started = time.perf_counter()
            model.eval(ids[-1:])
            ids.append(model.sample(temp=0.0, repeat_penalty=1.0))
            steps.append(time.perf_counter() - started)
        print(json.dumps({"prompt_seconds": prompt_seconds, "step_seconds": steps, "ids": ids}), flush=True)


if __name__ == "__main__":
    main()
