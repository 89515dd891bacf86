"""Hearing and speaking for the page and for programs: sound in, words out, and the other way round.

Knows the shop's speech models by what they do; keeps neither sound nor words. One recording or text is worked on at a
time, so that voices never take more than one core; a few wait, and who comes then is asked to come back.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Body, FastAPI, Request
from fastapi.responses import Response

from assistant.safety import RateLimit
from assistant.speech.sound import read_wav, wav_of
from ui.api_desk import Desk
from ui.api_errors import ApiError, SafeJson
from ui.api_models import HeardBody, ToSay

_AT_ONCE = 6  # one that is worked on, and who waits for it
_BURST, _PER_MINUTE = 20, 30.0  # of one address
_NONE = "This shop has no model that {does}: name one as `{setting}` under [speech] of shop.toml."
WAV = "audio/wav"


class SpeechDesk:
    """Lets so many in at once, and each address so often."""

    def __init__(self, desk: Desk, rate: RateLimit | None = None, at_once: int = _AT_ONCE) -> None:
        """Nobody is there yet.

        Args:
            desk: knows who asks.
            rate: of one address; None: 20 at once, then 30 a minute.
            at_once: how many may be there.
        """
        self._desk = desk
        self._rate = rate or RateLimit(_BURST, _PER_MINUTE)
        self._places = threading.BoundedSemaphore(at_once)

    @contextmanager
    def place(self, request: Request) -> Iterator[None]:
        """A place for one request.

        Raises:
            ApiError: too many came from this address (429), or too many are there (503).
        """
        self._desk.doorman.count(request)
        wait = self._rate.take(self._desk.doorman.address(request))
        if wait:
            seconds = max(1, round(wait + 0.5))
            raise ApiError(429, "too_fast", f"Too much speech at once. Please wait {seconds} seconds.", wait=seconds)
        if not self._places.acquire(blocking=False):
            raise ApiError(503, "crowded", "Many people are speaking just now. Please try again in a moment.", wait=5)
        try:
            yield
        finally:
            self._places.release()


def add_speech(app: FastAPI, desk: Desk, speech: SpeechDesk | None = None) -> None:
    """Serves `/listen` and `/speak`."""
    places, shop = speech or SpeechDesk(desk), desk.shop

    @app.post("/listen", response_model=HeardBody)
    def listen(request: Request, sound: Annotated[bytes, Body(media_type=WAV)] = b"") -> Response:
        """What was said in a recording: a WAV file (PCM; 16 kHz is best) of half a minute at most. It is not kept."""
        with places.place(request):
            if shop.hearing is None:
                raise ApiError(404, "no_model", _NONE.format(does="hears", setting="model"))
            recorded = read_wav(sound, shop.settings.speech.longest_seconds)
            return SafeJson({"text": shop.hearing.words(recorded), "seconds": round(recorded.seconds, 2)})

    @app.post("/speak", response_class=Response, responses={200: {"content": {WAV: {}}}})
    def speak(request: Request, said: ToSay) -> Response:
        """A text as sound (WAV)."""
        with places.place(request):
            if shop.voice is None:
                raise ApiError(404, "no_model", _NONE.format(does="speaks", setting="voice"))
            sound = wav_of(shop.voice.says(said.text))
            return Response(sound, media_type=WAV, headers={"Cache-Control": "no-store"})
