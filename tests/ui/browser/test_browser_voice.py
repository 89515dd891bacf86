"""Voice in a real browser: a microphone that plays a file, the shop's speech models, a browser without either."""

import re
import shutil

import pytest
from chatting import ask, settled
from playwright.sync_api import expect
from served_page import served
from tiny_speech import LOW, SAID, tone

from assistant.speech.sound import Sound, read_wav, wav_of
from ui import texts

# Notes what is played: how long, and whether it was stopped.
WATCH_AUDIO = """
window.played = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () { window.played.push(this); return play.call(this); };
"""
NO_SPEECH = """
delete window.SpeechRecognition; delete window.webkitSpeechRecognition;
Object.defineProperty(window, 'webkitSpeechRecognition', {value: undefined});
delete window.speechSynthesis; delete Window.prototype.speechSynthesis;
"""
SILENT = (
    "Object.defineProperty(navigator.mediaDevices, 'getUserMedia', {value: () => Promise.reject(new Error('no'))});"
)


@pytest.fixture(scope="module")
def switches(tmp_path_factory):
    """A microphone that is allowed, and hears a tone again and again."""
    file = tmp_path_factory.mktemp("microphone") / "said.wav"
    said = tone(LOW, 20.0, 48_000, loudness=0.5)
    file.write_bytes(wav_of(Sound(said.samples, said.rate)))
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}",
    ]


@pytest.fixture(scope="module")
def spoken_shop(shop_folder, speech_models, tmp_path_factory):
    """The page of the same shop with speech models."""
    hears, speaks = speech_models
    folder = shutil.copytree(shop_folder, tmp_path_factory.mktemp("voice") / "shop")
    with (folder / "shop.toml").open("a") as settings:
        settings.write(f'\n[speech]\nmodel = "{hears}"\nvoice = "{speaks}"\nlongest_seconds = 2\n')
    with served(folder) as running:
        yield running


def microphone(page):
    return page.get_by_role("button", name=texts.SPEAK_IN, exact=True)


def test_what_is_said_is_sent_like_a_typed_message_and_its_answer_is_read_out(open_page, spoken_shop):
    page = open_page(url=spoken_shop.url, script=WATCH_AUDIO)
    with page.expect_request(re.compile("/api/listen$")) as sent:
        microphone(page).click()
        expect(page.get_by_role("button", name=texts.SPEAK_STOP)).to_have_attribute("aria-pressed", "true")
    recorded = read_wav(sent.value.post_data_buffer, 30)
    assert (recorded.rate, recorded.audible) == (16_000, True)
    assert 1.0 < recorded.seconds <= 2.0
    expect(page.locator(".ra-question").last).to_contain_text(SAID[LOW])
    expect(page.locator(".ra-card").first).to_be_visible()
    settled(page, 1)
    expect(microphone(page)).to_be_enabled()
    page.wait_for_function("() => window.played.length === 1 && window.played[0].duration > 0")
    said = spoken_shop.shop.voice.says(page.locator(".ra-said").last.inner_text())
    assert page.evaluate("() => window.played[0].duration") == pytest.approx(said.seconds, abs=0.05)


def test_a_typed_answer_is_read_out_when_asked_and_stops_when_pressed_again(open_page, spoken_shop):
    page = open_page(url=spoken_shop.url, script=WATCH_AUDIO)
    ask(page, "thank you")
    settled(page, 1)
    assert page.evaluate("() => window.played.length") == 0
    read_aloud = page.get_by_role("button", name=texts.SPEAK_OUT)
    read_aloud.click()
    page.wait_for_function("() => window.played.length === 1")
    read_aloud.click()
    page.wait_for_function("() => window.played[0].paused")


def test_what_cannot_be_heard_is_told_and_typing_goes_on(open_page, spoken_shop):
    page = open_page(url=spoken_shop.url)
    page.route(re.compile("/api/listen$"), lambda route: route.fulfill(status=503, json={}))
    microphone(page).click()
    expect(page.get_by_text(texts.SPEAK_AWAY)).to_be_visible()
    page.unroute(re.compile("/api/listen$"))
    page.route(re.compile("/api/listen$"), lambda route: route.fulfill(json={"text": "", "seconds": 2.0}))
    microphone(page).click()
    expect(page.get_by_text(texts.SPEAK_FAILED)).to_be_visible()
    ask(page, "thank you")
    settled(page, 1)
    page.route(re.compile("/api/speak$"), lambda route: route.fulfill(status=503, json={}))
    page.get_by_role("button", name=texts.SPEAK_OUT).click()
    expect(page.get_by_text(texts.SPEAK_OUT_AWAY)).to_be_visible()


def test_a_microphone_that_is_refused_is_told(open_page, spoken_shop):
    page = open_page(url=spoken_shop.url, script=SILENT)
    microphone(page).click()
    expect(page.get_by_text(texts.SPEAK_FAILED)).to_be_visible()
    expect(microphone(page)).to_be_enabled()


def test_a_browser_without_speech_shows_no_button_for_it_and_works(open_page):
    page = open_page(script=NO_SPEECH)
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    ask(page, "thank you")
    settled(page, 1)
    expect(microphone(page)).to_be_hidden()
    expect(page.get_by_role("button", name=texts.SPEAK_OUT)).to_be_hidden()


def test_without_a_model_the_browsers_own_speech_serves(open_page):
    recognition = (
        "window.SpeechRecognition = window.webkitSpeechRecognition = class { start() { setTimeout(() => {"
        " this.onresult({results: [[{transcript: ' thank you '}]]}); this.onend(); }, 50); } stop() {} };"
    )
    page = open_page(script=recognition + WATCH_AUDIO)
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    microphone(page).click()
    expect(page.locator(".ra-question").last).to_contain_text("thank you")
    settled(page, 1)
    assert page.evaluate("() => window.played.length") == 0
