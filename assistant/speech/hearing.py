"""Hears: what was said in a recording, by a speech recognition model. Knows no page, and keeps no sound."""

import threading
from typing import Any

from assistant.errors import BadSound, ModelUnavailable
from assistant.speech.loading import speech_model
from assistant.speech.settings import SpeechSettings
from assistant.speech.sound import Sound


class Hearing:
    """A `transformers` speech recognition model, loaded when it is first used. One recording at a time."""

    def __init__(self, settings: SpeechSettings) -> None:
        """Notes which model to load.

        Args:
            settings: with a `model`.
        """
        self._settings = settings
        self._lock = threading.Lock()
        self._loaded: Any = None

    def load(self) -> Any:
        """The model, loaded where it was not.

        Raises:
            ModelUnavailable: it is not on this machine, or recognises no speech.
        """
        with self._lock:
            return self._model()

    def words(self, sound: Sound) -> str:
        """What was said; empty where nothing was (models make words up for silence, so none is asked).

        Raises:
            ModelUnavailable: the model cannot be loaded.
            BadSound: the model cannot make anything of it.
        """
        if not sound.audible:
            return ""
        with self._lock:
            model = self._model()
            heard = sound.at(int(model.feature_extractor.sampling_rate))
            try:
                said = model({"raw": heard.samples, "sampling_rate": heard.rate}, **self._written(model))["text"]
            except (ValueError, RuntimeError, IndexError) as failure:
                raise BadSound(f"The recording could not be understood ({failure}). Please try again.") from failure
        said = " ".join(str(said).split())
        return said.lower() if said.isupper() else said  # models without letter case write capitals

    def _model(self) -> Any:
        if self._loaded is None:
            name = self._settings.model or ""
            loaded = speech_model(
                "automatic-speech-recognition", name, "model", allow_download=self._settings.allow_download
            )
            if loaded.feature_extractor is None or loaded.tokenizer is None:
                raise ModelUnavailable(
                    f"Expected {name} to come with its feature extractor and tokenizer; one is missing. Give a "
                    "complete speech recognition model, such as openai/whisper-base."
                )
            self._loaded = loaded
        return self._loaded

    def _written(self, model: Any) -> dict[str, Any]:
        """How the words are written: greedily, and in the language that is spoken where the model knows several."""
        if not str(model.type).startswith("seq2seq"):
            return {}
        how: dict[str, Any] = {"num_beams": 1}  # the library's five take four times as long for the same short question
        if self._settings.language and getattr(model.model.generation_config, "is_multilingual", False):
            how |= {"language": self._settings.language, "task": "transcribe"}
        return {"generate_kwargs": how}
