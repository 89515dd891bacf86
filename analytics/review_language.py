"""Which language a review is written in, by its commonest small words or its script. Knows words, no shop.

A few dozen small words make up about half of any text, therefore they tell the languages of Western shops apart from
one sentence on; a text that is too short or mixed is "unknown" and is read like the others.
"""

import re
import unicodedata
from typing import Final

ENGLISH: Final = "English"
UNKNOWN: Final = "unknown"
OTHER_SCRIPT: Final = "another script"
_SMALL: Final = {
    ENGLISH: "the and is it i my this of to for with was not but very in they are that have so on as had be from at "
    "we you would these were its when just all too which will has good great love lovely a an no me do or if by he "
    "she his her one out up what more only than can could your our am did does then who how after into about",
    "German": "der die das und ist ich nicht ein eine mit sehr es auf war sie den von zu wir dem auch aber nur wie "
    "fuer für bei hat habe leider gut noch schön schnell sind wurde",
    "French": "le la les et est je pas un une avec très il elle des du pour que qui dans ce cette sur mais nous été "
    "j'ai c'est bien produit plus trop aux sont mon ma",
    "Spanish": "el la los las y es no un una con muy que de para por pero lo se me mi esta este en del como más ha "
    "bien buena bueno llegó son todo",
    "Italian": "il la le e è non un una con molto che di per ma lo si mi questo questa in del come più ha bene sono "
    "della ottimo ho arrivato",
    "Dutch": "de het een en is ik niet met zeer van op was ze dat voor wij maar ook erg deze heel goed mooi zijn te "
    "heb naar bij geen wel",
    "Portuguese": "o a os as e é não um uma com muito que de para por mas se me meu minha este esta em do da como mais "
    "bem chegou são foi",
    "Polish": "i jest nie to na się w z do bardzo że ale jak tak za po dobry polecam produkt są był tylko mi",
    "Swedish": "och är det inte en ett jag med mycket på som att av för den men har var så bra till mig mycket",
}  # fmt: skip
_WORDS: Final = {name: frozenset(words.split()) for name, words in _SMALL.items()}
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FEWEST_WORDS: Final = 4
_FEWEST_KNOWN: Final = 2
_CLEARLY: Final = 1.5  # times as many small words as the next language


def language_of(text: str) -> str:
    """The language's English name, `OTHER_SCRIPT`, or `UNKNOWN` where the text is too short or mixed to tell."""
    letters = [character for character in text if character.isalpha()]
    if letters and sum(_is_latin(character) for character in letters) < len(letters) / 2:
        return OTHER_SCRIPT
    words = [word.lower() for word in _WORD.findall(text.replace("’", "'"))]
    if len(words) < _FEWEST_WORDS:
        return UNKNOWN
    counts = sorted(((sum(word in known for word in words), name) for name, known in _WORDS.items()), reverse=True)
    (most, name), (next_most, _) = counts[:2]
    return name if most >= _FEWEST_KNOWN and most >= _CLEARLY * next_most else UNKNOWN


def _is_latin(character: str) -> bool:
    return "LATIN" in unicodedata.name(character, "")
