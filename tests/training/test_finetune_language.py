"""Fine-tuning for real, on a model of two layers."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tiny_model import save_tiny, tiny_model, tiny_tokenizer

from assistant.errors import ModelUnavailable
from assistant.language.prompts import compact_call, written_call
from assistant.language.transformers_model import TransformersModel
from assistant.language.weights import merge
from assistant.messages import Message, ToolCall
from assistant.training.finetune_language import Dialogues, LanguageSettings, finetune_language
from assistant.training.language_data import tokens

SETTINGS = LanguageSettings(
    rank=4, alpha=8, epochs=2, share=1.0, rate=1e-2, batch_tokens=512, checkpoint_minutes=1e-9, seed=3
)
PRODUCTS = ["mug", "tray", "lamp", "jar"]


def epoch(number: int) -> Dialogues:
    """A small lesson: the word after "got" is the product."""
    made = []
    for place in range(24):
        product = PRODUCTS[(place + number) % len(PRODUCTS)]
        call = written_call(ToolCall("check_stock", {"product": product}))
        made.append((*compact_call(f"got {product} {place}", ["check_stock(product)"]), Message("assistant", call)))
    return made


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder, lines = tmp_path_factory.mktemp("adapter"), []
    finetune_language(epoch, SETTINGS, folder, base=str(base), report=lines.append)
    return folder, lines


def loss_of(model: Any) -> float:
    """Mean loss on what the assistant writes, without the training code."""
    tokenizer, total, count = tiny_tokenizer(), 0.0, 0
    for dialogue in epoch(0):
        learnt = tokens(dialogue, tokenizer)
        assert learnt is not None
        with torch.no_grad():
            chances = model(torch.tensor([learnt.ids])).logits[0].log_softmax(-1)
        for place, own in enumerate(learnt.learn):
            if own:
                total -= float(chances[place - 1, learnt.ids[place]])
                count += 1
    return total / count


def test_training_lowers_the_loss_and_the_adapter_can_be_merged(base: Path, trained: tuple[Path, list[str]]) -> None:
    folder, lines = trained
    model = tiny_model()
    before = loss_of(model)
    merge(model, folder, str(base))
    after = loss_of(model)
    assert after < 0.7 * before
    assert lines[0].startswith("step 1 of ")
    assert "tokens/s" in lines[-1]


def test_what_is_written_says_what_it_was_made_for(base: Path, trained: tuple[Path, list[str]]) -> None:
    folder, _ = trained
    assert json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"] == str(base)
    assert json.loads((folder / "training.json").read_text())["seed"] == 3
    assert not (folder / "checkpoint").exists()
    assert TransformersModel.by_id(str(base), folder).compact


def test_an_interrupted_training_goes_on_to_the_same_result(
    base: Path, trained: tuple[Path, list[str]], tmp_path: Path
) -> None:
    class Interrupted(Exception):
        """The machine went off."""

    def stop(line: str) -> None:
        if not line.startswith("step 1 "):
            raise Interrupted

    with pytest.raises(Interrupted):
        finetune_language(epoch, SETTINGS, tmp_path, base=str(base), report=stop)
    assert (tmp_path / "checkpoint" / "state.pt").exists()
    resumed: list[str] = []
    finetune_language(epoch, SETTINGS, tmp_path, base=str(base), report=resumed.append)
    assert not resumed[0].startswith("step 1 ")
    whole, pieces = (load_file(folder / "adapter_model.safetensors") for folder in (trained[0], tmp_path))
    assert whole.keys() == pieces.keys()
    for name, tensor in whole.items():
        torch.testing.assert_close(pieces[name], tensor, rtol=0, atol=0)


def test_a_checkpoint_of_another_training_is_not_taken_up(base: Path, tmp_path: Path) -> None:
    def stop(line: str) -> None:
        if not line.startswith("step 1 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finetune_language(epoch, SETTINGS, tmp_path, base=str(base), report=stop)
    lines: list[str] = []
    other = LanguageSettings(rank=2, epochs=1, share=0.5, rate=1e-2, batch_tokens=512)
    finetune_language(epoch, other, tmp_path, base=str(base), report=lines.append)
    assert lines[0].startswith("step 1 ")


def test_the_same_seed_gives_the_same_adapter(base: Path, trained: tuple[Path, list[str]], tmp_path: Path) -> None:
    finetune_language(epoch, SETTINGS, tmp_path, base=str(base))
    first, again = (load_file(folder / "adapter_model.safetensors") for folder in (trained[0], tmp_path))
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_a_base_that_cannot_be_trained_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        finetune_language(epoch, SETTINGS, tmp_path / "out", base=str(tmp_path / "nothing"))
    save_tiny(tmp_path / "base", template="{% for m in messages %}{{ m['content'] }}{% endfor %}")
    with pytest.raises(ModelUnavailable, match="ChatML"):
        finetune_language(epoch, SETTINGS, tmp_path / "out", base=str(tmp_path / "base"))


def test_nothing_to_learn_is_told(base: Path, tmp_path: Path) -> None:
    endless = (Message("user", "word " * 3_000), Message("assistant", "ok"))
    with pytest.raises(ValueError, match="none to learn from"):
        finetune_language(lambda number: [endless], SETTINGS, tmp_path, base=str(base))


@pytest.mark.parametrize(
    "wrong", [{"rank": 0}, {"epochs": 0}, {"rate": 0.0}, {"batch_tokens": 10}, {"share": 0.0}, {"share": 1.1}]
)
def test_settings_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        LanguageSettings(**wrong)
