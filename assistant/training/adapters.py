"""Joins two LoRA adapters of one base into one whose difference is the sum of theirs. Knows files, no model."""

import json
from pathlib import Path
from typing import Any


def join_adapters(first: Path, second: Path) -> None:
    """Writes into `second` the adapter that is both: their matrices side by side, scales multiplied in.

    (alpha_1 / r_1) B_1 A_1 + (alpha_2 / r_2) B_2 A_2 = [s_1 B_1, s_2 B_2] [A_1; A_2], with alpha = r behind. A matrix
    that one of them lacks is filled up with zeros.
    """
    import torch
    from safetensors.torch import load_file, save_file

    adapters = [(_config(folder), load_file(folder / "adapter_model.safetensors")) for folder in (first, second)]
    joined: dict[str, Any] = {}
    for key in sorted({key for _, tensors in adapters for key in tensors if "lora_A" in key}):
        other = key.replace("lora_A", "lora_B")
        downs, ups = [], []
        for config, tensors in adapters:
            if key in tensors:
                downs.append(tensors[key].float())
                ups.append(tensors[other].float() * config["lora_alpha"] / config["r"])
            else:
                like = next(each for _, each in adapters if key in each)
                downs.append(torch.zeros(config["r"], like[key].shape[1]))
                ups.append(torch.zeros(like[other].shape[0], config["r"]))
        joined[key] = torch.cat(downs).to(torch.bfloat16)
        joined[other] = torch.cat(ups, dim=1).to(torch.bfloat16).contiguous()
    save_file(joined, second / "adapter_model.safetensors")
    rank = sum(config["r"] for config, _ in adapters)
    config = adapters[1][0] | {"r": rank, "lora_alpha": rank, "layers_to_transform": None}
    (second / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True))


def _config(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / "adapter_config.json").read_text())
    return config
