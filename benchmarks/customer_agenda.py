"""A scripted customer in a conversation: what to say next, from the goal and from what the assistant has just said.

Agenda-based user simulation (Schatzmann, Thomson, Weilhammer, Ye and Young, NAACL 2007): a stack of what is still to be
settled, answers to what is asked, and patience that runs out. Reads answers as a person reads them, by their text and
product cards; knows nothing of tools, and says nothing that the goal does not hold.
"""

import re
from dataclasses import dataclass, field

from assistant.messages import Answer, ProductCard
from assistant.service.items import words_of
from benchmarks.customer_goals import CART, FINDING, READING, Goal
from benchmarks.customer_picks import spoken
from benchmarks.customer_voice import Speaker

LONGEST = 16  # messages of one customer
_PATIENCE = 3  # answers in a row that lead nowhere
_ASKS_YES = re.compile(r"shall i go ahead", re.IGNORECASE)
_DONE = re.compile(r"^(?:.*\s)?done: ", re.IGNORECASE | re.DOTALL)
_ASKS = (  # in this order: what an answer ends in, and what a customer says to it
    ("order", re.compile(r"which order", re.IGNORECASE)),
    ("new", re.compile(r"\binstead\b[^.]*\?|what .{0,40}exchange", re.IGNORECASE)),
    ("item", re.compile(r"which item|which one|how many of which|which of (?:them|these)|what would you like to return",
                        re.IGNORECASE)),
    ("reason", re.compile(r"the reason|what is wrong|what's wrong|\bwhy\b.*\?", re.IGNORECASE)),
    ("address", re.compile(r"new address|which address|what address|full address", re.IGNORECASE)),
    ("product", re.compile(r"do you mean|which product", re.IGNORECASE)),
    ("who", re.compile(r"identify|e-mail address or postcode|order number together", re.IGNORECASE)),
)  # fmt: skip
_COUNTS = {"one": 1, "two": 2, "3": 3}


@dataclass
class Wanted:
    """One wish of the customer and how far it is."""

    kind: str
    settled: bool = False
    tried: int = 0


@dataclass
class Outcome:
    """What the customer saw: wishes settled, and the cart as it ought to be."""

    settled: int = 0
    aside_told: bool = True
    cart: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)


class Customer:
    """Plays one goal in one conversation."""

    def __init__(self, goal: Goal, speaker: Speaker) -> None:
        """Takes the goal and a way of talking."""
        self.goal, self.outcome = goal, Outcome()
        self._speaker = speaker
        self._wishes = [Wanted(kind) for kind in goal.wishes]
        self._told: set[str] = set()
        self._aside = goal.asides[hash_of(goal.name) % len(goal.asides)] if goal.asides else None
        self._asked_aside = False
        self._corrected = goal.twist != "wrong item first"
        self._chosen: ProductCard | None = None
        self._identified = goal.signed_in
        self.outcome.aside_told = self._aside is None

    def first(self) -> str:
        """How the conversation begins."""
        return self._say("hello") if self._speaker.draw(0.3) else self._wish()

    def reply(self, answer: Answer) -> str | None:
        """What is said to an answer; None where the customer leaves."""
        self.outcome.heard.append(answer.answer)
        if len(self.outcome.said) >= LONGEST:
            return None
        if self._asked_aside and not self.outcome.aside_told and self._aside is not None:
            self.outcome.aside_told = bool(re.search(self._aside.told, answer.answer))
            if not _ASKS_YES.search(answer.answer):
                return self._wish(again=True)
        wish = self._open()
        if wish is None:
            return None
        said = self._next(wish, answer)
        if said is not None:
            return said
        self.outcome.settled += wish.settled
        if wish.settled and self._open() is not None:
            return self._wish()
        return self._say("thanks") if wish.settled else None

    def _next(self, wish: Wanted, answer: Answer) -> str | None:
        """What is said about the wish; None where it is settled or given up."""
        if self._is_settled(wish, answer):
            wish.settled = True
            return None
        if _ASKS_YES.search(answer.answer):
            return self._to_proposal(wish, answer.answer)
        if self._aside is not None and not self._asked_aside and wish.tried:
            self._asked_aside = True
            return self._noted(self._speaker.one_of(self._aside.says))
        if wish.kind in FINDING and wish.tried:
            taken = self._take(answer)
            if taken is not None:
                return taken
        return self._to_question(wish, answer.answer)

    def _open(self) -> Wanted | None:
        return next((wish for wish in self._wishes if not wish.settled), None)

    def _is_settled(self, wish: Wanted, answer: Answer) -> bool:
        text, goal = answer.answer, self.goal
        if not wish.tried:
            return False
        if goal.refused:
            return bool(re.search(goal.refused, text)) or (answer.handed_off and "colleague" in goal.refused)
        if wish.kind in READING:
            return bool(re.search(goal.told, text)) and not _ASKS_YES.search(text)
        if wish.kind == "person":
            return answer.handed_off
        if wish.kind in CART:
            return self._cart_changed(wish.kind, text)
        if wish.kind in FINDING:
            return self._chosen is not None and self._put_in(self._chosen.product_id, 1, text)
        if goal.twist == "says no":
            return "othing was changed" in text
        return bool(_DONE.search(text))

    def _cart_changed(self, kind: str, text: str) -> bool:
        product, title = self.goal.pick.product
        if kind == "cart_add":
            return self._put_in(product, _COUNTS[self.goal.details["count"]], text)
        if "out of your cart" in text and title in text:
            self.outcome.cart.pop(product, None)
            return True
        return False

    def _put_in(self, product_id: str, count: int, text: str) -> bool:
        done = "into your cart" in text and "haven't" not in text and "can't" not in text
        if done:
            self.outcome.cart[product_id] = count
        return done

    def _to_proposal(self, wish: Wanted, text: str) -> str | None:
        """Yes where the proposal is what is wanted; else what is wanted instead."""
        if not self._as_wanted(wish, text):
            wish.tried += 1
            if wish.tried > _PATIENCE:
                return self._noted("no") if wish.tried == _PATIENCE + 1 else None
            if wish.kind in ("return", "return_faulty", "exchange", "replace") and self._is_of(wish, text):
                self._corrected = True
                return self._say("correct")
            return self._wish(again=True)
        if self._aside is not None and not self._asked_aside:
            self._asked_aside = True
            return self._noted(self._speaker.one_of(self._aside.says))
        return self._say("no" if self.goal.twist == "says no" else "yes")

    @staticmethod
    def _is_of(wish: Wanted, text: str) -> bool:
        """Whether the proposal is of the kind of the wish at least."""
        word = {"exchange": "Exchange of", "replace": "Exchange of"}.get(wish.kind, "Return of")
        return word in text

    def _as_wanted(self, wish: Wanted, text: str) -> bool:
        """Whether a proposal names what is wanted and nothing else, as far as a person can see."""
        goal, pick = self.goal, self.goal.pick
        if goal.refused:
            return True  # whoever wants what is forbidden says yes
        if wish.kind == "account_address":
            return "account" in text and goal.details["address"] in text
        if pick.order.order_id not in text:
            return False
        if wish.kind == "address":
            return goal.details["address"] in text
        if wish.kind == "cancel":
            return "Cancellation of" in text
        if wish.kind == "return_all":
            return "Return of" in text and all(line.title in text for line in pick.order.lines[:3] if line.merchandise)
        others = [
            line.title for line in pick.order.lines if line is not pick.item and line.title not in pick.item.title
        ]
        right = self._is_of(wish, text) and pick.item.title in text and not any(each in text for each in others)
        swapped = {"exchange": f"for {pick.new[1]}", "replace": f"for {pick.item.title}"}.get(wish.kind, "")
        return right and swapped in text and self._corrected

    def _to_question(self, wish: Wanted, text: str) -> str | None:
        """The answer to what was asked; the wish once more where nothing that the customer knows was asked."""
        if wish.tried > _PATIENCE:
            return None
        asked = next((name for name, pattern in _ASKS if pattern.search(text)), "")
        if not wish.tried:
            return self._wish()
        if asked == "who":
            return self._who()
        if asked and f"{asked} {wish.kind}" in self._told:
            wish.tried += 1
        act = self._answer_to(asked, wish.kind)
        if act is None:
            return self._wish(again=True)
        self._told.add(f"{asked} {wish.kind}")
        return self._say(act)

    def _answer_to(self, asked: str, kind: str) -> str | None:
        if asked == "item":
            return "tell_all" if kind == "return_all" else "tell_item"
        if asked == "new":
            return {"replace": "tell_same", "exchange": "tell_new"}.get(kind)
        if asked == "reason":
            return "tell_reason" if kind in ("return_faulty", "replace") else "tell_why"
        if asked == "product":
            return "tell_item" if kind not in CART | FINDING else "tell_product" if kind in CART else None
        return {"order": "tell_order", "address": "tell_address"}.get(asked)

    def _who(self) -> str:
        """Who the customer is, in one message or, where the number was said before, by the rest."""
        wish = self._open()
        if wish is not None:
            wish.tried += "who" in self._told
        if self.goal.wishes[0] == "wrong_who":
            return self._say("wrong_who")
        act = "proof" if "order" in self._told and "who" not in self._told and self._speaker.draw(0.5) else "who"
        self._told.add("who")
        return self._say(act)

    def _take(self, answer: Answer) -> str | None:
        """Chooses among the products shown; None where none was shown."""
        cards = [card for card in answer.products if card.price is not None]
        words = set(words_of(self.goal.details["looked_for"])) - {"a"}
        if not cards or (words and not words & set(words_of(" ".join(card.title for card in cards)))):
            return None
        place = {"first": 0, "named": min(1, len(cards) - 1)}.get(self.goal.take, 0)
        cheapest = min(cards, key=lambda card: card.price or 0.0)
        self._chosen = cheapest if self.goal.take == "cheapest" else cards[place]
        self._speaker.knows("product", spoken(self._chosen.title))
        return self._say(f"add_{self.goal.take}")

    def _wish(self, *, again: bool = False) -> str:
        """The wish; once more in other words and with all that there is to say where it was not understood."""
        wish = self._open()
        assert wish is not None
        wish.tried += 1
        if not self._corrected and not again:
            self._speaker.knows("item", self.goal.details["wrong"])
            said = self._say(wish.kind)
            self._speaker.knows("item", spoken(self.goal.details["item"]))
            return said
        return self._say(wish.kind, fully=again)

    def _say(self, act: str, *, fully: bool = False) -> str:
        text, fields = self._speaker.says(act, fully=fully)
        self._told |= fields
        return self._noted(text)

    def _noted(self, text: str) -> str:
        self.outcome.said.append(text)
        return text


def hash_of(text: str) -> int:
    """A number that is the same in every run."""
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(text))
