"""The errors of the assistant.

AssistantError
├── ShopNotFound     no shop, or a half-built one, where one was expected
├── BadCall          a tool call with missing, unknown or wrong arguments
├── Refused          the caller may not do this
├── NotFound         nothing in the shop matches what was said
├── Unclear          several things match; carries the choices
├── WrongUse         a command with the wrong options
├── NotImportable    a file, or a mapping of its columns, that cannot be imported; nothing was changed
├── BadMessage       an empty or over-long message, a malformed batch line
│   └── BadSound     a recording that is none, too long, or cannot be understood
├── RecordsUnavailable  the database of conversations and requests cannot be opened or is locked
└── ModelUnavailable the language model cannot be loaded or reached
"""


class AssistantError(Exception):
    """Base of all errors that a person may read: what was expected, what came, and the fix.

    Attributes:
        lacks: the argument of the tool that the person is asked for; None where nothing is asked.
    """

    lacks: str | None = None


class ShopNotFound(AssistantError):
    """No complete shop in the folder."""


class BadCall(AssistantError):
    """A tool call does not fit the tool's signature."""


class Refused(AssistantError):
    """The caller has no permission, or the shop's rules forbid it."""


class NotFound(AssistantError):
    """Nothing in the shop matches."""


class Unclear(AssistantError):
    """Several readings are close; the person has to choose."""

    def __init__(self, message: str, choices: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.choices = choices


class WrongUse(AssistantError):
    """A command was given the wrong options."""


class NotImportable(AssistantError):
    """A file cannot be imported as it is mapped; the shop is as it was."""


class BadMessage(AssistantError):
    """A message that cannot be answered as it is."""


class BadSound(BadMessage):
    """A recording that cannot be heard."""


class RecordsUnavailable(AssistantError):
    """The database of conversations and requests cannot be reached; nothing was changed."""


class ModelUnavailable(AssistantError):
    """The language model cannot be loaded or reached."""
