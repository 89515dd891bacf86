"""The words for three reports that the router was not trained on: new and returning customers, who comes back, baskets.

Knows words only. Plain wordings name the report outright; looser ones count only where a sales report is asked for
anyway, as "together" and "new" also stand in questions about one product or about promotions.
"""

import re
from typing import Final

REPORT: Final = "sales_report"
KINDS: Final = ("customer_type", "cohort", "basket")

_NEW: Final = (
    r"(?:brand[- ])?(?:new|first[- ]time|one[- ]time)(?: (?:customers?|buyers?|shoppers?|clients?|ones?|people))?"
)
_BACK: Final = (
    r"(?:(?:the|our|my) )?(?:returning|repeat|recurring|existing|old|established)"
    r"(?: (?:customers?|buyers?|shoppers?|clients?|ones?|people))?"
)
_OR: Final = (
    r" ?(?:,|/|\+|&|-|and|or|vs\.?|versus|v|against|compared (?:to|with)|(?:split|broken down) by|to|than|from) ?"
)
_PLAIN: Final = {
    "customer_type": rf"\b(?:{_NEW}{_OR}{_BACK}|{_BACK}{_OR}{_NEW})\b"
    rf"|\bnew (?:customers|buyers)\b(?: \w+){{0,5}} (?:than|versus|vs\.?|against|compared (?:to|with)) {_BACK}\b",
    "cohort": r"\bcohorts?\b|\bretention (?:rates? )?by (?:\w+ )?(?:month|cohort)"
    r"|\b(?:retention|repeat[- ]purchase) (?:curves?|tables?|matrix)\b"
    r"|\bby (?:the )?month (?:of|in which|when|they) (?:\w+ ){0,3}first\b",
    "basket": r"\b(?:market[- ])?basket analys[ie]s\b|\bfrequently bought together\b|\bassociation rules?\b"
    r"|\bpairs? of (?:products?|items?|articles?)\b"
    r"|\b(?:product|item) (?:pairs|combinations|combos)\b"
    r"|\b(?:buy|bought|buys|buying|purchased?|ordered|order|sell|sells|sold|go|goes) (?:most |best |often |frequently "
    r"|commonly |usually |typically ){0,3}together\b"
    r"|\bin the same (?:basket|order|cart|transaction)\b(?! as\b)",
}
_LOOSE: Final = {
    "customer_type": r"\b(?:new|first[- ]time|returning|repeat) (?:customers?|buyers?|shoppers?|clients?)\b",
    "cohort": r"\b(?:retention|retained|retain)\b|\b(?:come|came|coming|comes) back\b.*\bmonth",
}
_PROBLEMS: Final = re.compile(
    r"\b(?:problems?|complaints?|issues?|faults?|defects?|flaws?)\b.*\b(?:cost\w*|dear\w*|expensive|money|los\w+)\b"
    r"|\b(?:cost\w*|dear\w*|expensive|los\w+)\b.*\b(?:problems?|complaints?|issues?|faults?|defects?|flaws?)\b"
    r"|\bwhich (?:products?|items?)\b.*\b(?:complain\w*|criticis\w*|bad reviews|worst reviews)\b",
    re.IGNORECASE,
)
_READ_PLAIN: Final = {kind: re.compile(words, re.IGNORECASE) for kind, words in _PLAIN.items()}
_READ_LOOSE: Final = {kind: re.compile(words, re.IGNORECASE) for kind, words in _LOOSE.items()}
# "Returning" customers return nothing, and "first order" counts no orders: these reports have words of their own.
_MEASURES: Final = {
    "average_order_value": r"\baverage (?:order|basket|spend)\w*|\baov\b|\b(?:order|basket) (?:value|size)",
    "return_rate": r"\breturn rates?\b|\brefund\w*|\breturns\b|\bsen[dt]\w* (?:\w+ )?back\b",
    "revenue": r"\brevenue\b|\bsales\b|\bturnover\b|\btakings?\b|\bincome\b|\bmoney\b|\bsp[ea]n[dt]\w*|\bworth\b",
    "units": r"\bunits?\b|\bpieces\b|\bquantit\w+",
    "orders": r"\b(?:number of|how many) orders\b|\borders (?:of|from|by)\b",
}
_READ_MEASURES: Final = {metric: re.compile(words, re.IGNORECASE) for metric, words in _MEASURES.items()}
# Together with something named: that is a question about one product.
_WITH: Final = re.compile(r"\bwith\b(?! (?:each other|one another|eachother))", re.IGNORECASE)
_CUSTOMERS: Final = re.compile(r"\b(?:customers|buyers|shoppers|clients|people|vs|versus|against)\b", re.IGNORECASE)
_ALL: Final = re.compile(r"\b(?:all|total|altogether) (?:the |our |my )?(?:customers|buyers)\b", re.IGNORECASE)
_AHEAD: Final = re.compile(
    r"\b(?:will|next|forecast|predict|expect|going to|lose|losing|leav\w*|churn\w*)\b", re.IGNORECASE
)


def named_report(said: str) -> str | None:
    """The way to split the report that is asked for outright; None where none is, or where the future is meant."""
    if _AHEAD.search(said):
        return None
    found = next((kind for kind, words in _READ_PLAIN.items() if words.search(said)), None)
    one_product = found == "basket" and _WITH.search(said)
    one_customer = found == "customer_type" and not _CUSTOMERS.search(said)
    return None if one_product or one_customer else found


def meant_report(said: str) -> str | None:
    """The same, also by words that could mean something else, for a message that asks for a sales report anyway."""
    loose = (
        None if _ALL.search(said) else next((kind for kind, words in _READ_LOOSE.items() if words.search(said)), None)
    )
    return named_report(said) or loose


def measured(said: str) -> str:
    """What new and returning customers, or those of a month, are measured by: how many they are, or what was said."""
    return next((metric for metric, words in _READ_MEASURES.items() if words.search(said)), "customers")


def asks_for_problem_costs(said: str) -> bool:
    """Whether it is asked which products' problems cost most."""
    return _PROBLEMS.search(said) is not None
