"""Which argument a question to the customer is about, so that the next message can answer it. Knows errors, no tool."""

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import AssistantError


@contextmanager
def asking(argument: str) -> Iterator[None]:
    """What fails inside asks for this argument, unless it says itself what it asks for."""
    try:
        yield
    except AssistantError as failure:
        failure.lacks = failure.lacks or argument
        raise
