"""What the assistant says when no tool is due: greetings, thanks, and the one sentence that declines. Knows no data."""

import re

from assistant.agreement import agrees
from assistant.messages import Role

_AGREEING = (
    r"yes|yep|yeah|yup|ya|yea|aye|sure(?: thing)?|ok(?:ay)?|okey|correct|right|confirm(?:ed)?|i confirm"
    r"|please do|go ahead|go for it"
    r"|do it|do that|do so|that'?s (?:right|fine|correct|ok(?:ay)?|all|it)|sounds good|absolutely"
    r"|definitely|certainly|of course|proceed"
    r"|fine|y|perfect|great|i agree|agreed|make it so|carry on|lovely|brilliant|alright|all right|yes i am"
    r"|i am|i do|i'?m sure|why not|go on(?: then)?|let'?s do (?:it|that)|that (?:would|will) (?:be )?"
    r"(?:do|fine|great|good|lovely|perfect|nice)|that'?s what i (?:want|meant|mean)"
    r"|i would|i'?d like that|exactly|spot on"
)
_POLITE = (
    r"please|pls|plz|thanks?(?: you)?|cheers|ta|then|now|with (?:it|that|this|the [a-z]+)|for me|and|by all means"
    r"|a (?:second|sec|moment|minute)|mate|love|just|so|oh+|ah+|well|hm+|you'?re (?:a |an |so |very |the )?"
    r"(?:star|legend|angel|gem|kind|great|brilliant|helpful|best|right)|that'?s (?:very |so |really )?"
    r"(?:kind|great|good|nice|helpful)(?: of you)?"
)
# A yes is a yes only when nothing else is said: "ok never mind" is none.
_YES = re.compile(
    rf"\W*(?:(?:oh+|ah+|well|hm+)\b\W*)?(?:(?:{_AGREEING})\b\W*)(?:(?:{_AGREEING}|{_POLITE})\b\W*)*", re.IGNORECASE
)
_DECLINING = (
    r"no(?:pe)?|nah|don'?t(?: do (?:it|that))?|do not(?: do (?:it|that))?|cancel that|stop(?: it)?"
    r"|never ?mind|leave it(?: as it is)?"
    r"|forget (?:it|about it)|not now|hold on|wait|rather not|i'?d rather not|i'?ve changed my mind"
    r"|keep (?:it|the order)|n"
)
_NO = re.compile(rf"\W*(?:(?:{_DECLINING}|{_POLITE}|ok(?:ay)?|actually|sorry|right)\b\W*)+", re.IGNORECASE)
_HAS_NO = re.compile(rf"\b(?:{_DECLINING})\b", re.IGNORECASE)
_GREETING = re.compile(
    r"^\W*(?:hi+|hello+|hey+|hiya|good (?:morning|afternoon|evening|day)"
    r"|greetings|howdy|morning|evening|ey up|alright)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|ta|cheers|much appreciated|brilliant|lovely|great help)\b", re.IGNORECASE
)
_FEW = 3  # words
_BYE = re.compile(
    r"\b(?:bye|goodbye|see you|good night|that'?s all|that is all|nothing else|ciao|farewell|cya)\b", re.IGNORECASE
)
_HOW = re.compile(
    r"\bhow are you|how's it going|how do you do|who are you|what are you"
    r"|are you (?:a |an )?(?:real|human|bot|robot|ai|person)",
    re.IGNORECASE,
)

CAN_DO: dict[Role, str] = {
    "customer": "find products, compare and recommend them, check stock, answer questions about our policies, "
    "and help with your orders",
    "manager": "report sales, forecast demand, advise on reorders, prices and offers, "
    "and tell you about customers and reviews",
}


def is_yes(message: str, tool: str | None = None) -> bool:
    """Whether the message is a yes to what was proposed, by the tool if it is known, and nothing else."""
    return (_YES.fullmatch(message) is not None and "?" not in message) or agrees(message, tool)


def is_no(message: str) -> bool:
    """Whether the message is a no to what was proposed and nothing else; "no wait, item 2" says more."""
    return _NO.fullmatch(message) is not None and _HAS_NO.search(message) is not None


def is_thanks(message: str) -> bool:
    """Whether a few words thank or praise and ask for nothing."""
    return len(message.split()) <= _FEW and _THANKS.search(message) is not None and "?" not in message


def small_talk(message: str, role: Role, shop: str) -> str:
    """An answer to a message that calls no tool: friendly to talk, one declining sentence to anything else."""
    short = len(message.split()) <= 12
    if short and _BYE.search(message):
        return "Goodbye, and thank you for stopping by!" if role == "customer" else "Goodbye."
    if short and _THANKS.search(message):
        return "You're welcome! Is there anything else I can help you with?"
    if short and _HOW.search(message):
        return f"I'm the automatic assistant of {shop}, and I'm here to help: I can {CAN_DO[role]}."
    if short and _GREETING.search(message):
        return f"Hello, and welcome to {shop}! I can {CAN_DO[role]}. What can I do for you?"
    return f"I'm sorry, I can't help with that here; I can {CAN_DO[role]}."


STAFF_ONLY = "I'm sorry, that is for the shop's staff only. I can " + CAN_DO["customer"] + "."
DROPPED = "All right, nothing was changed."
ONE_AT_A_TIME = "One change at a time, please: answer the question above first, then tell me the other one again."
AWAY = (
    "I'm sorry, I can't answer questions just now, because a part of me cannot be reached. Nothing was changed and "
    "nothing is lost: please try again in a few minutes, or ask for a person."
)
