"""Decoding beside the common case: another device, a cache that cannot go back, a reading that fails."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import MistralConfig, MistralForCausalLM

from assistant.language.decoding import Decoder
from assistant.language.transformers_reader import TransformersReader

NO_STOP: frozenset[int] = frozenset()
PROMPT = [7, 8, 9, 10, 11, 12] * 5
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU"))]


def sliding(window: int | None) -> Any:
    """A random Mistral of two layers whose attention sees `window` tokens back."""
    torch.manual_seed(0)
    config = MistralConfig(
        vocab_size=400, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, sliding_window=window, initializer_range=0.2,
    )  # fmt: skip
    return MistralForCausalLM(config).eval()


def plain(model: Any, prompt: list[int], count: int) -> list[int]:
    """Greedy search that reads everything anew for each token."""
    ids = list(prompt)
    with torch.inference_mode():
        for _ in range(count):
            ids.append(int(model(torch.tensor([ids], device=model.device), use_cache=False).logits[0, -1].argmax()))
    return ids[len(prompt) :]


def only(allowed: int) -> Any:
    """A grammar that allows one token, always."""
    bits = bytearray(50)
    bits[allowed // 8] = 1 << allowed % 8
    return SimpleNamespace(
        compute_ff_tokens=lambda: [], is_stopped=lambda: False, consume_token=lambda token: None,
        compute_bitmask=lambda: bytes(bits),
    )  # fmt: skip


@pytest.mark.parametrize("window", [8, 20, 64])
def test_a_sliding_window_changes_nothing(window: int) -> None:
    model = sliding(window)
    decoder = Decoder(TransformersReader(model), NO_STOP)
    for prompt in (PROMPT, [*PROMPT[:20], 30, 31], PROMPT):
        assert list(decoder.decode(prompt, 40)) == plain(model, prompt, 40)


def test_a_cache_that_cannot_go_back_is_told_by_its_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    model = sliding(8)
    decoder = Decoder(TransformersReader(model), NO_STOP)
    monkeypatch.setattr("assistant.language.decoding._guess", lambda ids: [1, 2, 3])  # wrong guesses
    assert list(decoder.decode(PROMPT, 20)) == plain(model, PROMPT, 20)
    assert not decoder._reader.goes_back


def test_a_reading_that_fails_leaves_the_decoder_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    model = sliding(None)
    decoder = Decoder(TransformersReader(model), NO_STOP)
    expected = list(decoder.decode(PROMPT, 10))
    last = model.model.layers[1]
    with monkeypatch.context() as broken:

        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError("out of memory")  # the first layer has read the tokens by then

        broken.setattr(last, "forward", fail)
        with pytest.raises(RuntimeError, match="out of memory"):
            list(decoder.decode([*PROMPT, 50, 51], 10))
    assert list(decoder.decode([*PROMPT, 50, 51], 10)) == plain(model, [*PROMPT, 50, 51], 10)
    assert list(decoder.decode(PROMPT, 10)) == expected


@pytest.mark.parametrize("device", DEVICES)
def test_tokens_and_masks_go_where_the_model_is(device: str) -> None:
    model = sliding(None).to(device)
    assert list(Decoder(TransformersReader(model), NO_STOP).decode(PROMPT, 15)) == plain(model, PROMPT, 15)
    assert list(Decoder(TransformersReader(model), NO_STOP).decode(PROMPT, 3, only(77))) == [77, 77, 77]


def test_token_ids_are_made_on_the_models_device() -> None:
    class Elsewhere:
        device, dtype = torch.device("meta"), torch.float32
        config = sliding(None).config
        seen: torch.device | None = None

        def __call__(self, input_ids: torch.Tensor, logits_to_keep: int, **_: Any) -> Any:
            Elsewhere.seen = input_ids.device
            return SimpleNamespace(logits=torch.eye(400)[None, :logits_to_keep])

    assert len(list(Decoder(TransformersReader(Elsewhere()), NO_STOP).decode([1, 2, 3], 1))) == 1
    assert Elsewhere.seen == torch.device("meta")
