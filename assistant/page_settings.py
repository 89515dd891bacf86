"""What `shop.toml` may say about the page that people see. Knows no page.

[page]                        # left out: the language of each reader's browser
language = "zh"               # "auto", "en" or "zh": of the page's own texts; each reader may choose another
"""

from dataclasses import dataclass
from typing import Final

PAGE_LANGUAGES: Final = ("auto", "en", "zh")


@dataclass(frozen=True)
class PageSettings:
    """The page; language: of its own texts, "auto" for that of each reader's browser."""

    language: str = "auto"

    def __post_init__(self) -> None:
        """Checks the language.

        Raises:
            ValueError: the page does not speak it.
        """
        if self.language not in PAGE_LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(PAGE_LANGUAGES)}; got {self.language!r}")
