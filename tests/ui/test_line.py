import threading
import time

import pytest

from assistant.door_settings import LimitSettings
from ui.line import Crowded, Left, Line, Turnstile


class Counter:
    """People who stand at the counter until they are let go; what each saw of the line."""

    def __init__(self, line):
        self.line, self.served, self.places, self.failed = line, [], {}, {}
        self._go = {}

    def come(self, name, party=None, role="customer", stays=lambda: True):
        self._go[name] = threading.Event()
        self.places[name] = []
        thread = threading.Thread(target=self._stand, args=(name, party or name, role, stays), daemon=True)
        before = self.line.waiting(role), len(self.served)
        thread.start()
        self.until(lambda: name in self.failed or (self.line.waiting(role), len(self.served)) != before)

    def go(self, name):
        self._go[name].set()
        self.until(lambda: name not in self.now)

    def close(self):
        for each in self._go.values():
            each.set()

    @property
    def now(self):
        return [name for name in self.served if not self._go[name].is_set()]

    def until(self, true):
        end = time.monotonic() + 10
        while not true() and time.monotonic() < end:
            time.sleep(0.005)
        assert true()

    def _stand(self, name, party, role, stays):
        try:
            with self.line.turn(role, party, self.places[name].append, stays):
                self.served.append(name)
                self._go[name].wait(20)
        except (Crowded, Left) as failure:
            self.failed[name] = failure


@pytest.fixture
def counter():
    counter = Counter(Line(LimitSettings(customers_at_once=2, managers_at_once=1, waiting=3)))
    yield counter
    counter.close()


def test_who_waits_sees_the_place_in_line_grow_smaller(counter):
    for name in "abcd":
        counter.come(name)
    assert (counter.served, counter.places["a"], counter.places["d"]) == (["a", "b"], [], [2])
    counter.go("a")
    counter.until(lambda: counter.served == ["a", "b", "c"])
    counter.until(lambda: counter.places["d"] == [2, 1])
    counter.go("b")
    counter.until(lambda: counter.served == ["a", "b", "c", "d"])
    assert counter.places["c"] == [1]


def test_one_with_many_questions_holds_up_nobody_else(counter):
    for name in ("a1", "a2", "a3", "a4"):
        counter.come(name, "a")
    counter.come("b1", "b")  # last, and yet after one of a's
    assert counter.places["b1"] == [2]
    counter.go("a1")
    counter.until(lambda: counter.now == ["a2", "a3"])
    counter.go("a2")
    counter.until(lambda: counter.now == ["a3", "b1"])


def test_managers_have_a_line_of_their_own_and_take_a_customers_place(counter):
    for name in ("a", "b", "c"):
        counter.come(name)
    counter.come("boss", role="manager")
    assert counter.now == ["a", "b", "boss"]
    counter.go("a")
    time.sleep(0.05)
    assert counter.now == ["b", "boss"]  # c goes on waiting: one customer less while a manager is answered
    counter.go("boss")
    counter.until(lambda: counter.now == ["b", "c"])


def test_a_full_line_turns_away_and_lets_in_again(counter):
    for name in "abcde":
        counter.come(name)
    counter.come("f")
    assert isinstance(counter.failed["f"], Crowded)
    counter.go("a")
    counter.until(lambda: counter.now == ["b", "c"])
    counter.come("g")
    assert counter.places["g"] == [3]


def test_who_has_gone_gives_the_place_to_the_next(counter, monkeypatch):
    monkeypatch.setattr("ui.line._LOOKS_AROUND", 0.01)
    here = threading.Event()
    here.set()
    for name in "ab":
        counter.come(name)
    counter.come("c", stays=here.is_set)
    counter.come("d")
    assert counter.places["d"] == [2]
    here.clear()
    counter.until(lambda: isinstance(counter.failed.get("c"), Left))
    counter.until(lambda: counter.places["d"] == [2, 1])
    counter.go("a")
    counter.until(lambda: counter.now == ["b", "d"])


def test_patience_ends(monkeypatch):
    monkeypatch.setattr("ui.line._LOOKS_AROUND", 0.01)
    counter = Counter(Line(LimitSettings(customers_at_once=1), patience=0.05))
    counter.come("a")
    counter.come("b")
    counter.until(lambda: isinstance(counter.failed.get("b"), Crowded))
    assert counter.line.waiting("customer") == 0
    counter.close()


def test_a_turn_that_breaks_off_frees_its_place():
    line = Line(LimitSettings(customers_at_once=1))
    with pytest.raises(ZeroDivisionError), line.turn("customer", "a"):
        _ = 1 / 0
    with line.turn("customer", "b"):
        assert line.waiting("customer") == 0


def test_messages_are_counted_by_conversation_and_by_address():
    turnstile = Turnstile(LimitSettings(per_minute=1, address_per_minute=1))
    assert [turnstile.seconds_to_wait("s1", "a") for _ in range(20)] == [0] * 20
    assert 1 <= turnstile.seconds_to_wait("s1", "b") <= 61  # the conversation's twenty are used up
    assert 1 <= turnstile.seconds_to_wait("s2", "a") <= 61  # and so are the address's
    assert turnstile.seconds_to_wait("s3", "b") == 0


@pytest.mark.parametrize("wrong", [{"per_minute": 0}, {"customers_at_once": 0}, {"waiting": -1}])
def test_limits_of_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match="above 0"):
        LimitSettings(**wrong)
