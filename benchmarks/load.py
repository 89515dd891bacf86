"""Many people at once: customers who chat and managers who ask, over HTTP against a served process, for some minutes.

Each customer talks, thinks a few seconds and talks on, from an address of their own; each manager asks for figures and
charts without long thought. Both read the answer as it streams, as the page does. At first the managers are alone for a
while, so that it can be told how much longer the same questions take them in the crowd. The shop is copied, so that
nothing of it changes. Told are errors, seconds to the first word and to the whole answer, what the place in line did,
the longest that a manager waited in line, and the server's memory over time.

    python -m benchmarks.load [--shop DIR] [--minutes 10] [--customers 20] [--managers 2] [--alone 1] [--json FILE]

Knows the HTTP API and nothing behind it. Needs a Linux machine (memory is read from /proc), no data.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from benchmarks.load_figures import Heard, Turn, figures, table

TOKEN = "load-test-password"
_PATIENCE = 1_800  # seconds that one waits for an answer: a slow one is told as slow, not as an error
THINKS = {"customer": (3.0, 15.0), "manager": (2.0, 8.0)}  # seconds between an answer and the next question
CUSTOMER_TALK = (
    (
        "show me teapots under 30 pounds",
        "do you have it in blue?",
        "add the first one to my cart",
        "what's in my cart?",
    ),
    ("what do you recommend?", "is it in stock?", "what goes well with it?"),
    ("how do I return something?", "how long does delivery take?", "do you do gift wrapping?"),
    ("where is my order?", "I want to talk to a person"),
    ("compare two of your coffee grinders", "which one is cheaper?", "thanks!"),
)
MANAGER_TALK = (
    "how much did we take last month, by store?",
    "how many mugs will we sell in the next 4 weeks?",
    "which products are running low?",
    "which 10 customers are we about to lose?",
    "what is rising and what is falling?",
    "what will we sell in the next four weeks?",
    "what do reviews complain about?",
    "show me revenue by week this year",
)


async def talk(base: str, number: int, role: str, until: float, heard: Heard, chance: random.Random) -> None:
    """One person, until the time is over; everybody asks once at least."""
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.1.{number + 1}")
    headers = {"Authorization": f"Bearer {TOKEN}"} if role == "manager" else {}
    async with httpx.AsyncClient(base_url=base, transport=transport, headers=headers, timeout=_PATIENCE) as client:
        await asyncio.sleep(chance.uniform(0, 5))
        while True:
            begun = await client.post("/api/sessions", json={"role": role})
            if begun.status_code != 201:
                heard.errors.append(f"{role}: session {begun.status_code} {begun.text[:200]}")
                await asyncio.sleep(1)
            said = CUSTOMER_TALK[chance.randrange(len(CUSTOMER_TALK))] if role == "customer" else MANAGER_TALK
            for question in said if begun.status_code == 201 else ():
                try:
                    heard.turns.append(await ask(client, role, begun.json()["session"], question))
                except (httpx.HTTPError, ValueError) as failure:
                    heard.errors.append(f"{role}: {type(failure).__name__} {failure} ({question})")
                if time.monotonic() >= until:
                    return
                await asyncio.sleep(chance.uniform(*THINKS[role]))
            if time.monotonic() >= until:
                return


async def ask(client: httpx.AsyncClient, role: str, session: str, question: str) -> Turn:
    """Asks one question and listens to its end.

    Raises:
        ValueError: the answer is an error, or never ended.
    """
    start = time.monotonic()
    waited = first = 0.0
    places: list[int] = []
    async with client.stream("POST", "/api/ask/stream", json={"session": session, "question": question}) as response:
        if response.status_code != 200:
            raise ValueError(f"{response.status_code} {(await response.aread())[:200]!r}")
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line[7:]
                if name != "place" and places and not waited:
                    waited = time.monotonic() - start
                if name == "piece":
                    first = first or time.monotonic() - start
            elif line.startswith("data: ") and name == "place":
                places.append(json.loads(line[6:])["place"])
            elif line.startswith("data: ") and name == "error":
                raise ValueError(line[6:206])
            elif line.startswith("data: ") and name == "answer":
                total = time.monotonic() - start
                chart = any(call["result"].get("chart") for call in json.loads(line[6:])["calls"])
                return Turn(role, question, waited, first or total, total, tuple(places), chart)
    raise ValueError("the stream ended without an answer")


async def watch_memory(process: int, until: float, heard: Heard) -> None:
    """Notes the server's resident memory every few seconds."""
    start = time.monotonic()
    while time.monotonic() < until:
        heard.memory.append((time.monotonic() - start, resident_mb(process)))
        await asyncio.sleep(5)


def cpu_seconds(process: int) -> float:
    """Processor time that a process has used so far (Linux)."""
    user, system = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def resident_mb(process: int) -> float:
    """Resident memory of a process in MB (Linux)."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def served(shop: Path, port: int, log: Path) -> Any:
    """The page of a shop in a process of its own; yields the process.

    Raises:
        SystemExit: it does not answer within five minutes.
    """
    command = [sys.executable, "-m", "assistant.cli", "serve", "--shop", str(shop), "--port", str(port), "--no-browser"]
    environment = {**os.environ, "RETAIL_ASSISTANT_MANAGER_PASSWORD": TOKEN}
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            until = time.monotonic() + 300
            while not _healthy(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"The server did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
                time.sleep(1)
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


async def crowd(port: int, process: int, customers: int, managers: int, minutes: float, seed: int) -> Heard:
    """All of them at once."""
    heard, until, before = Heard(), time.monotonic() + 60 * minutes, cpu_seconds(process)
    roles = ["customer"] * customers + ["manager"] * managers
    people = [
        talk(f"http://127.0.0.1:{port}", number, role, until, heard, random.Random(f"{seed}/{number}"))
        for number, role in enumerate(roles)
    ]
    await asyncio.gather(watch_memory(process, until, heard), *people)
    heard.cpu_seconds = cpu_seconds(process) - before
    return heard


def main() -> int:
    """Runs it; the exit code is 1 where a turn failed or a manager's chart waited for more than 5 seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", type=Path, default=Path("shop"), help="a shop folder; a copy of it is served")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--customers", type=int, default=20)
    parser.add_argument("--managers", type=int, default=2)
    parser.add_argument("--alone", type=float, default=1, help="minutes of the managers alone, before")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    if not (given.shop / "shop.toml").exists():
        parser.error(f"expected a shop in {given.shop}; `make demo` builds one in ./shop, --shop DIR names another")
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(shutil.copytree(given.shop, Path(folder) / "shop"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with served(shop, port, Path(folder) / "serve.log") as process:
            alone = asyncio.run(crowd(port, process.pid, 0, given.managers, given.alone, given.seed))
            heard = asyncio.run(crowd(port, process.pid, given.customers, given.managers, given.minutes, given.seed))
    found = figures(heard, alone, given.minutes)
    found["crowd"] = {"customers": given.customers, "managers": given.managers, "cores": os.cpu_count()}
    print(table(found))
    if given.json:
        each = {"memory": heard.memory, "turns": [asdict(turn) for turn in heard.turns]}
        given.json.write_text(json.dumps({**found, **each}, indent=1), "utf-8")
    return int(bool(heard.errors) or found["managers_charts"]["longest_in_line"] > 5)


if __name__ == "__main__":
    sys.exit(main())
