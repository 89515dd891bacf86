"""A wish that could not be carried out yet for want of something, and the message that supplies it. Runs no tool.

The encoder reads each message in the light of the one before; a wish may take several messages to be told ("I want to
return something" - "234080" - "the pillowcase"), with a question of the shop's rules in between. What was asked for is
known from the tool, so an answer to it need not be recognised as a wish of its own.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from assistant import spans
from assistant.messages import CallRecord, ToolCall

IDENTITY = "identity"
_KEPT = 3  # turns that a wish stays open while other things are talked about
_LISTS = frozenset({"items", "new_items"})
_MOST_WORDS = 25  # of an answer to a question; what is longer is a story of its own
_QUESTION = re.compile(
    r"^\W*(?:(?:oh|and|but|so|well|ok|okay|also|actually|just wondering|by the way),?\s+)*(?:what|when|where|who|why"
    r"|how|which|do|does|did|is|are|can|could|will|would|may|have|has)\b",
    re.IGNORECASE,
)
_ASKED_FOR_CHOICE = re.compile(r"\b(?:how about|could it be|would|what about|can i have|could i have)\b", re.IGNORECASE)
_OF_AN_ORDER = re.compile(r"\b(?:orders?|parcel|package|delivery|it|that|this)\b", re.IGNORECASE)
_ONLY_A_NUMBER = re.compile(
    r"(?:[^\d]{0,20}\b(?:order|number|no|it'?s|that'?s)\b)?[\W]*[A-Z]{0,3}\d{3,}[^\d]{0,15}", re.I
)
# Words around what is named: "Oh, that'd be the linen pillowcase, please."
_AROUND = frozenset(
    "a about actually ah all's and as be because but by can come could course d definitely did do eh er erm fine "
    "from go going got guess had hang hello here hi hmm hold how i i'd i'll i'm i've id if ill im in instead is "
    "it it's its just kindly let's lets like looks love m make maybe me mean meant mine much my need no nope "
    "obviously of oh ok okay on one only or our p perhaps please pls plz possible prefer probably rather really "
    "right s say should so sorry suppose sure take talking thank thanks that that'd that's thats the their them "
    "then there these they thing think this those thx to u uh um umm us ve want was we we'd well were what will "
    "with would yeah yep yes you your".split()
)
_LEADING_ONLY = frozenset({"one", "from"})


@dataclass(frozen=True)
class OpenWish:
    """A call that waits for something.

    Attributes:
        call: as far as it was told.
        lacks: the argument that was asked for; `IDENTITY` where the person must say who they are first.
        of_order: whether an order was spoken of, where it might be the account that is meant.
        left: turns that it stays open.
    """

    call: ToolCall
    lacks: str
    of_order: bool = False
    left: int = _KEPT

    @classmethod
    def of(cls, kept: Any) -> "OpenWish | None":
        """A wish as `as_json` wrote it; None where there is none."""
        if not isinstance(kept, dict):
            return None
        return cls(ToolCall(kept["name"], kept["arguments"]), kept["lacks"], kept["of_order"], kept["left"])

    def as_json(self) -> dict[str, Any]:
        """The wish as it is kept with the session."""
        call = {"name": self.call.name, "arguments": self.call.arguments}
        return call | {"lacks": self.lacks, "of_order": self.of_order, "left": self.left}

    def aged(self) -> "OpenWish | None":
        """The wish after a turn about something else; None where that was too long ago."""
        return replace(self, left=self.left - 1) if self.left > 1 else None

    def told(self, arguments: dict[str, Any]) -> ToolCall:
        """The call with what has been said since; what is said later holds."""
        held = self.call.arguments
        if self.lacks == IDENTITY and "order_id" in held and not arguments.get("order_id"):
            arguments = arguments | {name: held[name] for name in arguments.keys() & held.keys()}
        other_order = arguments.get("order_id") and held.get("order_id") not in (None, arguments["order_id"])
        return ToolCall(self.call.name, arguments if other_order else held | arguments)

    def for_order(self, order_id: str, parameters: dict[str, Any]) -> ToolCall:
        """The call about the order by whose number the person has just identified themselves, where it names none.

        An address may be the account's: then the order's number only said who it is.
        """
        takes = "order_id" in parameters["properties"] and "order_id" not in self.call.arguments
        if not takes or (self.call.name == "change_address" and not self.of_order):
            return self.call
        return self.told({"order_id": order_id})


def waiting(record: CallRecord, said: str) -> OpenWish | None:
    """The wish that a call leaves open; None where nothing was asked for."""
    lacks = record.result.lacks
    if lacks is None:
        return None
    return OpenWish(ToolCall(record.name, record.arguments), lacks, bool(_OF_AN_ORDER.search(said)))


def completed(wish: OpenWish, message: str, read: ToolCall | None) -> ToolCall | None:
    """The call with what the message adds to it; None where the message can hardly be about it.

    Args:
        wish: what was asked for.
        message: what was said then.
        read: the call of the same tool that the message was read as; None where it was read as something else.
    """
    if read is None:
        return answer(wish, message)
    given, value = dict(read.arguments), _value(wish.lacks, message)
    if wish.lacks == "new_items" and "items" in wish.call.arguments and "new_items" not in given:
        given.pop("items", None)  # what is named now is what is wanted instead
    if wish.lacks not in (IDENTITY, *given) and value is not None:
        given[wish.lacks] = value
    return wish.told(given)


def answer(wish: OpenWish, message: str) -> ToolCall | None:
    """The call with the answer to what was asked; None where the message can hardly be one.

    Args:
        wish: what was asked for.
        message: what was said then.
    """
    if wish.lacks == IDENTITY:
        return wish.told({"order_id": _value("order_id", message)}) if _ONLY_A_NUMBER.fullmatch(message) else None
    question = _QUESTION.match(message) and not _ASKED_FOR_CHOICE.search(message)
    if question or len(message.split()) > _MOST_WORDS:
        return None
    value = _value(wish.lacks, message)
    return None if value is None else wish.told({wish.lacks: value})


def proof(wish: OpenWish | None, message: str) -> ToolCall | None:
    """The identification that a message offers, with the order number said before; None where it offers none."""
    addresses, numbers = spans.emails(message), spans.order_numbers(message)
    codes = [code for code in spans.postcodes(message) if code not in numbers]
    if not addresses and not codes:
        return None
    order = numbers[0] if len(numbers) == 1 else (wish.call.arguments.get("order_id") if wish is not None else None)
    given = {"email": addresses[0] if addresses else None, "order_id": order, "postcode": codes[0] if codes else None}
    return ToolCall("verify_identity", {name: value for name, value in given.items() if value})


def named_thing(message: str) -> str:
    """What a short answer names, without the words around it; empty where it names nothing."""
    words = re.findall(r"[^\s,.!?;:…]+", message)
    while words and words[0].lower().strip("'’\"") in _AROUND:
        words.pop(0)
    while words and words[-1].lower().strip("'’\"") in _AROUND - _LEADING_ONLY:
        words.pop()
    return " ".join(words)


def _value(lacks: str, message: str) -> Any:
    if lacks == "order_id":
        numbers = spans.order_numbers(message)
        last = re.search(r"\b(?:last|latest|newest|most recent)\b", message, re.IGNORECASE)
        return numbers[0] if len(numbers) == 1 else last.group() if last else None
    if lacks == "reason":
        return message.strip()
    thing = named_thing(message)
    if lacks in _LISTS:
        return [thing or message.strip(" .!")]
    if lacks == "address":
        return thing if re.search(r"\d", thing) else None
    return thing or None
