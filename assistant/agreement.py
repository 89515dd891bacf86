"""A yes in people's own words: every word of it agrees, is polite, or names the very change that is proposed.

Knows words only. "Yes, cancel" is a yes to a cancellation and to nothing else; a word that is not known here makes the
message more than a yes.
"""

import re
from typing import Final

_AGREEING: Final = frozenset(
    "yes yess yesss yse yep yup yeah yeh yea ye yh ya aye yessir sure ok okay correct right rite rigth confirm "
    "confirmed confirming approved affirmative agree agreed accept accepted authorised authorized acknowledged "
    "indeed exactly exact certain absolutely definitely certainly proceed execute perfect grand splendid good "
    "mhm please pls plz plese pleez go goes uhhuh bet".split()
)
_BESIDE: Final = frozenset(
    "i i'm im am that thats that's is it its it's this these those the one ones all both them dat be would "
    "should will that'd that'll quite very so most just now then already finally obviously clearly kindly "
    "gladly gratefully do does doing start make made done get on ahead ahed with for to as well too if you your "
    "you're most obliged thank thanks thankyou tanks ta cheers dear deer love mate sir ma'am madam fam pal "
    "heavens heaven's goodness god's sake much like in order lovely great nice fine kind nothing again uh huh "
    "mm hm oh ah well ya'll no-doubt said he she says they crack hurry and may can could his her my".split()
)
# The tool whose change is proposed -> words that name it.
_NAMING: Final = {
    "cancel_order": frozenset("cancel cancell cancelled stop order".split()),
    "start_return": frozenset("return refund back send take".split()),
    "exchange_items": frozenset("exchange swap change replace send".split()),
    "change_address": frozenset("change address account whole send there deliver".split()),
    "change_payment": frozenset("change payment pay charge card".split()),
}
_ASKING: Final = re.compile(
    r"\b(?:can|could|is|are|will|would|should|may|must) (?:i|it|you|that|this|they|these|we)\b(?! do)"
    r"|\b(?:do|does) (?:i|you|we|they|he|she)\b",
    re.IGNORECASE,
)
_MOST: Final = 10  # words


def agrees(message: str, tool: str | None = None) -> bool:
    """Whether every word of a message agrees to what is proposed.

    Args:
        message: what was said.
        tool: whose change is proposed; its own words ("yes, cancel") are part of a yes to it only.
    """
    words = re.findall(r"[a-z]+(?:['’][a-z]+)?", message.lower().replace("uh-huh", "uhhuh").replace("’", "'"))
    known = _AGREEING | _BESIDE | _NAMING.get(tool or "", frozenset())
    plain = not re.search(r"[?\d]", message) and not _ASKING.search(message)
    return plain and 0 < len(words) <= _MOST and set(words) <= known and not _AGREEING.isdisjoint(words)
