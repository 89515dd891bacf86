"""Whether a message puts right how many pieces were just put into the cart, rather than adding more. Knows words."""

import re
from typing import Final

from assistant.messages import ToolCall

_PUTS_RIGHT: Final = re.compile(
    r"\b(?:make (?:it|that|them|this)|change (?:it|that) to|only|just|instead|rather|actually|mea?nt?|not|no|sorry"
    r"|excuse|enough)\b",
    re.IGNORECASE,
)
_ADDS: Final = re.compile(r"\b(?:more|another|extra|additional|also|too|as well|again|on top)\b", re.IGNORECASE)


def corrects(call: ToolCall, before: ToolCall | None, message: str) -> bool:
    """Whether a call names another number of what the call before put into the cart ("actually make it two").

    Args:
        call: that is to be made.
        before: the last call of the conversation, where its turn made no other.
        message: what was said.
    """
    return (
        before is not None
        and call.name == before.name == "add_to_cart"
        and "quantity" in call.arguments
        and call.arguments.get("product") == before.arguments.get("product")
        and _PUTS_RIGHT.search(message) is not None
        and _ADDS.search(message) is None
    )
