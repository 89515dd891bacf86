"""Turns the tensors of a Llama-like model, and of a low-rank adapter of it, into those that `llama.Llama` reads.

Queries, keys and values become one matrix, gate and up another, all in 8 bits. Knows names and tensors only.
"""

from collections.abc import Mapping

import torch

from assistant.language.int8_matrix import quantised
from assistant.language.llama import LlamaShape


def packed_tensors(shape: LlamaShape, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A model's tensors under transformers' names -> as `Llama` reads them: joined, turned, and in 8 bits.

    Of each matrix `name` there are `name.weight` (int8) and `name.scales`. Token vectors stay in 16 bits: a few rows of
    them are read for each prompt, straight from the file.
    """
    made = {
        "embedding": tensors["model.embed_tokens.weight"].bfloat16().contiguous(),
        "norm": tensors["model.norm.weight"].float(),
    }
    joined = {"head": tensors.get("lm_head.weight", tensors["model.embed_tokens.weight"])}
    for layer in range(shape.layers):
        old, new = f"model.layers.{layer}.", f"{layer}."
        made[new + "before_attention"] = tensors[old + "input_layernorm.weight"].float()
        made[new + "before_mixing"] = tensors[old + "post_attention_layernorm.weight"].float()
        query, key = (as_pairs(tensors[f"{old}self_attn.{name}_proj.weight"], shape.head_width) for name in ("q", "k"))
        joined[new + "attention_in"] = torch.cat([query, key, tensors[old + "self_attn.v_proj.weight"]])
        joined[new + "attention_out"] = tensors[old + "self_attn.o_proj.weight"]
        joined[new + "mixing_in"] = torch.cat([tensors[f"{old}mlp.{name}_proj.weight"] for name in ("gate", "up")])
        joined[new + "mixing_out"] = tensors[old + "mlp.down_proj.weight"]
    for name, weight in joined.items():
        made[name + ".weight"], made[name + ".scales"] = quantised(weight)
    return made


def packed_changes(
    shape: LlamaShape, tensors: Mapping[str, torch.Tensor], scale: float
) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """A LoRA adapter's differences, joined and turned as the matrices that they change: "layer.matrix" -> (A, B).

    Args:
        shape: of the model.
        tensors: "layers.N.self_attn.q_proj.lora_A.weight" and the like; all matrices of a changed block.
        scale: alpha / r.
    """
    made = {}
    for layer in sorted({int(name.split(".")[1]) for name in tensors}):
        for packed, part, names in (
            ("attention_in", "self_attn", ("q", "k", "v")),
            ("attention_out", "self_attn", ("o",)),
            ("mixing_in", "mlp", ("gate", "up")),
            ("mixing_out", "mlp", ("down",)),
        ):
            stems = [f"layers.{layer}.{part}.{name}_proj.lora_" for name in names]
            ups = [tensors[stem + "B.weight"].float() * scale for stem in stems]
            ups = [as_pairs(up, shape.head_width) if name in "qk" else up for name, up in zip(names, ups, strict=True)]
            down = torch.cat([tensors[stem + "A.weight"].float() for stem in stems])
            made[f"{layer}.{packed}"] = down, torch.block_diag(*ups)  # type: ignore[no-untyped-call]
    return made


def as_pairs(weight: torch.Tensor, head_width: int) -> torch.Tensor:
    """Rows of each head put so that the two numbers that turn together lie side by side; products do not change.

    Args:
        weight: of queries or keys, (heads * head_width, width).
        head_width: size of a head's vector.
    """
    heads = weight.reshape(-1, 2, head_width // 2, weight.shape[1])
    return heads.transpose(1, 2).reshape(weight.shape)
