"""Two adapters joined give the sum of their differences: checked on matrices small enough to read."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from assistant.training.adapters import join_adapters

KEY = "base_model.model.layers.{}.q_proj.lora_{}.weight"


def adapter(folder: Path, rank: int, alpha: int, layers: dict[int, tuple[torch.Tensor, torch.Tensor]]) -> Path:
    folder.mkdir()
    tensors = {}
    for layer, (up, down) in layers.items():
        tensors |= {KEY.format(layer, "A"): down.clone(), KEY.format(layer, "B"): up.clone()}
    save_file(tensors, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"r": rank, "lora_alpha": alpha, "peft_type": "LORA"}))
    return folder


def difference(folder: Path, layer: int) -> torch.Tensor:
    config = json.loads((folder / "adapter_config.json").read_text())
    tensors = load_file(folder / "adapter_model.safetensors")
    up, down = tensors[KEY.format(layer, "B")].float(), tensors[KEY.format(layer, "A")].float()
    return config["lora_alpha"] / config["r"] * up @ down


def test_the_differences_add_up(tmp_path: Path) -> None:
    one, two = torch.tensor([[1.0], [2.0]]), torch.tensor([[1.0, 0.0, -1.0]])
    first = adapter(tmp_path / "first", 1, 2, {0: (one, two), 1: (one, two)})
    wide_up, wide_down = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    second = adapter(tmp_path / "second", 2, 1, {1: (wide_up, wide_down)})
    join_adapters(first, second)
    # 2 * [[1, 0, -1], [2, 0, -2]], and for layer 1 half of [[0, 1, 0], [1, 0, 0]] on top
    assert difference(second, 0).tolist() == [[2.0, 0.0, -2.0], [4.0, 0.0, -4.0]]
    assert difference(second, 1).tolist() == [[2.0, 0.5, -2.0], [4.5, 0.0, -4.0]]
    assert json.loads((second / "adapter_config.json").read_text())["r"] == 3
