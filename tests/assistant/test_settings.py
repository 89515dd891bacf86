"""What `shop.toml` may say, and what a mistake in it is answered with."""

from datetime import date
from pathlib import Path

import pytest

from assistant.errors import ShopNotFound
from assistant.settings import LanguageSettings, ShopSettings, read_settings, write_settings


def shop(folder: Path, text: str) -> Path:
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_first_file_is_written_and_read_back(tmp_path: Path) -> None:
    write_settings(tmp_path / "new", 'Larder "&" Loom\\', "EUR", "2026-06-30")
    settings = read_settings(tmp_path / "new")
    assert (settings.name, settings.currency, settings.as_of) == ('Larder "&" Loom\\', "EUR", "2026-06-30")
    assert settings.language == LanguageSettings()


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    shop(tmp_path, 'name = "Mine"\n')
    write_settings(tmp_path, "Theirs", "GBP")
    assert read_settings(tmp_path).name == "Mine"


def test_every_section_is_read(tmp_path: Path) -> None:
    settings = read_settings(
        shop(
            tmp_path,
            """
            name = "Corner Shop"
            as_of = 2026-06-30
            [language]
            kind = "openai"
            model = "qwen3-8b"
            base_url = "http://localhost:8000/v1"
            timeout_seconds = 12
            [embeddings]
            model = "BAAI/bge-small-en-v1.5"
            [vectors]
            host = "localhost"
            [records]
            url = "sqlite:///elsewhere.sqlite"
            [limits]
            max_characters = 100
            per_minute = 5
            """,
        )
    )
    assert settings.as_of == "2026-06-30"
    assert settings.language.model == "qwen3-8b"
    assert settings.language.timeout_seconds == 12
    assert settings.embeddings.model == "BAAI/bge-small-en-v1.5"
    assert (settings.vectors.host, settings.vectors.port) == ("localhost", 8000)
    assert settings.records.url == "sqlite:///elsewhere.sqlite"
    assert (settings.limits.max_characters, settings.limits.per_minute) == (100, 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "name"),
        ('name = ""', "must not be empty"),
        ('name = "A"\ncurrency = "pounds"', "three-letter code"),
        ('name = "A"\nas_of = "yesterday"', "yesterday"),
        ('name = "A"\nas_off = "today"', "unknown setting as_off; known are name"),
        ('name = "A"\n[language]\nkind = "gguf"', "must be one of embedded, transformers, openai"),
        ('name = "A"\n[language]\nkind = "openai"', 'needs model = "..."'),
        ('name = "A"\n[language]\ntimeout_seconds = 0', "above 0"),
        ('name = "A"\n[langauge]\nkind = "embedded"', "unknown setting langauge"),
        ('name = "A"\nlanguage = "qwen"', "a section [...] of kind, model"),
        ('name = "A', "shop.toml"),
        ("name = 5", "name cannot be 5"),
        ('name = "A"\n[limits]\nper_minute = "many"', "per_minute cannot be 'many'"),
    ],
)
def test_a_mistake_names_the_file_and_what_was_expected(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ShopNotFound) as wrong:
        read_settings(shop(tmp_path, text))
    assert said in str(wrong.value)
    assert str(tmp_path / "shop.toml") in str(wrong.value)


def test_a_folder_without_a_shop_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ShopNotFound, match="init --demo"):
        read_settings(tmp_path)


def test_today_is_the_last_day_of_the_history_unless_set() -> None:
    last = date(2011, 12, 9)
    assert ShopSettings("A").today(last) == last
    assert ShopSettings("A", as_of="2011-11-30").today(last) == date(2011, 11, 30)
    assert ShopSettings("A", as_of="today").today(last) == date.today()
