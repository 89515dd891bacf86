"""What a person calls an item ("the mug", "item 2", "two of the red ones") -> lines of that order. Never guesses.

Knows the lines of one order, not the shop's catalog: whoever returns something means something they bought.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.errors import NotFound, Refused, Unclear
from assistant.service.orders import Order, OrderLine
from assistant.wording import listed, number

_MEANT = 75  # mean word similarity (0-100) from which a title is meant
_CLOSE = 5  # two titles this near are a choice for the person
_SHOWN = 10
_COUNTS = {
    w: n
    for n, w in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=1
    )
}
_ORDINALS = {
    w: n
    for n, w in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], start=1
    )
}
_EVERYTHING = re.compile(
    r"^(?:all|everything|both|(?:the )?(?:whole|entire|full|complete) (?:order|lot|thing)|the lot|all of (?:it|them)|"
    r"all (?:the )?(?:items?|products?|things)|every ?thing|(?:the |my )?order)$"
)
_IT = re.compile(r"^(?:it|this|that|them|these|those|(?:the |this |that )?(?:item|product|one|thing))$")
_POSITION = re.compile(
    r"^(?:(?:the )?(?:item|line|position|product|number|no\.?|nr\.?)\s*(?:number |no\.? )?#?\s*(\d+)|#\s*(\d+)|"
    r"(?:the )?(\d+)(?:st|nd|rd|th)(?: (?:item|one|line|product))?|"
    r"(?:the )?(" + "|".join([*_ORDINALS, "last"]) + r")(?: (?:item|one|line|product))?)$"
)
_NUMBER = r"(?:(\d{1,4})|(" + "|".join(_COUNTS) + r"))"
# "2 x", "three of the", "the two", "20 units of", "four of the six"
_COUNTED = re.compile(
    r"^(?:the |my |these |those )?" + _NUMBER + r"\s*(?:[x×]\s+|(?:units?|pieces?|pcs|pairs?|lots)?\s*of\s+|\s+)"
    r"(?:(?:the |my |these |those )(?:(?:\d{1,4}|" + "|".join(_COUNTS) + r") )?)?"
)
_NOISE = frozenset(
    ["the", "a", "an", "my", "of", "one", "ones", "item", "items", "please", "some", "that", "this", "those", "these"]
    + ["from", "in", "and", "with", "s", "broken", "faulty", "cracked", "damaged", "defective", "wrong", "unopened"]
    + ["unused", "spare", "torn", "chipped"]
)


@dataclass(frozen=True)
class Chosen:
    """A line and how many units of it."""

    line: OrderLine
    quantity: float


def choose_items(order: Order, items: Sequence[str] | None, *, nothing_said_means_all: bool) -> tuple[Chosen, ...]:
    """The units that were meant, of those not returned or exchanged yet.

    Args:
        order: whose lines they are.
        items: as the person said them; None or empty: nothing was said.
        nothing_said_means_all: a return without items is about the whole order; an exchange asks.

    Raises:
        NotFound: no line fits.
        Unclear: several lines fit.
        Refused: more units than are left, or nothing is left.
    """
    open_lines = [line for line in order.lines if line.merchandise and order.remaining(line) > 0]
    if not open_lines:
        raise Refused(f"Everything in order {order.order_id} has already been returned or exchanged, or asked to be.")
    wanted: dict[int, float] = {}
    for said in items or (["everything"] if nothing_said_means_all or len(open_lines) == 1 else ["it"]):
        for line, quantity in _meant(order, open_lines, said):
            wanted[line.position] = wanted.get(line.position, 0) + quantity
    chosen = tuple(Chosen(line, wanted[line.position]) for line in open_lines if wanted.get(line.position))
    if not chosen:
        raise _unclear(order, open_lines, "How many of which item do you mean?")
    check_quantities(order, chosen)
    return chosen


def choose_each(order: Order, items: Sequence[str] | None) -> list[tuple[Chosen, ...]]:
    """The units meant by each of the things said, in the order in which they were said; see `choose_items`."""
    each = [choose_items(order, [said], nothing_said_means_all=False) for said in items or ()]
    each = each or [choose_items(order, None, nothing_said_means_all=False)]
    check_quantities(order, [chosen for group in each for chosen in group])
    return each


def check_quantities(order: Order, chosen: Sequence[Chosen]) -> None:
    """Refuses more units than are left of a line."""
    asked: dict[int, float] = {}
    for each in chosen:
        asked[each.line.position] = asked.get(each.line.position, 0) + each.quantity
        left = order.remaining(each.line)
        if asked[each.line.position] > left:
            raise Refused(
                f"Order {order.order_id} has {number(left, 1)} × {each.line.title} left to send back; you asked for "
                f"{number(asked[each.line.position], 1)}."
            )


def _meant(order: Order, lines: list[OrderLine], said: str) -> list[tuple[OrderLine, float]]:
    text = " ".join(said.lower().strip(" .,!?\"'").split())
    if _EVERYTHING.match(text):
        return [(line, order.remaining(line)) for line in lines]
    if _IT.match(text):
        if len(lines) > 1:
            raise _unclear(order, lines, "Which item do you mean?")
        return [(lines[0], order.remaining(lines[0]))]
    exact = [line for line in lines if line.product_id.lower() == text]
    position = _POSITION.match(text)
    if position and not exact:
        line = _at(order, next(group for group in position.groups() if group), said)
        return [(line, order.remaining(line))]
    found, count = (exact, None) if exact else _by_code(lines, text) or _by_title(lines, text)
    if not found:
        parts = re.split(r"\s*(?:,|;|\band\b|&|\bplus\b)\s*", text)
        if len(parts) > 1:
            return [pair for part in parts if part for pair in _meant(order, lines, part)]
        raise _unknown(order, said)
    return _units(order, found, count, text)


def _units(order: Order, found: list[OrderLine], count: int | None, text: str) -> list[tuple[OrderLine, float]]:
    products = {line.product_id for line in found}
    if len(products) > 1 and not re.match(r"^(?:all|both|every)\b", text) and count != len(found):
        raise _unclear(order, found, f"Which one do you mean by “{text[:60]}”?")
    if count is None or len(products) > 1:
        return [(line, order.remaining(line)) for line in found]
    taken: list[tuple[OrderLine, float]] = []
    for line in found:  # the same product on several lines: fill one after the other
        units = min(float(count), order.remaining(line))
        count -= int(units)
        if units:
            taken.append((line, units))
    if count:
        line, units = taken[-1]
        taken[-1] = (line, units + count)  # too many: the check of quantities says so
    return taken


def _at(order: Order, said: str, whole: str) -> OrderLine:
    position = len(order.lines) if said == "last" else _ORDINALS.get(said) or int(said)
    for line in order.lines:
        if line.position == position and line.merchandise:
            if order.remaining(line) <= 0:
                raise Refused(f"{line.title} has already been returned or exchanged, or asked to be.")
            return line
    raise _unknown(order, whole)


def _by_code(lines: list[OrderLine], text: str) -> tuple[list[OrderLine], int] | None:
    """The lines of a product code that a count was said of ("2 x 85123A")."""
    leading = _COUNTED.match(text)
    found = [line for line in lines if leading and line.product_id.lower() == text[leading.end() :].strip()]
    if not found or leading is None:
        return None
    return found, int(leading.group(1) or _COUNTS[leading.group(2)])


def _by_title(lines: list[OrderLine], text: str) -> tuple[list[OrderLine], int | None]:
    """The lines that the words fit best, and a count where one was said and is no part of the title."""
    rest, count = text, None
    leading = _COUNTED.match(text)
    if leading:
        said = leading.group(1) or str(_COUNTS[leading.group(2)])
        starts = [[said], [leading.group(2) or said]]
        if not best_titles([line.title for line in lines if words_of(line.title)[:1] in starts], text):
            rest, count = text[leading.end() :], int(said)
    rest = re.sub(r"^(?:all|both|every)(?: of)?(?: the| my)? (?:pairs? of )?", "", rest)
    return [lines[place] for place in best_titles([line.title for line in lines], rest)], count


def best_titles(titles: Sequence[str], said: str) -> list[int]:
    """The places of the titles that the words fit best: none, one, or several that are equally near."""
    words = [word for word in words_of(said) if word not in _NOISE]
    if not words or not titles:
        return []
    same = [place for place, title in enumerate(titles) if words_of(title) == words_of(said)]
    if same:
        return same
    scores = [_similarity(words, words_of(title)) for title in titles]
    return [place for place, score in enumerate(scores) if score >= max(_MEANT, max(scores) - _CLOSE)]


def _similarity(words: list[str], title: list[str]) -> float:
    """Mean over the words said of the best likeness to a word of the title, 0-100."""
    return sum(max((fuzz.ratio(word, each) for each in title), default=0.0) for word in words) / len(words)


def words_of(text: str) -> list[str]:
    """Lower-case words, plurals as singulars."""
    found = re.findall(r"[a-z0-9]+", text.lower())
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found]


def _unclear(order: Order, lines: list[OrderLine], question: str) -> Unclear:
    choices = tuple(f"item {line.position}, {line.title}" for line in lines)
    more = f" (the first {_SHOWN} of {len(choices)})" if len(choices) > _SHOWN else ""
    return Unclear(f"{question} Order {order.order_id} holds {listed(choices[:_SHOWN], 'and')}{more}.", choices)


def _unknown(order: Order, said: str) -> NotFound:
    titles = [f"item {line.position}, {line.title}" for line in order.lines if line.merchandise]
    more = f" (the first {_SHOWN} of {len(titles)})" if len(titles) > _SHOWN else ""
    return NotFound(f"I can't find “{said[:60]}” in order {order.order_id}; it holds {listed(titles[:_SHOWN])}{more}.")
