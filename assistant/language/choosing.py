"""The language model that the settings name. Knows the implementations, loads only the one that is asked for."""

from pathlib import Path

from assistant.errors import ModelUnavailable
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

    adapter = _adapter(settings.adapter) if settings.adapter else None
    if settings.kind == "transformers":
        return TransformersModel.by_id(settings.model or "", adapter)
    return TransformersModel.embedded(adapter) if adapter else TransformersModel.embedded()


def _adapter(named: str) -> Path:
    """The folder of the adapter that the settings name.

    Raises:
        ModelUnavailable: there is none: answering without it would be another model than the one asked for.
    """
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise ModelUnavailable(
            f"Expected the adapter that shop.toml names in {folder.absolute()}, but there is no such folder. "
            "Mend the path (adapter under [language]), or take the line out to use the shipped adapter."
        )
    return folder
