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
                said = model({"raw": heard.samples, "sampling_rate": heard.rate}, **self._spoken(model))["text"]
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

    def _spoken(self, model: Any) -> dict[str, Any]:
        """Tells a model of several languages which one is spoken."""
        several = getattr(getattr(model.model, "generation_config", None), "is_multilingual", False)
        language = self._settings.language
        return {"generate_kwargs": {"language": language, "task": "transcribe"}} if several and language else {}
