"""The plainest words of what customers ask for about an order, for when the router takes them for talk or for a rule.

Nothing is done by them but choosing the tool: rules, identity and the customer's yes come after. Knows text only.
"""

import re

from assistant import spans
from assistant.messages import ToolCall

_ORDER = re.compile(r"\b(?:my|an?|the|this|that|our|what i) (?:\w+ ){0,2}orders?(?:ed)?\b", re.IGNORECASE)
_ABOUT_RULES = re.compile(
    r"\b(?:how (?:long|much|many|often|soon|do|does|can|would)|what (?:is|are|happens|does|if)|what's|polic(?:y|ies)"
    r"|in general|usually|generally|your rules?|deadline)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|\w+n['’]t|never) (?:\w+ )?(?:to )?(?:cancel|return|exchange|swap|change)\b", re.IGNORECASE
)
_WISHES = (  # the first that fits stands
    (
        "exchange_items",
        r"\b(?:exchang\w+|swap\w*|trade|replac\w+|in place of)\b|\b(?:another|new|fresh|different) (?:one|1)\b"
        r"|\bsend (?:me |us |out )?another\b",
    ),
    (
        "start_return",
        r"\b(?:return(?:ing)?|refund\w*|money back)\b"
        r"|\b(?:send|sending|bring|give|hand|take|ship|go|goes|going|get|have)\b.{0,60}\bback\b",
    ),
    (
        "change_address",
        r"\baddress\b|\b(?:deliver|delivered|go|goes|sent?|brought|dropped|come|shipped)\b.{0,60}"
        r"(?:\b(?:to|at|instead|somewhere else|elsewhere|another place)\b).{0,60}"
        r"(?:\d|\binstead\b|\belse\b|\bplace\b|\belsewhere\b)",
    ),
    (
        "cancel_order",
        r"\b(?:cancel\w*|call(?:ed)? (?:it )?off|stop(?:ped)?|undo|revoke|withdraw)\b"
        r"|\b(?:don['’]?t|do not|won['’]?t|no longer|not)\b.{0,25}\b(?:need\w*|want\w*|send|be needing)\b",
    ),
    (
        "order_status",
        r"\b(?:where|when|status|track\w*|news|update|arriv\w+|coming|turn(?:ed|ing)? up|gone out|how['’]?s|how is"
        r"|how far|far along|progress|got to|whereabouts|shipped|dispatched|left)\b",
    ),
)
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _WISHES)
_MOVED = re.compile(
    r"\b(?:moved|moving|new (?:address|home|house|place|flat)|live at|from now on"
    r"|address (?:on (?:file|my account)|is))\b",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"\b\d+[a-z]? [A-Z][\w']+")

_INTO_CART = re.compile(
    r"^(?!\W*(?:what|which|how|is|are|did|do i|have i)\b)(?!.*\b(?:see|show|look|what)\b)"
    r".*\b(?:add|put|pop|stick|drop|go|goes|have|take|want|like|get|i['’]?ll)\b.{0,80}"
    r"\b(?:in|into|to)\b (?:my |the |our )?(?:shopping )?(?:basket|cart|trolley|bag)\b",
    re.IGNORECASE | re.DOTALL,
)
_OTHER_PAYMENT = re.compile(
    r"\b(?:another|different|other|new|change|differently|switch)\b.{0,30}\b(?:cards?|pa(?:y|id|yment))\b"
    r"|\b(?:cards?|pa(?:y|id|yment))\b.{0,30}\b(?:another|different|other|new one|change|differently|instead)\b",
    re.IGNORECASE,
)


_SAME_AGAIN = re.compile(
    r"\b(?:replacements?|replace (?:it|them|this|that)|like for like|(?:the )?same (?:one|thing|again|item)"
    r"|(?:a |another |the )?(?:new|fresh|working|intact) (?:one|1)\b|another (?:one|1)\b"
    r"|send (?:me |us |out )?another)\b",
    re.IGNORECASE,
)
_NAMES_SOMETHING = re.compile(r"\w{3,}")
_NAMES_NOTHING = frozenset({"the", "one", "some", "any", "another", "please", "new"})


def with_replacement(call: ToolCall, text: str) -> ToolCall:
    """An exchange whose new items were read as bits of words, or not at all, where the same again was asked for."""
    named = [
        each
        for each in call.arguments.get("new_items") or ()
        if set(_NAMES_SOMETHING.findall(each.lower())) - _NAMES_NOTHING or each.isdigit()
    ]
    if not named and _SAME_AGAIN.search(text):
        named = ["replacement"]
    kept = {name: value for name, value in call.arguments.items() if name != "new_items"}
    return ToolCall(call.name, kept | ({"new_items": named} if named else {}))


def into_cart(text: str) -> bool:
    """Whether something is to go into the cart, not asked what is in it."""
    return bool(_INTO_CART.match(text))


def other_payment(text: str) -> bool:
    """Whether an order, named by its number, is to be paid in another way: no rule answers that."""
    return bool(_OTHER_PAYMENT.search(text) and spans.order_numbers(text) and not spans.emails(text))


def wish(text: str) -> str | None:
    """The tool that a message about an order of one's own asks for; None where its words don't say."""
    plain = text.replace("’", "'")
    if _MOVED.search(plain) and (spans.postcodes(plain) or _HOUSE.search(plain)):
        return "change_address"
    numbered = [each for each in spans.order_numbers(plain) if each not in spans.postcodes(plain)]
    if not numbered and (not _ORDER.search(plain) or _ABOUT_RULES.search(plain)):
        return None
    if _DENIED.search(plain):
        return None
    return next((name for name, pattern in _COMPILED if pattern.search(plain)), None)
