"""Who is to be forgotten, and how their traces are told from other things of the same number. Knows no file."""

import re
from dataclasses import dataclass

FORGOTTEN = "[forgotten]"


@dataclass(frozen=True)
class Person:
    """A customer.

    Attributes:
        name_is_shared: another customer has the same name, so that the name alone tells nobody.
        id_is_taken: it is short, or a product or an order has the same number: in a text it tells nobody.
    """

    customer_id: str
    email: str | None = None
    name: str | None = None
    name_is_shared: bool = False
    id_is_taken: bool = False

    def words(self) -> tuple[str, ...]:
        """What tells the person in any text."""
        found = [self.email, None if self.name_is_shared else self.name, None if self.id_is_taken else self.customer_id]
        return tuple(each for each in found if each)

    def pattern(self) -> str | None:
        """A regular expression (RE2 and Python) for these as whole words, to be matched whatever their case."""
        found = [_whole(each) for each in self.words()]
        return f"(?:{'|'.join(found)})" if found else None

    def masked(self, text: str) -> str:
        """The text with what tells the person replaced."""
        pattern = self.pattern()
        return text if pattern is None else re.sub(pattern, FORGOTTEN, text, flags=re.IGNORECASE)


def _whole(words: str) -> str:
    """Edges of a word only where the words begin or end with a letter or digit that both dialects know as one."""
    first, last = (r"\b" if re.match(r"[A-Za-z0-9_]", each) else "" for each in (words[0], words[-1]))
    return f"{first}{re.escape(words)}{last}"
