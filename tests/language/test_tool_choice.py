"""The choice of a tool by a tiny model: its numbers against transformers' own, and files that are damaged."""

import copy
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tiny_model import tiny_model, tiny_tokenizer

from assistant.errors import ModelUnavailable
from assistant.language.llama import Llama, LlamaShape
from assistant.language.packing import packed_changes, packed_tensors
from assistant.language.tool_choice import CHOICE_FILE, choice_text, load_choice, pooled, save_choice

IDS = [5, 17, 300, 42, 42, 7, 399, 128]
NAMES = ("check_stock", "sales_report", "none")
MATRICES = [
    *(f"self_attn.{name}_proj" for name in ("q", "k", "v", "o")),
    *(f"mlp.{name}_proj" for name in ("gate", "up", "down")),
]


@pytest.fixture(scope="module")
def reference() -> Any:
    return tiny_model()


@pytest.fixture(scope="module")
def model(reference: Any) -> Llama:
    shape = LlamaShape.of(reference.config.to_dict())
    assert shape is not None
    return Llama(shape, packed_tensors(shape, reference.state_dict()).__getitem__)


@pytest.fixture(scope="module")
def differences(reference: Any) -> dict[str, torch.Tensor]:
    """Low-rank matrices of rank 3 for each matrix of the first block."""
    torch.manual_seed(4)
    made, block = {}, reference.model.layers[0]
    for name in MATRICES:
        up, down = block.get_submodule(name).weight.shape
        made[f"layers.0.{name}.lora_A.weight"] = 0.2 * torch.randn(3, down)
        made[f"layers.0.{name}.lora_B.weight"] = 0.2 * torch.randn(up, 3)
    return made


@pytest.fixture
def adapter(tmp_path: Path, differences: dict[str, torch.Tensor]) -> Path:
    save_file({"some": torch.ones(2)}, tmp_path / "adapter_model.safetensors")
    heads = {"customer": (NAMES, torch.randn(3, 128), torch.tensor([0.0, 0.0, 3.0]))}
    save_choice(tmp_path, differences, heads, 1, 2.0)
    return tmp_path


def ids(text: str) -> list[int]:
    found: list[int] = tiny_tokenizer()(text, add_special_tokens=False)["input_ids"]
    return found


def test_the_adapted_block_computes_what_transformers_computes(
    reference: Any, model: Llama, differences: dict[str, torch.Tensor]
) -> None:
    changed = copy.deepcopy(reference.model)
    changed.layers = changed.layers[:1]
    for name in MATRICES:
        up, down = (differences[f"layers.0.{name}.lora_{part}.weight"] for part in "BA")
        changed.layers[0].get_submodule(name).weight.data += 2.0 * up @ down
    with torch.inference_mode():
        wanted = changed(torch.tensor([IDS])).last_hidden_state[0]
        plain = reference.model(torch.tensor([IDS])).last_hidden_state[0]
    layers = model.changed_layers(1, packed_changes(model.shape, differences, 2.0))
    got = model.vectors(IDS, layers)
    assert float((got - wanted).norm() / wanted.norm()) < 0.03  # 8 bits
    assert float((plain - wanted).norm() / wanted.norm()) > 0.3
    assert float((model.vectors(IDS, model.changed_layers(2, {})) - plain).norm() / plain.norm()) < 0.03


def test_reading_a_choice_leaves_the_model_as_it_was(model: Llama, adapter: Path) -> None:
    model.forget()
    before = model.read(IDS, 1)
    choice = load_choice(adapter, model, ids)
    assert choice is not None
    opinions = choice.opinions("customer", ("got mugs", ""))
    assert model.length == 0
    assert tuple(opinions) == NAMES
    assert sum(map(math.exp, opinions.values())) == pytest.approx(1.0, abs=1e-5)
    model.forget()
    assert torch.equal(model.read(IDS, 1), before)


def test_both_parts_of_what_is_pooled_are_normed() -> None:
    vectors = torch.tensor([[3.0, 0.0], [1.0, 2.0]])  # mean (2, 1), last (1, 2); root mean squares 1.5811
    assert pooled(vectors).tolist() == pytest.approx([1.2649, 0.6325, 0.6325, 1.2649], abs=1e-3)


def test_what_went_before_is_read_first() -> None:
    assert choice_text(("and in units", "sales report: sales")) == "sales report: sales\nmessage: and in units\nTool:"
    assert choice_text(("hello", "")) == "message: hello\nTool:"


def test_no_file_is_no_choice(model: Llama, tmp_path: Path) -> None:
    assert load_choice(tmp_path, model, ids) is None


def test_another_adapter_s_choice_is_refused(model: Llama, adapter: Path) -> None:
    save_file({"some": torch.zeros(2)}, adapter / "adapter_model.safetensors")
    with pytest.raises(ModelUnavailable, match="trained with another adapter"):
        load_choice(adapter, model, ids)


@pytest.mark.parametrize("kept", [0, 10, 2000])
def test_a_truncated_file_is_named(model: Llama, adapter: Path, kept: int) -> None:
    file = adapter / CHOICE_FILE
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(ModelUnavailable, match=r"choice\.safetensors"):
        load_choice(adapter, model, ids)
