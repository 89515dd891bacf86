import contextlib
import io
import wave

import numpy as np
import pytest
from tiny_speech import LOW, tone

from assistant.errors import BadSound
from assistant.speech.settings import SpeechSettings
from assistant.speech.sound import Sound, read_wav, wav_of


def wav(frames, rate=16_000, width=2, channels=1):
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)
    return written.getvalue()


def test_what_is_written_is_read_again():
    sound = tone(LOW, 0.5)
    again = read_wav(wav_of(sound), 30)
    assert (again.rate, again.seconds) == (16_000, 0.5)
    assert np.abs(again.samples - sound.samples).max() < 1 / 32_767


@pytest.mark.parametrize(
    ("width", "values", "kind"),
    [(1, [0, 128, 255], "u1"), (2, [-32_768, 0, 16_384], "<i2"), (4, [2**30, 0, -(2**31)], "<i4")],
)
def test_samples_of_each_size_go_from_minus_one_to_one(width, values, kind):
    expected = {1: [-1.0, 0.0, 127 / 128], 2: [-1.0, 0.0, 0.5], 4: [0.5, 0.0, -1.0]}[width]
    sound = read_wav(wav(np.array(values * 2_000, dtype=kind).tobytes(), width=width), 30)
    assert sound.samples[:3] == pytest.approx(expected)


def test_two_channels_are_mixed():
    frames = np.array([8_192, -8_192] * 8_000 + [16_384, 0] * 8_000, dtype="<i2").tobytes()
    sound = read_wav(wav(frames, channels=2), 30)
    assert (sound.samples[0], sound.samples[-1], sound.seconds) == (0.0, 0.25, 1.0)


def test_another_rate_keeps_the_tone():
    moved = tone(440.0, 1.0, 44_100).at(16_000)
    strength = np.abs(np.fft.rfft(moved.samples))
    assert (moved.rate, len(moved.samples)) == (16_000, 16_000)
    assert strength.argmax() == pytest.approx(440, abs=4)  # one bin is one Hz


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "got nothing"),
        (b"\x1aE\xdf\xa3 a webm", "It begins with"),
        (wav_of(tone(LOW))[:40], "cannot be read"),
        (b"RIFF\x00\x00\x00\x00WAVE", "cannot be read"),
        (wav(b"\0\0\0" * 8_000, width=3), "24 bits a sample"),
        (wav(b"\0\0" * 8_000, rate=1_000), "at 1,000 a second"),
        (wav(b"\0\0" * 100), "at least 0.1 seconds"),
        (wav(b"\0\0" * 16_000 * 31), "at most 30 seconds of sound; got 31"),
    ],
)
def test_what_is_no_recording_is_told(data, why):
    with pytest.raises(BadSound, match=why):
        read_wav(data, 30)


def test_a_damaged_file_is_an_error_for_people_and_never_a_crash():
    whole, chance = wav_of(tone(LOW, 0.2)), np.random.default_rng(5)
    for _ in range(400):
        broken = bytearray(whole)
        for place in chance.integers(0, 60, 4):
            broken[place] = chance.integers(0, 256)
        with contextlib.suppress(BadSound):
            read_wav(bytes(broken[: chance.integers(1, len(broken))]), 30)


def test_a_quiet_room_is_not_audible_and_a_voice_is():
    hiss = np.random.default_rng(1).normal(0, 0.001, 16_000).astype(np.float32)
    assert not Sound(hiss, 16_000).audible
    assert not Sound(np.zeros(10, np.float32), 16_000).audible
    assert tone(LOW, 0.3, loudness=0.02).audible


@pytest.mark.parametrize(
    "given", [{"longest_seconds": 0.5}, {"longest_seconds": 31.0}, {"model": " "}, {"voice": ""}], ids=str
)
def test_settings_out_of_their_bounds_are_told(given):
    with pytest.raises(ValueError, match=next(iter(given))):
        SpeechSettings(**given)
