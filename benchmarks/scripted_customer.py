"""Scripted customers play their goals against the whole assistant, with the embedded model and no hosted one.

    python -m benchmarks.scripted_customer --shop DIR [--goals N] [--tries 4] [--part held-out|development|all]
        [--no-model] [--show] [--json FILE]

Each goal is played several times, each try in other words (voices, wordings and slips drawn by its seed) and with
records of its own, so the shop is not changed. A try counts where orders, account, cart and queue are exactly what the
goal leads to and what had to be said was said. pass^k is the chance that k tries in a row all count, estimated without
bias as the mean over goals of C(c, k) / C(n, k) for c of n tries (Yao, Shinn, Razavi and Narasimhan, tau-bench,
arXiv 2406.12045). The held-out wordings are played over all goals, half of which nobody looked at either.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import comb
from pathlib import Path

from tqdm import tqdm

from assistant.conversation import Conversation
from assistant.records import Records
from assistant.safety import Limits
from assistant.shop import RECORDS, Shop
from benchmarks.customer_agenda import Customer
from benchmarks.customer_goals import Goal, read_goals
from benchmarks.customer_judge import judge
from benchmarks.customer_voice import Speaker, Voice, read_voices

TARGETS = {1: 0.85, 4: 0.70}
TRIES = 4


@dataclass(frozen=True)
class Try:
    """One conversation: what was said, turn by turn, and what was wrong at the end."""

    goal: str
    part: str
    voice: str
    seed: int
    faults: tuple[str, ...]
    turns: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def reached(self) -> bool:
        """Whether the goal was reached."""
        return not self.faults


def play(shop: Shop, goal: Goal, voice: Voice, seed: int, *, use_model: bool = True) -> Try:
    """Plays a goal once, on fresh records."""
    started = time.perf_counter()
    customer = Customer(goal, Speaker(voice, goal.details, f"{goal.name} {seed}"))
    with tempfile.TemporaryDirectory() as folder:
        kept = shop.__dict__.pop("records", None)
        shop.__dict__["records"] = records = Records(f"sqlite:///{Path(folder) / RECORDS}")
        try:
            session = records.open_session("customer", goal.pick.customer_id if goal.signed_in else None)
            conversation = Conversation(shop, session, Limits(rate=None), use_model=use_model)
            message: str | None = customer.first()
            while message is not None:
                message = customer.reply(conversation.ask(message))
            faults = judge(goal, customer.outcome, records, session).faults
        finally:
            records.close()
            shop.__dict__.pop("records")
            shop.__dict__ |= {"records": kept} if kept is not None else {}
    turns = tuple(zip(customer.outcome.said, customer.outcome.heard, strict=True))
    return Try(goal.name, goal.part, voice.name, seed, faults, turns, time.perf_counter() - started)


def pass_hat(counts: Iterable[tuple[int, int]], k: int) -> float:
    """The chance that k tries of a goal all succeed.

    Args:
        counts: tries and successes of each goal.
        k: at most the tries of each goal.
    """
    shares = [comb(good, k) / comb(tries, k) for tries, good in counts]
    return sum(shares) / len(shares)


def counts_of(tries: Sequence[Try]) -> list[tuple[int, int]]:
    """Tries and successes by goal."""
    names = dict.fromkeys(each.goal for each in tries)
    by_goal = [[each.reached for each in tries if each.goal == name] for name in names]
    return [(len(each), sum(each)) for each in by_goal]


def show(tries: Sequence[Try], *, whole: bool) -> None:
    """Prints the table, and each conversation that failed."""
    for each in tries:
        if not each.reached:
            print(f"\n✗ {each.goal} ({each.voice}, {each.part} goal): {'; '.join(each.faults)}")
            for said, heard in each.turns if whole else ():
                print(f"    customer: {said}\n    assistant: {heard}")
    groups = {"all goals": list(tries)} | {
        f"{part} goals": [each for each in tries if each.part == part] for part in ("development", "held-out")
    }
    most = min(tried for tried, _ in counts_of(tries))
    print(f"\n{'':<20}{'goals':>6}{'tries':>7}" + "".join(f"{f'pass^{k}':>9}" for k in range(1, most + 1)))
    for name, some in groups.items():
        if some:
            counts = counts_of(some)
            rates = "".join(f"{pass_hat(counts, k):>9.1%}" for k in range(1, most + 1))
            print(f"{name:<20}{len(counts):>6}{len(some):>7}{rates}")
    for voice in dict.fromkeys(each.voice for each in tries):
        own = [each for each in tries if each.voice == voice]
        print(f"{'voice ' + voice:<20}{'':>6}{len(own):>7}{sum(each.reached for each in own) / len(own):>9.1%}")
    turns = sum(len(each.turns) for each in tries)
    print(f"{turns} messages, {sum(each.seconds for each in tries):.0f} s")


def _played(shop: Shop, goals: Sequence[Goal], voices: Sequence[Voice], count: int, *, use_model: bool) -> list[Try]:
    """Every goal as many times as asked, each time in the next voice."""
    due = [(place, goal, seed) for place, goal in enumerate(goals) for seed in range(count)]
    tries: list[Try] = []
    bar = tqdm(due, unit="conversation")
    for place, goal, seed in bar:
        tries.append(play(shop, goal, voices[(place + seed) % len(voices)], seed, use_model=use_model))
        bar.set_postfix(reached=sum(each.reached for each in tries))
    return tries


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", type=Path, required=True, help="the demo shop's folder; it is not changed")
    parser.add_argument("--goals", type=int, help="only the first ones")
    parser.add_argument("--tries", type=int, default=TRIES)
    parser.add_argument("--part", choices=("development", "held-out"), default="held-out", help="of the wordings")
    parser.add_argument("--voice", help="only this one")
    parser.add_argument("--no-model", action="store_true", help="answers in the tools' own sentences")
    parser.add_argument("--show", action="store_true", help="the conversations that failed, word by word")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    voices = [each for each in read_voices() if each.part == given.part and given.voice in (None, each.name)]
    shop = Shop(given.shop)
    try:
        goals = read_goals(shop)
        if given.part == "development":
            goals = [goal for goal in goals if goal.part == "development"]
        tries = _played(shop, goals[: given.goals], voices, given.tries, use_model=not given.no_model)
    finally:
        shop.close()
    show(tries, whole=given.show)
    counts = counts_of(tries)
    rates = {k: pass_hat(counts, k) for k in range(1, given.tries + 1)}
    if given.json:
        figures = {"goals": len(counts), "wordings": given.part} | {f"pass^{k}": rate for k, rate in rates.items()}
        given.json.write_text(
            json.dumps(figures | {"tries": [asdict(each) for each in tries]}, indent=1, ensure_ascii=False)
        )
    return 0 if all(rates[k] >= least for k, least in TARGETS.items() if k in rates) else 1


if __name__ == "__main__":
    raise SystemExit(main())
