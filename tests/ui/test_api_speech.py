import threading
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from scripted_page import begin
from tiny_speech import LOW, RATE, SAID, tone

from assistant.errors import ModelUnavailable
from assistant.safety import RateLimit
from assistant.speech.hearing import Hearing
from assistant.speech.settings import SpeechSettings
from assistant.speech.sound import Sound, read_wav, wav_of
from assistant.speech.voice import Voice
from ui.access import Access
from ui.api import build_api
from ui.api_access import Doorman
from ui.api_desk import Desk
from ui.api_speech import SpeechDesk
from ui.visitors import Visitors

WAV = {"Content-Type": "audio/wav"}
SPOKEN = wav_of(tone(LOW))


@pytest.fixture
def shop(shop):
    shop.settings.speech = SpeechSettings("tiny", "tiny", longest_seconds=5)
    shop.hearing = SimpleNamespace(words=lambda sound: f"{sound.seconds:g} s at {sound.rate}")
    shop.voice = SimpleNamespace(says=lambda text: Sound(np.zeros(len(text) * 200, np.float32), RATE))
    return shop


@pytest.fixture
def api(shop):
    access = Access(loopback=True)
    app = build_api(shop, access, Doorman(access), Visitors(shop, begin))
    return TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)


def error_of(response, status):
    assert response.status_code == status
    return response.json()["error"]


def test_a_recording_becomes_words_and_a_text_becomes_sound(api):
    heard = api.post("/listen", content=SPOKEN, headers=WAV)
    assert heard.json() == {"text": "1 s at 16000", "seconds": 1.0}
    spoken = api.post("/speak", json={"text": "Hello there."})
    assert (spoken.headers["content-type"], spoken.headers["cache-control"]) == ("audio/wav", "no-store")
    assert len(read_wav(spoken.content, 30).samples) == 2_400


def test_the_models_of_the_shop_do_it(api, shop, speech_models):
    hears, speaks = map(str, speech_models)
    shop.hearing, shop.voice = Hearing(SpeechSettings(model=hears)), Voice(SpeechSettings(voice=speaks))
    assert api.post("/listen", content=SPOKEN, headers=WAV).json()["text"] == SAID[LOW]
    sound = read_wav(api.post("/speak", json={"text": "It costs £3."}).content, 30)
    assert sound.audible
    assert np.abs(sound.samples - shop.voice.says("It costs £3.").samples).max() < 1e-3


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        (b"", 400, "got nothing"),
        (b"\x1aE\xdf\xa3 webm", 400, "Expected a WAV file"),
        (wav_of(tone(LOW, 6.0)), 400, "at most 5 seconds of sound; got 6"),
        (wav_of(tone(LOW, 32.0)), 413, "at most 1,000,000 bytes"),
    ],
    ids=["nothing", "no wav", "too long", "too large"],
)
def test_what_cannot_be_heard_is_told(api, sent, status, why):
    assert why in error_of(api.post("/listen", content=sent, headers=WAV), status)["message"]


def test_a_shop_without_models_says_how_to_name_one(api, shop):
    shop.hearing = shop.voice = None
    assert "`model` under [speech]" in error_of(api.post("/listen", content=SPOKEN, headers=WAV), 404)["message"]
    assert "`voice` under [speech]" in error_of(api.post("/speak", json={"text": "Hello."}), 404)["message"]


def test_a_model_that_is_away_is_not_the_callers_fault(api, shop):
    def away(_):
        raise ModelUnavailable("Expected the model tiny.")

    shop.hearing.words = away
    assert error_of(api.post("/listen", content=SPOKEN, headers=WAV), 503)["code"] == "unavailable"


@pytest.mark.parametrize("said", [{}, {"text": 3}, {"text": "a" * 2_001}, {"text": "a\0"}, {"text": "a", "voice": "b"}])
def test_a_text_that_is_none_is_told(api, said):
    assert error_of(api.post("/speak", json=said), 422)["code"] == "invalid"


def test_who_speaks_too_often_waits(shop):
    access = Access(loopback=True)
    desk = SpeechDesk(Desk(shop, Visitors(shop, begin), Doorman(access)), RateLimit(burst=1, per_minute=1))
    request = SimpleNamespace(headers={}, client=SimpleNamespace(host="10.0.0.1"))
    with desk.place(request):
        pass
    with pytest.raises(Exception, match="Please wait") as refused, desk.place(request):
        pass
    assert refused.value.status == 429


def test_who_comes_when_many_speak_is_asked_to_come_back(api, shop):
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(_):
        begun.release()
        assert go_on.wait(10)
        return "done"

    shop.hearing.words = slow
    said = []
    threads = [
        threading.Thread(target=lambda: said.append(api.post("/listen", content=SPOKEN, headers=WAV).status_code))
        for _ in range(6)
    ]
    for each in threads:
        each.start()
    for _ in threads:
        assert begun.acquire(timeout=10)
    refused = api.post("/listen", content=SPOKEN, headers=WAV)
    assert error_of(refused, 503)["code"] == "crowded"
    assert refused.headers["Retry-After"] == "5"
    go_on.set()
    for each in threads:
        each.join()
    assert said == [200] * 6
    assert api.post("/listen", content=SPOKEN, headers=WAV).status_code == 200
