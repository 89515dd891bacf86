"""Recorded sound: reading WAV, bringing it to the rate a model reads, writing WAV. Knows no model and no words."""

import io
import struct
import wave
from dataclasses import dataclass
from math import gcd

import numpy as np
import numpy.typing as npt

from assistant.errors import BadSound

Samples = npt.NDArray[np.float32]
LEAST_SECONDS = 0.1
_RATES = (8_000, 192_000)  # samples a second
_FULL_SCALE = {1: 128.0, 2: 32_768.0, 4: 2_147_483_648.0}  # bytes of a sample -> its largest value
_KIND = {1: "u1", 2: "<i2", 4: "<i4"}
_DAMAGED = (wave.Error, EOFError, ZeroDivisionError, ValueError, OverflowError, RuntimeError, struct.error)
_AUDIBLE = 0.003  # root mean square of the loudest tenth of a second, about -50 dB of full scale


@dataclass(frozen=True)
class Sound:
    """Sound of one channel.

    Attributes:
        samples: shape (n,), from -1 to 1.
        rate: samples a second.
    """

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    @property
    def audible(self) -> bool:
        """Whether any tenth of a second is louder than a quiet room."""
        size = max(1, self.rate // 10)
        whole = self.samples[: len(self.samples) // size * size].reshape(-1, size)
        return bool(len(whole)) and float(np.sqrt((whole**2).mean(axis=1)).max()) > _AUDIBLE

    def at(self, rate: int) -> "Sound":
        """The same sound at another rate, filtered so that nothing folds back (polyphase)."""
        if rate == self.rate:
            return self
        from scipy.signal import resample_poly

        shared = gcd(rate, self.rate)
        moved = resample_poly(self.samples, rate // shared, self.rate // shared)
        return Sound(np.asarray(moved, dtype=np.float32), rate)


def read_wav(data: bytes, longest_seconds: float) -> Sound:
    """The sound of a WAV file; several channels are mixed into one.

    Args:
        data: the file's bytes.
        longest_seconds: that are taken.

    Raises:
        BadSound: nothing came, it is no WAV of plain samples, or it is too short or too long.
    """
    if not data:
        raise BadSound("Expected a recording (a WAV file in the request's body); got nothing. Record, then send it.")
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate, _, _, _ = file.getparams()
            raw = file.readframes(min(file.getnframes(), len(data)))
    except _DAMAGED as failure:
        raise BadSound(_no_wav(data, str(failure))) from failure
    if width not in _KIND or not _RATES[0] <= rate <= _RATES[1]:
        raise BadSound(_no_wav(data, f"{8 * width} bits a sample at {rate:,} a second"))
    values = np.frombuffer(raw, dtype=_KIND[width], count=len(raw) // width // channels * channels)
    seconds = len(values) / channels / rate
    if seconds < LEAST_SECONDS:
        raise BadSound(f"Expected at least {LEAST_SECONDS} seconds of sound; got {seconds:.2f}. Please speak longer.")
    if seconds > longest_seconds:
        raise BadSound(
            f"Expected at most {longest_seconds:g} seconds of sound; got {seconds:.0f}. Please say it shorter."
        )
    centred = values.astype(np.float32) - (128.0 if width == 1 else 0.0)
    return Sound((centred / _FULL_SCALE[width]).reshape(-1, channels).mean(axis=1).astype(np.float32), rate)


def wav_of(sound: Sound) -> bytes:
    """The sound as a WAV file of 16 bits; what is louder than full scale is brought down as a whole."""
    loudest = float(np.abs(sound.samples).max(initial=0.0))
    values = np.round(sound.samples / max(1.0, loudest) * 32_767).astype("<i2")
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(values.tobytes())
    return written.getvalue()


def _no_wav(data: bytes, came: str) -> str:
    begins = "" if data[:4] == b"RIFF" else f" It begins with {data[:8]!r}."
    return (
        f"Expected a WAV file of 8, 16 or 32 bits a sample (PCM) and {_RATES[0]:,} to {_RATES[1]:,} samples a second; "
        f"got one that cannot be read ({came or 'it ends too early'}).{begins} Save the recording as WAV."
    )
