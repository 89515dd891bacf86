"""Words without which an optional choice is not meant: nobody who says "cheap" asks for a ranking by country.

A choice whose cue is missing from what was said cannot be written by the language model. Knows arguments by name only.
"""

import re
from typing import Final

_CUES: Final = {
    "order": r"best\w*|most|high\w*|biggest|largest|greatest|busiest|strongest|worst|bottom|least|lowe?st|smallest"
    r"|weakest|quietest|slow\w*|fewest|poorest|fastest|top|no\.? ?1|number one|winner|champion|star|leading|popular"
    r"|laggards?|duds?|flops?|dead\w*|hottest|heaviest|slackest|priciest|dearest|peak\w*|trough|last|rock|max\w*|min\w*|richest|keenest"
    r"|finest|hero|record|terrible|driving|crazy|many|bset",
    "sort": r"che[ae]p\w*|expensive|pric\w*|dear\w*|popular\w*|best\w*|top|new\w*|latest|recent\w*|rat(?:ed|ing|ings)"
    r"|review\w*|low\w*|high\w*|most|stars?|budget|afford\w*|luxur\w*|posh\w*|sort\w*|order\w*|first|bargain|inexpensive|fav\w*"
    r"|trend\w*|arriv\w*|just in|sellers?|econom\w*|value|loved?|hot|splurge|recommended",
    "in_stock": r"in ?sto\w*k|stok|stock|available|availab\w*|avail|now|today|in store|shelf|shelves|ready"
    r"|right away|immediate\w*|straight away|sold out|left",
    "compare_to": r"compar\w*|versus|vs\.?|against|than|before|previous|prior|earlier|last|year on year|yoy"
    r"|relative|up on|down on|differ\w*|change\w*|ago|grow\w*|same|beside|next to|stack\w*|mom|to|overlay",
}
_READ: Final = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _CUES.items()}


def meant(argument: str, said: str) -> bool:
    """Whether something in what was said can mean this argument; True for arguments without a cue."""
    cue = _READ.get(argument)
    return cue is None or cue.search(said) is not None
