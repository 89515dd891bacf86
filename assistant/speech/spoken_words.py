"""How a text is read out in English: prices, percentages, codes and other figures as words.

Speech models know letters; many of them drop a digit or a sign of money that they have not learnt, and a price without
its figure is worse than none. Knows texts only.
"""

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_LARGE = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1_000, "thousand"))
_MONEY = {"£": ("pound", "penny", "pence"), "$": ("dollar", "cent", "cents"), "€": ("euro", "cent", "cents")}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_PRICE = re.compile(rf"([-−]\s?)?([£$€])\s?({_NUMBER})")
_SHARE = re.compile(rf"({_NUMBER})\s?%")
_CODE = re.compile(r"(?<![.,£$€])\b(?:[A-Z]+\d+[A-Z0-9]*|0\d+|\d{6,}|\d+[A-Z]+[A-Z0-9]*)\b(?![.,]\d)")
_TIME = re.compile(r"\b(\d{1,2}):(\d\d)\b")
_RANGE = re.compile(r"(?<=\d)\s?[–-]\s?(?=\d)")
_MINUS = re.compile(r"(?:(?<=\s)|^)[-−](?=\d)")
_PLAIN = re.compile(_NUMBER)
_SIGNS = (("&", " and "), ("+", " plus "), ("×", " times "), ("/", " or "), ("#", " number "), ("_", " "))


def spoken(text: str) -> str:
    """The text with every figure in words; empty where there is nothing to say.

    A number of six digits and more without separators, or one that begins with a zero or holds letters, is a code and
    is read digit by digit.
    """
    text = _TIME.sub(_time, text)
    text = _CODE.sub(_letters, text)
    text = _PRICE.sub(_price, text)
    text = _SHARE.sub(lambda found: f"{_number(found[1])} percent", text)
    text = _RANGE.sub(" to ", text)
    text = _MINUS.sub("minus ", text)
    text = _PLAIN.sub(lambda found: f" {_number(found[0])} ", text)
    for sign, word in _SIGNS:
        text = text.replace(sign, word)
    text = re.sub(r"\s+([.,;:!?)])", r"\1", " ".join(text.split()))
    return text if any(character.isalnum() for character in text) else ""


def in_words(number: int) -> str:
    """A whole number from 0 in words: 1,250 -> "one thousand two hundred and fifty".

    Raises:
        ValueError: the number is below zero.
    """
    if number < 0:
        raise ValueError(f"Expected a number from 0; got {number}.")
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
    if number < 1_000:
        hundreds, rest = divmod(number, 100)
        return f"{_ONES[hundreds]} hundred" + (f" and {in_words(rest)}" if rest else "")
    size, name = next(each for each in _LARGE if number >= each[0])
    many, rest = divmod(number, size)
    joined = " and " if 0 < rest < 100 else " "
    return f"{in_words(many)} {name}" + (f"{joined}{in_words(rest)}" if rest else "")


def _number(written: str) -> str:
    whole, _, part = written.replace(",", "").partition(".")
    return in_words(int(whole)) + (f" point {_digits(part)}" if part else "")


def _digits(written: str) -> str:
    return " ".join(_ONES[int(digit)] for digit in written)


def _letters(found: re.Match[str]) -> str:
    """A code, sign by sign."""
    return " ".join(_ONES[int(sign)] if sign.isdecimal() else sign for sign in found[0])


def _time(found: re.Match[str]) -> str:
    hour, minute = in_words(int(found[1])), int(found[2])
    return f"{hour} o'clock" if not minute else f"{hour} {'oh ' if minute < 10 else ''}{in_words(minute)}"


def _price(found: re.Match[str]) -> str:
    minus, sign, written = found.groups()
    one, small, smalls = _MONEY[sign]
    whole, _, part = written.replace(",", "").partition(".")
    pounds, pence = int(whole), int((part + "00")[:2])
    said = [f"{in_words(pounds)} {one}{'' if pounds == 1 else 's'}"] if pounds or not pence else []
    if pence:
        said.append(f"{in_words(pence)} {small if pence == 1 else smalls}")
    return f"{'minus ' if minus else ''}{' '.join(said)}"
