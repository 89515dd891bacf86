"""A visitor's turn for programs: its pieces, what ends it early, and server-sent events. Knows no address."""

from collections.abc import Iterator

from fastapi.responses import StreamingResponse

from assistant.messages import Answer
from ui import texts
from ui.api_errors import ApiError
from ui.visitors import Shown, Visitor


def answered_turn(visitor: Visitor, question: str) -> Iterator[Shown]:
    """The turn as it grows.

    Raises:
        ApiError: another question of the conversation is being answered (409), or the turn broke off (500, 503).
    """
    for shown in visitor.ask(question):
        if shown.failed:
            raise _broken(shown.said)
        yield shown


def _broken(said: str) -> ApiError:
    if said == texts.BUSY:
        return ApiError(409, "busy", said, wait=2)
    if said == texts.BROKEN:
        return ApiError(500, "internal", said)
    return ApiError(503, "unavailable", said)


def pieces(turn: Iterator[Shown]) -> Iterator[str | Answer]:
    """What is new in each view of a turn: pieces of text, at last the answer."""
    said = ""
    for shown in turn:
        whole = shown.answer.answer if shown.answer is not None else shown.said
        if whole != said and whole.startswith(said):
            yield whole[len(said) :]
            said = whole
        if shown.answer is not None:
            yield shown.answer


def sse(events: Iterator[str], headers: dict[str, str]) -> StreamingResponse:
    """A response of server-sent events that no proxy holds back."""
    quick = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers}
    return StreamingResponse(events, media_type="text/event-stream", headers=quick)
