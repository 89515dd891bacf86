"""What the assistant says when no tool is due: greetings, thanks, and the one sentence that declines. Knows no data."""

import re

from assistant.messages import Role

_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|yup|ya|aye|sure|ok(?:ay)?|correct|right|confirm(?:ed)?|please do"
    r"|go ahead|do it|do that|go for it|that'?s (?:right|fine|correct)|sounds good|absolutely"
    r"|definitely|of course|proceed|fine|y|perfect|great|i confirm|i agree|agreed|make it so)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:no|nope|nah|don'?t|do not|cancel that|stop|never ?mind|leave it|forget it|not now"
    r"|n|hold on|wait|rather not|i'?ve changed my mind)\b",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\b(?:but|except|instead|actually|wait|rather|however|only|change|not the|other)\b|\?", re.IGNORECASE
)
_GREETING = re.compile(
    r"^\W*(?:hi+|hello+|hey+|hiya|good (?:morning|afternoon|evening|day)"
    r"|greetings|howdy|morning|evening|ey up|alright)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|ta|cheers|much appreciated|brilliant|lovely|great help)\b", re.IGNORECASE
)
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


def is_yes(message: str) -> bool:
    """Whether the message is a plain yes to what was proposed; "yes, but ..." is not."""
    return bool(_YES.search(message)) and not _BUT.search(message) and len(message.split()) <= 12


def is_no(message: str) -> bool:
    """Whether the message is a no to what was proposed."""
    return bool(_NO.search(message))


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
