"""A message that only asks why: what the last answer rests on, in the tools' own sentences. Knows results, no tool.

A question why something happened ("why did sales fall") is a question of its own, and not meant here.
"""

import re
from collections.abc import Sequence

from assistant.messages import Role, ToolResult

_MOST = 5  # sentences
NOTHING_KNOWN = "I have no more than that to go by."
_LED = r"^\W*(?:(?:ok(?:ay)?|and|but|so|hm+|oh|right|sure|thanks|please)\b[ ,]*)*"
_WHY = re.compile(
    _LED + r"(?:why(?: (?:is|are|was|do|does|would|should)? ?(?:that|this|it|so|them|those|these|you say (?:so|that)|"
    r"you think (?:so|that)))?(?: so)?(?: (?:many|few|much|little|high|low|cheap|dear))?|how come|how so|"
    r"what makes you (?:say|think) (?:so|that|this)|how do you (?:know|get to)(?: (?:that|this))?|"
    r"explain(?: (?:that|this|it))?|"
    r"(?:what(?:'s| is) the reason|what are the reasons|the reasons?)(?: (?:for|behind) (?:that|this|it))?|"
    r"what(?:'s| is) (?:that|this|it) based on|on what (?:grounds|basis)|because of what)(?: please)?[ ?.!]*$",
    re.IGNORECASE,
)


def asks_only_why(message: str) -> bool:
    """Whether a message asks for nothing but the reasons of what was said before."""
    return bool(_WHY.match(message))


def reasons(role: Role, results: Sequence[ToolResult]) -> tuple[str, ...]:
    """What the results rest on: their reasons, else their notes; for managers the method and its score, too.

    Returns:
        Sentences; none where a result failed or nothing is known of how it came about.
    """
    said: list[str] = []
    for result in results:
        if result.status != "ok":
            return ()
        said += (result.reasons or result.notes)[:_MOST]
        if role == "manager" and said:
            told = (("How it was computed", result.method), ("How well that does", result.score))
            said += [f"{what}: {text.rstrip('.')}." for what, text in told if text]
    return tuple(dict.fromkeys(said))
