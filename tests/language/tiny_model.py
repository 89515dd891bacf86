"""A random Llama of two layers with a byte-level tokenizer and a ChatML template: real code, no meaning."""

from pathlib import Path
from typing import Any

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CORPUS = [
    "what was our revenue in february 2011 and how many mugs did we sell last week in germany",
    'Write the tool call, copying from the message. {"name": "sales_report", "arguments": {"metric": "revenue"}}',
    "show me red teapots under 30 pounds, please; where is order 536365?",
] * 3


def tiny_tokenizer(template: str | None = CHATML) -> Any:
    """Byte-level BPE of some 400 tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(
            vocab_size=400, special_tokens=SPECIAL, initial_alphabet=sorted(alphabet), show_progress=False
        ),
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", bos_token="<|im_start|>"
    )
    fast.chat_template = template
    return fast


def tiny_model(seed: int = 0, context: int = 1024) -> Any:
    """A Llama of 2 layers, 64 wide, weights drawn with the seed; in float32, so that ties do not hang on rounding."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=400,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        initializer_range=0.2,  # wide enough that the greedy choice is clear
        eos_token_id=2,
        bos_token_id=1,
        pad_token_id=0,
    )
    return LlamaForCausalLM(config).eval()


def save_tiny(folder: Path, seed: int = 0, context: int = 1024, template: str | None = CHATML) -> Path:
    """Writes the model and its tokenizer as a Hugging Face folder."""
    tiny_model(seed, context).save_pretrained(folder)
    tiny_tokenizer(template).save_pretrained(folder)
    return folder
