"""The language model that the settings name. Knows the implementations, loads only the one that is asked for."""

from pathlib import Path

from assistant.language.chat import ChatModel
from assistant.settings import LanguageSettings


def language_model(settings: LanguageSettings) -> ChatModel:
    """Loads or connects the model.

    Raises:
        ModelUnavailable: it cannot be loaded or reached.
    """
    if settings.kind == "openai":
        from assistant.language.openai_model import OpenAIModel

        return OpenAIModel(
            settings.model or "", settings.base_url, api_key_env=settings.api_key_env, timeout=settings.timeout_seconds
        )
    from assistant.language.transformers_model import TransformersModel

    adapter = Path(settings.adapter) if settings.adapter else None
    if settings.kind == "transformers":
        return TransformersModel.by_id(settings.model or "", adapter)
    return TransformersModel.embedded(adapter) if adapter else TransformersModel.embedded()
