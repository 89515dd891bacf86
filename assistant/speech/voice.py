"""Speaks: a text as sound, by a text-to-speech model, sentence by sentence. Knows no page."""

import re
import threading
from typing import Any

import numpy as np

from assistant.errors import ModelUnavailable
from assistant.speech.loading import speech_model
from assistant.speech.settings import SpeechSettings
from assistant.speech.sound import Samples, Sound
from assistant.speech.spoken_words import spoken

_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+|\n+")
_PAUSE = 0.25  # seconds between two sentences
_SEED = 7  # models draw the small unevenness of a voice at random: the same text sounds the same each time


class Voice:
    """A `transformers` text-to-speech model, loaded when it is first used. One text at a time."""

    def __init__(self, settings: SpeechSettings) -> None:
        """Notes which model to load.

        Args:
            settings: with a `voice`.
        """
        self._settings = settings
        self._lock = threading.Lock()
        self._loaded: Any = None

    def load(self) -> Any:
        """The model, loaded where it was not.

        Raises:
            ModelUnavailable: it is not on this machine, or does not speak.
        """
        with self._lock:
            return self._model()

    def says(self, text: str) -> Sound:
        """The text as sound; figures are said as words. Nothing to say is a moment of silence.

        Raises:
            ModelUnavailable: the model cannot be loaded, or cannot speak by itself.
        """
        parts: list[Samples] = []
        with self._lock:
            model = self._model()
            rate = int(model.sampling_rate)
            pause = np.zeros(int(_PAUSE * rate), dtype=np.float32)
            for sentence in _SENTENCE_END.split(text):
                words = spoken(sentence)
                if words:
                    parts += [self._said(model, words), pause]
        return Sound(np.concatenate(parts) if parts else pause, rate)

    def _said(self, model: Any, sentence: str) -> Samples:
        """One sentence, shape (n,); the process's other random numbers stay as they were."""
        import torch

        try:
            with torch.random.fork_rng():
                torch.manual_seed(_SEED)
                made = model(sentence)
        except (ValueError, RuntimeError, TypeError, ImportError) as failure:
            raise ModelUnavailable(
                f"{self._settings.voice} could not speak ({failure}). Expected a model that needs nothing but a text, "
                "such as facebook/mms-tts-eng; name another `voice` under [speech] of shop.toml."
            ) from failure
        audio = np.asarray(made["audio"], dtype=np.float32)
        return np.asarray(audio.reshape(-1, audio.shape[-1]).mean(axis=0), dtype=np.float32)

    def _model(self) -> Any:
        if self._loaded is None:
            name = self._settings.voice or ""
            loaded = speech_model("text-to-speech", name, "voice", allow_download=self._settings.allow_download)
            if type(loaded.model).__name__ not in _speaking() or not loaded.sampling_rate:
                raise ModelUnavailable(
                    f"Expected {name} to be a text-to-speech model, such as facebook/mms-tts-eng; it does not speak. "
                    "Name another `voice` under [speech] of shop.toml."
                )
            self._loaded = loaded
        return self._loaded


def _speaking() -> set[str]:
    """The names of the model classes that make sound of text."""
    from transformers.models.auto import modeling_auto as kinds

    names = (kinds.MODEL_FOR_TEXT_TO_WAVEFORM_MAPPING_NAMES, kinds.MODEL_FOR_TEXT_TO_SPECTROGRAM_MAPPING_NAMES)
    found = [each for mapping in names for each in mapping.values()]
    return {name for each in found for name in ((each,) if isinstance(each, str) else each)}
