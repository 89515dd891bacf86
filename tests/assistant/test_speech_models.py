import numpy as np
import pytest
from tiny_speech import HIGH, LOW, RATE, SAID, make_ctc, tone

from assistant.errors import ModelUnavailable
from assistant.settings import read_settings, write_settings
from assistant.speech.hearing import Hearing
from assistant.speech.settings import SpeechSettings
from assistant.speech.sound import Sound
from assistant.speech.voice import Voice


@pytest.fixture(scope="module")
def hearing(speech_models):
    return Hearing(SpeechSettings(model=str(speech_models[0])))


@pytest.fixture(scope="module")
def voice(speech_models):
    return Voice(SpeechSettings(voice=str(speech_models[1])))


@pytest.mark.parametrize("frequency", [LOW, HIGH])
def test_a_model_by_folder_hears_what_was_said_at_any_rate(hearing, frequency):
    assert hearing.words(tone(frequency, 0.9)) == SAID[frequency]
    assert hearing.words(tone(frequency, 1.4, 48_000, loudness=0.6)) == SAID[frequency]


def test_a_model_that_writes_no_words_but_letters_is_heard_too_and_not_in_capitals(tmp_path):
    letters = Hearing(SpeechSettings(model=str(make_ctc(tmp_path / "letters"))))
    assert letters.words(tone(LOW)) == "h"


def test_silence_is_no_words_and_asks_no_model():
    nobody = Hearing(SpeechSettings(model="/there/is/no/such/model"))
    assert nobody.words(Sound(np.zeros(RATE, np.float32), RATE)) == ""


def test_a_voice_says_each_sentence_the_same_each_time(voice):
    one, both = voice.says("It costs £12.99."), voice.says("It costs £12.99. Thank you!")
    assert one.rate == both.rate == RATE
    assert both.samples[: len(one.samples)] == pytest.approx(one.samples)
    assert both.seconds > one.seconds + 0.2
    assert one.samples == pytest.approx(voice.says("It costs twelve pounds ninety-nine pence.").samples)


def test_speaking_leaves_the_other_random_numbers_alone(voice):
    import torch

    torch.manual_seed(5)
    voice.says("Hello.")
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))


def test_nothing_to_say_is_a_moment_of_silence(voice):
    assert not voice.says("...").audible
    assert voice.says("").seconds > 0


@pytest.mark.parametrize("kind", [Hearing, Voice])
def test_a_model_that_is_not_here_says_what_to_do_and_asks_nobody(kind, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *rest: pytest.fail("a connection was tried"))
    settings = SpeechSettings(model="nobody/hears", voice="nobody/speaks")
    with pytest.raises(ModelUnavailable, match=r"Expected the model nobody/.*allow_download = true"):
        kind(settings).load()


def test_a_model_of_another_kind_is_told(speech_models):
    hears, speaks = map(str, speech_models)
    with pytest.raises(ModelUnavailable, match="does not speak"):
        Voice(SpeechSettings(voice=hears)).load()
    with pytest.raises(ModelUnavailable, match="feature extractor|speech recognition"):
        Hearing(SpeechSettings(model=speaks)).load()


def test_shop_toml_names_the_models(tmp_path):
    write_settings(tmp_path, "Corner Shop", "GBP")
    with (tmp_path / "shop.toml").open("a") as file:
        file.write('\n[speech]\nmodel = "openai/whisper-base"\nvoice = "facebook/mms-tts-eng"\nlongest_seconds = 20\n')
    assert read_settings(tmp_path).speech == SpeechSettings("openai/whisper-base", "facebook/mms-tts-eng", "en", 20)
