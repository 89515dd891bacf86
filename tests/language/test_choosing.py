"""The settings name the model; nothing else is loaded."""

from pathlib import Path
from typing import Literal

import pytest
from tiny_model import save_tiny

from assistant.errors import ModelUnavailable
from assistant.language.choosing import language_model
from assistant.language.openai_model import OpenAIModel
from assistant.language.transformers_model import TransformersModel
from assistant.settings import LanguageSettings


def test_a_served_model() -> None:
    model = language_model(LanguageSettings("openai", "qwen3-8b", base_url="http://localhost:1/v1"))
    assert isinstance(model, OpenAIModel)
    assert (model.name, model.compact) == ("qwen3-8b", False)


def test_a_model_in_this_process(tmp_path: Path) -> None:
    save_tiny(tmp_path)
    model = language_model(LanguageSettings("transformers", str(tmp_path)))
    assert isinstance(model, TransformersModel)
    assert model.name == str(tmp_path)


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="shop.toml"):
        language_model(LanguageSettings("transformers", str(tmp_path / "nothing")))


def test_the_embedded_model_with_the_adapter_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path | None] = []

    def embedded(adapter: Path | None = Path("shipped")) -> str:
        asked.append(adapter)
        return "embedded"

    monkeypatch.setattr(TransformersModel, "embedded", embedded)
    language_model(LanguageSettings())
    language_model(LanguageSettings(adapter=str(tmp_path)))
    assert asked == [Path("shipped"), tmp_path]


@pytest.mark.parametrize("kind", ["embedded", "transformers"])
def test_an_adapter_that_is_not_where_the_settings_say_is_told(
    tmp_path: Path, kind: Literal["embedded", "transformers"]
) -> None:
    missing = tmp_path / "no-adapter"
    with pytest.raises(ModelUnavailable, match="shop.toml names") as told:
        language_model(LanguageSettings(kind, "some-model", adapter=str(missing)))
    assert str(missing) in str(told.value)
