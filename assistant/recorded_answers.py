"""Reads answers back from the records, so that a conversation can be shown again. Knows the ANSWER contract, no shop.

What the records leave out stays out: personal details are masked there, and a change that waits for a yes is kept with
the session, not with the answer.
"""

from collections.abc import Mapping
from typing import Any

from assistant.messages import Answer, CallRecord, Chart, Fact, ProductCard, Role, Series, Table, ToolResult


def answer_of(kept: Mapping[str, Any], role: Role) -> Answer:
    """The answer that a turn's JSON tells of.

    Args:
        kept: as `Answer.as_json` wrote it.
        role: of who asked.
    """
    calls = tuple(_call(each) for each in kept.get("calls", ()))
    cards = {card.product_id: card for call in calls for card in call.result.products}
    shown = (cards.get(each["product_id"], ProductCard(**each)) for each in kept.get("products", ()))
    seconds, tokens = kept.get("seconds", {}), kept.get("tokens", {})
    return Answer(
        question=kept.get("question", ""),
        role=role,
        answer=kept.get("answer", ""),
        calls=calls,
        products=tuple(shown),
        grounded=kept.get("grounded", True),
        unsupported=tuple(kept.get("unsupported", ())),
        handed_off=kept.get("handed_off", False),
        model=kept.get("model", ""),
        first_token_seconds=seconds.get("first_token", 0.0),
        total_seconds=seconds.get("total", 0.0),
        prompt_tokens=tokens.get("prompt", 0),
        completion_tokens=tokens.get("completion", 0),
    )


def _call(kept: Mapping[str, Any]) -> CallRecord:
    return CallRecord(kept["name"], kept["arguments"], kept["status"], kept["seconds"], _result(kept["result"]))


def _result(kept: Mapping[str, Any]) -> ToolResult:
    table, chart = kept.get("table"), kept.get("chart")
    return ToolResult(
        headline=kept.get("headline", ""),
        status=kept.get("status", "ok"),
        facts=tuple(Fact(**each) for each in kept.get("facts", ())),
        table=Table(tuple(table["columns"]), tuple(tuple(row) for row in table["rows"])) if table else None,
        chart=_chart(chart) if chart else None,
        products=tuple(ProductCard(**each) for each in kept.get("products", ())),
        quotes=tuple((source, text) for source, text in kept.get("quotes", ())),
        method=kept.get("method"),
        score=kept.get("score"),
        notes=tuple(kept.get("notes", ())),
        follow_ups=tuple(kept.get("follow_ups", ())),
        handed_off=kept.get("handed_off", False),
    )


def _chart(kept: Mapping[str, Any]) -> Chart:
    series = tuple(
        Series(each["name"], *(tuple(each.get(part, ())) for part in ("x", "y", "lower", "upper", "labels")))
        for each in kept["series"]
    )
    return Chart(kept["kind"], kept["title"], kept["x_label"], kept["y_label"], series)
