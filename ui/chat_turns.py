"""A turn of the customer's chat as HTML: question, answer, products, orders, what to do next. Knows no page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.messages import Answer
from ui import texts
from ui.answers import beneath, quotes_html, said_html, suggestions
from ui.cards import product_cards
from ui.escaping import button, escaped
from ui.icons import icon
from ui.order_cards import ORDER_TOOLS, order_cards, proposal_html
from ui.tables import table_html
from ui.turns import Shown

_CART_TOOLS = frozenset({"add_to_cart", "remove_from_cart", "view_cart"})


@dataclass(frozen=True)
class Around:
    """What a turn's HTML depends on besides the turn.

    Attributes:
        currency: of the prices.
        proposal: the key of the change that waits for a yes; empty: none does.
        ratings: turn -> "up" or "down".
        comments: turn -> what should be better.
        pictured: product id -> address of its picture.
    """

    currency: str
    proposal: str = ""
    ratings: Mapping[int, str] = field(default_factory=dict)
    comments: Mapping[int, str] = field(default_factory=dict)
    pictured: Mapping[str, str] = field(default_factory=dict)

    def explained(self, number: int) -> bool:
        """Whether the person said why the answer was no good."""
        return bool(self.comments.get(number))


def turn_html(shown: Shown, around: Around, *, newest: bool) -> str:
    """One question and its answer.

    Args:
        shown: the turn, as far as it has come.
        around: what it stands in.
        newest: what goes on from here is offered on the newest turn only.
    """
    parts = [said_html(shown)]
    answer = shown.answer
    if answer is not None:
        parts.append(_evidence(answer, around))
        if newest:
            parts += [_confirm(answer, around.proposal), suggestions(answer)]
        parts.append(_under(shown, answer, around))
    elif shown.failed and newest and shown.number:
        parts.append(f'<div class="ra-chips">{button(texts.HAND_OFF_BUTTON, "hand_off", "")}</div>')
    reply = f'<div class="ra-reply">{"".join(parts)}</div>'
    return f'<article class="ra-turn" data-turn="{shown.number}">{_question(shown)}{reply}</article>'


def _question(shown: Shown) -> str:
    sent = f'<img class="ra-sent" src="{escaped(shown.picture)}" alt="{escaped(texts.PICTURE_ALT)}">'
    return (
        f'<div class="ra-question"><span class="ra-hidden">{texts.YOU}: </span>{sent if shown.picture else ""}'
        f"{escaped(shown.question)}</div>"
    )


def _confirm(answer: Answer, proposal: str) -> str:
    """Yes and no, where the last call waits for one and is still the one that waits."""
    if not proposal or not answer.calls or answer.calls[-1].status != "needs_confirmation":
        return ""
    yes = button(texts.YES, "yes", proposal, kind="main")
    no = button(texts.NO, "no", proposal)
    buttons = f'<div class="ra-confirm" role="group" aria-label="{texts.CONFIRM_LABEL}">{yes}{no}</div>'
    return proposal_html(answer.calls[-1].result, buttons)


def _under(shown: Shown, answer: Answer, around: Around) -> str:
    """What can be thought and known of an answer, in one quiet row."""
    given = around.ratings.get(shown.number, "")
    thumbs = "".join(
        f'<button type="button" class="ra-button ra-icon" data-action="rate" data-value="{shown.number}:{rating}" '
        f'aria-pressed="{"true" if given == rating else "false"}" aria-label="{escaped(says)}" title="{escaped(says)}">'
        f"{icon(rating)}</button>"
        for rating, says in (("up", texts.RATE_UP), ("down", texts.RATE_DOWN))
    )
    speak = (
        f'<button type="button" class="ra-button ra-icon" data-speak hidden aria-label="{escaped(texts.SPEAK_OUT)}" '
        f'title="{escaped(texts.SPEAK_OUT)}">{icon("speaker")}</button>'
    )
    row = f'<div class="ra-thumbs" role="group" aria-label="{escaped(texts.RATE)}">{thumbs}{speak}</div>'
    why = _why(shown.number) if given == "down" and not around.explained(shown.number) else ""
    return f'<div class="ra-after">{row}{why}{beneath(answer)}</div>'


def _why(number: int) -> str:
    """Asks what should be better."""
    says = escaped(texts.RATE_WHY)
    field = f'<input type="text" maxlength="500" aria-label="{says}" placeholder="{says}">'
    return f'<div class="ra-why" data-typed>{field}{button(texts.SEND, "rate", f"{number}:down:")}</div>'


def _evidence(answer: Answer, around: Around) -> str:
    """Cards, tables and passages of the answer; the cart has its own place on the page."""
    parts = []
    for call in answer.calls:
        parts.append(quotes_html(call.result))
        if call.name in ORDER_TOOLS:
            parts.append(order_cards(call, around.currency))
        elif call.result.table is not None and call.name not in _CART_TOOLS and not call.result.products:
            parts.append(table_html(call.result.table))
    cards = [card for card in answer.products if not _only_in_cart(card.product_id, answer)]
    shown = product_cards(cards, around.currency, may_buy=answer.role == "customer", pictured=around.pictured)
    return "".join([shown, *parts])


def _only_in_cart(product_id: str, answer: Answer) -> bool:
    named = {call.name for call in answer.calls if product_id in {card.product_id for card in call.result.products}}
    return bool(named) and named <= _CART_TOOLS
