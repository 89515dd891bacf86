"""Takes card numbers, passwords and keys out of text before anything is stored or shown to a model. Knows only text."""

import re
from typing import Any

CARD_REMOVED = "[card number removed]"
SECRET_REMOVED = "[secret removed]"

_DIGIT_RUN = re.compile(r"\d(?:[ \t\-./_]{0,2}\d){11,}")
_GROUP = re.compile(r"\d+")
_MAX_CARD, _MIN_CARD = 19, 13

# What follows "my password is" when it is not a password.
_NOT_A_SECRET = (
    r"(?!\[secret removed)"
    r"(?!(?:not|no|wrong|incorrect|invalid|lost|forgotten|expired|broken|missing|too|being|never|still|the|a|an|my|to|"
    r"please|correct|right|gone|reset|required|needed|working)\b)"
)
_SECRETS = (
    re.compile(
        r"\b(?P<kept>(?:pass ?word|pass ?phrase|pass ?code|pwd|secret(?: (?:word|key|answer))?|api[ _-]?key|"
        r"access[ _-]?token)"
        r"\s*(?:is|was|=|:|->)\s*[\"'`]?)" + _NOT_A_SECRET + r"[^\s\"'`,;]{3,}",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?P<kept>(?:pin(?: code| number)?|cvv2?|cvc2?|security code|one[- ]time (?:code|password)|otp)"
        r"(?: is| was|\s*[=:])?\s*)\d{3,8}\b",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<kept>)\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}"),
    re.compile(r"(?P<kept>)\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"(?P<kept>)\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|xox[abps]-[\w-]{10,})"),
    re.compile(r"(?P<kept>)\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    re.compile(r"(?P<kept>\bBearer\s+)[\w.~+/-]{16,}=*"),
    re.compile(r"(?P<kept>)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
)


def redact(text: str) -> str:
    """The text with card numbers and secrets replaced by a mark; other text stays as it is."""
    text = _DIGIT_RUN.sub(lambda match: _without_cards(match.group()), text)
    for secret in _SECRETS:
        text = secret.sub(lambda match: match.group("kept") + SECRET_REMOVED, text)
    return text


def redact_all(value: Any) -> Any:
    """The same for every text inside a JSON value."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: redact_all(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_all(each) for each in value]
    if isinstance(value, int) and not isinstance(value, bool) and _is_card(str(value)):
        return CARD_REMOVED
    return value


def _without_cards(run: str) -> str:
    """A run of digit groups with every card number in it replaced; a card begins and ends with a group."""
    groups = list(_GROUP.finditer(run))
    for first, start in enumerate(groups):
        digits = ""
        for end in groups[first:]:
            digits += end.group()
            if _is_card(digits) or (len(end.group()) > _MAX_CARD and end is start):
                return run[: start.start()] + CARD_REMOVED + _without_cards(run[end.end() :])
            if len(digits) > _MAX_CARD:
                break
    return run


def _is_card(digits: str) -> bool:
    """Whether a card network issues such a number: prefix, length and the Luhn check digit (ISO/IEC 7812-1)."""
    length = len(digits)
    if not _MIN_CARD <= length <= _MAX_CARD or not digits.isdecimal():
        return False
    digits = "".join(str(int(digit)) for digit in digits)
    prefixes: dict[int, tuple[str, ...]] = {13: ("4",), 14: ("30", "36", "38", "39"), 15: ("34", "37", "2131", "1800")}
    if not digits.startswith(prefixes.get(length, ("2", "3", "4", "5", "6"))):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
