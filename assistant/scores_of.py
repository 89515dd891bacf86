"""Which model "how sure is that?" asks about: the one behind the last answer. Knows tools and models by name."""

import re
from typing import Final

from assistant.messages import ToolCall

SCORES: Final = "model_scorecard"
_MODEL_BEHIND: Final = {
    "forecast_sales": "forecast",
    "recommend_reorder": "inventory",
    "optimize_inventory": "inventory",
    "list_low_stock": "inventory",
    "list_churn_risks": "churn",
    "churn_risk": "churn",
    "customer_profile": "customers",
    "segment_customers": "customers",
    "recommend_price": "prices",
    "plan_promotion": "promotions",
    "review_insights": "reviews",
    "classify_product": "classify",
}
_THAT: Final = re.compile(r"\b(?:it|that|this|these|those|they|you|your)\b", re.IGNORECASE)
_ALL: Final = re.compile(r"\b(?:models|all|every|each|overall)\b", re.IGNORECASE)


def about_the_last(call: ToolCall, before: ToolCall | None, message: str) -> ToolCall:
    """The call for scores with the model behind the last answer, where words such as "that" point to it."""
    model = _MODEL_BEHIND.get(before.name) if before is not None else None
    if model is None or call.arguments or _ALL.search(message) or not _THAT.search(message):
        return call
    return ToolCall(SCORES, {"model": model})
