"""A visitor's turn for programs: its pieces, what ends it early, and server-sent events. Knows no address."""

from collections.abc import Iterator

from fastapi.responses import StreamingResponse

from assistant.messages import Answer
from ui.api_errors import ApiError
from ui.visitors import Shown, Trouble, Visitor

_STATUS: dict[Trouble, int] = {"busy": 409, "too_fast": 429, "crowded": 503, "key_reused": 422, "broken": 500}
_CODE: dict[Trouble, str] = {"broken": "internal", "": "unavailable"}


def answered_turn(visitor: Visitor, question: str, address: str, key: str = "") -> Iterator[Shown]:
    """The turn as it grows, with its place in line while it waits.

    Raises:
        ApiError: another question of the conversation is being answered (409), too many came (429), too many wait
            (503), or the turn broke off (500, 503).
    """
    for shown in visitor.ask(question, address, key):
        if shown.failed:
            trouble = shown.trouble
            raise ApiError(_STATUS.get(trouble, 503), _CODE.get(trouble, trouble), shown.said, wait=shown.wait)
        yield shown


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
