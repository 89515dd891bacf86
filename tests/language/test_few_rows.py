"""The compiled reader of a few tokens, against transformers with the very weights that it reads."""

import ctypes
from typing import Any

import pytest
import torch
from tiny_model import tiny_model

from assistant.language import few_rows
from assistant.language.few_rows import FewRows, fits
from assistant.language.llama import Llama, LlamaShape
from assistant.language.packing import packed_tensors

IDS = [5, 17, 300, 42, 42, 7, 399, 128, 3, 64, 91, 250, 8, 9, 10, 31]
compiled = pytest.mark.skipif(few_rows._library() is None, reason="not compiled in this installation, or not for here")


@pytest.fixture(scope="module")
def reference() -> Any:
    """Two query heads a key head, each 64 wide; its weights are what 8 bits can hold."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=416,
        hidden_size=128,
        intermediate_size=192,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=64,
        initializer_range=0.1,
        tie_word_embeddings=False,
    )
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 1:
                weight.copy_(torch.rand_like(weight) + 0.5)
            elif "embed" in name:
                weight.copy_(weight.bfloat16())
            else:  # each row holds its largest number, 127 steps of a power of two, so that packing rounds nothing
                weight.copy_((weight * 256).round().clamp(-127, 127))
                weight[:, 0] = 127
                weight /= 512
    return model


def shape_of(reference: Any) -> LlamaShape:
    shape = LlamaShape.of(reference.config.to_dict())
    assert shape is not None
    return shape


@pytest.fixture
def model(reference: Any) -> Llama:
    shape = shape_of(reference)
    made = Llama(shape, packed_tensors(shape, reference.state_dict()).__getitem__)
    assert made._few_rows is not None
    return made


def in_pieces(model: Llama, pieces: list[int]) -> torch.Tensor:
    rows, place = [], 0
    for count in pieces:
        rows.append(model.read(IDS[place : place + count], count))
        place += count
    return torch.cat(rows)


@compiled
@pytest.mark.parametrize("bits", [256, 512, 1024])
@pytest.mark.parametrize("pieces", [[1] * 16, [13, 3], [2, 3, 4, 5, 2]])
def test_it_computes_what_transformers_computes(reference: Any, model: Llama, pieces: list[int], bits: int) -> None:
    assert model._few_rows is not None
    if bits > model._few_rows._bits:
        pytest.skip("this processor has no such registers")
    model._few_rows._bits = bits
    with torch.inference_mode():
        wanted = reference(torch.tensor([IDS])).logits[0]
    torch.testing.assert_close(in_pieces(model, pieces), wanted, rtol=1e-4, atol=2e-4)


@compiled
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_no_bit_and_pieces_hardly_one(model: Llama, threads: int) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = in_pieces(model, [1] * 16)
        for pieces in ([13, 3], [1, 4, 2, 9], [5] * 3 + [1]):
            model.forget()
            torch.set_num_threads(1)
            first = in_pieces(model, pieces)
            model.forget()
            torch.set_num_threads(threads)
            assert torch.equal(in_pieces(model, pieces), first)
            torch.testing.assert_close(first, alone, rtol=1e-5, atol=1e-5)
    finally:
        torch.set_num_threads(before)


@compiled
@pytest.mark.parametrize("count", [17, 33, 64, 70, 200])
def test_prompts_are_read_in_tiles_of_any_number(reference: Any, model: Llama, count: int) -> None:
    assert model._few_rows is not None
    model._few_rows.most_rows = 256  # without tiles, too
    ids = (IDS * 20)[: count + 3]
    model.read(ids[:3], 1)
    with torch.inference_mode():
        wanted = reference(torch.tensor([ids])).logits[0][3:]
    torch.testing.assert_close(model.read(ids[3:], count), wanted, rtol=1e-4, atol=3e-4)


@compiled
def test_what_torch_reads_and_what_it_reads_are_one_sequence(reference: Any, model: Llama) -> None:
    long = (IDS * 50)[:700]  # more than the first room of the cache
    assert model._few_rows is not None
    assert model._few_rows.most_rows < 690
    model.read(long[:690], 1)
    got = model.read(long[690:], 2)
    with torch.inference_mode():
        wanted = reference(torch.tensor([long])).logits[0][-2:]
    assert float((got - wanted).norm() / wanted.norm()) < 0.02  # torch multiplies in bfloat16


@compiled
def test_only_the_rows_that_are_kept_are_given(model: Llama) -> None:
    every = model.read(IDS[:6], 6)
    model.forget()
    assert torch.equal(model.read(IDS[:6], 2), every[-2:])


def test_without_it_torch_reads(reference: Any) -> None:
    shape = shape_of(reference)
    plain = Llama(shape, packed_tensors(shape, reference.state_dict()).__getitem__, compiled=False)
    with torch.inference_mode():
        wanted = reference(torch.tensor([IDS])).logits[0]
    got = in_pieces(plain, [1] * 16)
    assert float((got - wanted).norm() / wanted.norm()) < 0.02


def test_weights_of_other_sizes_or_kinds_are_left_to_torch(reference: Any) -> None:
    shape = shape_of(reference)
    tensors = packed_tensors(shape, reference.state_dict())
    assert fits(shape, tensors.__getitem__)
    for name, other in {
        "head.weight": tensors["head.weight"][:400],
        "0.mixing_out.weight": tensors["0.mixing_out.weight"].float(),
        "0.attention_in.scales": tensors["0.attention_in.scales"].float(),
    }.items():
        assert not fits(shape, (tensors | {name: other}).__getitem__), name
    small = tiny_model()  # heads of 16
    packed = packed_tensors(shape_of(small), small.state_dict())
    assert not fits(shape_of(small), packed.__getitem__)
    assert FewRows.of(shape_of(small), packed.__getitem__) is None


@compiled
def test_a_library_of_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    library = few_rows._library()
    assert library is not None
    assert few_rows._register_bits(library) in {256, 512, 1024}

    class LargerTask(few_rows._Task):
        _fields_ = (("more", ctypes.c_int64),)

    monkeypatch.setattr(few_rows, "_Task", LargerTask)
    assert few_rows._register_bits(library) == 0
