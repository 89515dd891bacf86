"""Writes the embedded model, merged with its adapter, as a Q8_0 file for llama.cpp. Knows both names of a tensor.

The settings and the vocabulary are those of the packaged file; the tensors are quantised by the `gguf` package.
"""

from pathlib import Path
from typing import Any

import numpy as np

from assistant.language.packing import as_pairs
from assistant.language.weights import BASE_NAME, GGUF, SHIPPED_ADAPTER, load_base, merge, packaged_base

_NAMES = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip
_WHOLE = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}


def write_q8(file: Path) -> Path:
    """Writes the file and returns its place."""
    import gguf
    from gguf.quants import quantize

    model, _ = load_base()
    if SHIPPED_ADAPTER.exists():
        merge(model, SHIPPED_ADAPTER, BASE_NAME)
    writer = gguf.GGUFWriter(file, "llama")
    _copy_settings(gguf.GGUFReader(packaged_base() / GGUF), writer)
    width = model.config.head_dim
    for name, weight in model.state_dict().items():
        if name == "lm_head.weight" and model.config.tie_word_embeddings:
            continue
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            weight = as_pairs(weight, width)  # llama.cpp turns neighbours
        array = weight.float().numpy()
        if array.ndim == 1:
            writer.add_tensor(gguf_name(name), array.astype(np.float32))
        else:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(gguf_name(name), quantize(array, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def gguf_name(name: str) -> str:
    """`model.layers.3.mlp.up_proj.weight` -> `blk.3.ffn_up.weight`."""
    if name in _WHOLE:
        return _WHOLE[name]
    _, _, layer, part = name.removesuffix(".weight").split(".", 3)
    return f"blk.{layer}.{_NAMES[part]}.weight"


def _copy_settings(source: Any, writer: Any) -> None:
    import gguf

    for field in source.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
