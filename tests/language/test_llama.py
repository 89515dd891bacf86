"""The lean forward against transformers' own, and what it keeps of a sequence."""

from typing import Any

import pytest
import torch
from tiny_model import tiny_model

from assistant.language import llama, packing
from assistant.language.llama import Llama, LlamaShape
from assistant.language.packing import packed_tensors

IDS = [5, 17, 300, 42, 42, 7, 399, 128, 3, 64, 91, 250]


class Exact:
    """The matrix as it was, for comparing everything between the matrices."""

    def __init__(self, weight: torch.Tensor) -> None:
        self.weight = weight.float()

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        return rows @ self.weight.T


@pytest.fixture(scope="module")
def reference() -> Any:
    return tiny_model()


def expected(reference: Any, ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        logits: torch.Tensor = reference(torch.tensor([ids])).logits[0]
    return logits


def shape_of(reference: Any) -> LlamaShape:
    shape = LlamaShape.of(reference.config.to_dict())
    assert shape is not None
    return shape


@pytest.fixture
def exact(reference: Any, monkeypatch: pytest.MonkeyPatch) -> Llama:
    """The model with its matrices unrounded; the token vectors are given in float32 too."""
    monkeypatch.setattr(packing, "quantised", lambda weight: (weight, torch.ones(len(weight))))
    monkeypatch.setattr(llama, "Int8Matrix", lambda weight, scales: Exact(weight))
    shape = shape_of(reference)
    tensors = packed_tensors(shape, reference.state_dict())
    tensors["embedding"] = reference.state_dict()["model.embed_tokens.weight"]
    return Llama(shape, tensors.__getitem__)


def test_it_computes_what_transformers_computes(reference: Any, exact: Llama) -> None:
    torch.testing.assert_close(exact.read(IDS, len(IDS)), expected(reference, IDS), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("pieces", [[1] * 12, [5, 7], [1, 4, 1, 6], [11, 1]])
def test_reading_in_pieces_is_reading_at_once(reference: Any, exact: Llama, pieces: list[int]) -> None:
    rows, place = [], 0
    for count in pieces:
        rows.append(exact.read(IDS[place : place + count], count))
        place += count
    assert exact.length == 12
    torch.testing.assert_close(torch.cat(rows), expected(reference, IDS), rtol=1e-4, atol=1e-4)


def test_what_is_forgotten_is_gone_and_room_is_made(reference: Any, exact: Llama) -> None:
    exact.read([1, 2, 3, 4, 5, 6], 1)
    exact.forget(2)
    long = ([1, 2] + IDS * 60)[:700]  # more than the first room
    got = exact.read(long[2:], 1)
    torch.testing.assert_close(got, expected(reference, long)[-1:], rtol=1e-3, atol=1e-3)


def test_a_state_is_put_back_exactly(exact: Llama) -> None:
    exact.read(IDS[:6], 1)
    state = exact.state()
    after = exact.read(IDS[6:], 3)
    exact.forget()
    exact.read([9, 9, 9, 9, 9, 9, 9, 9], 1)
    exact.restore(state)
    assert exact.length == 6
    assert torch.equal(exact.read(IDS[6:], 3), after)


@pytest.mark.parametrize("at_once", [1, 12])
def test_eight_bits_differ_little(reference: Any, at_once: int) -> None:
    shape = shape_of(reference)
    model = Llama(shape, packed_tensors(shape, reference.state_dict()).__getitem__)
    wanted = expected(reference, IDS)
    got = torch.cat([model.read(IDS[place : place + at_once], at_once) for place in range(0, len(IDS), at_once)])
    assert float((got - wanted).norm() / wanted.norm()) < 0.03
    assert not torch.equal(got, wanted)


def test_models_of_other_kinds_are_not_taken_for_a_llama(reference: Any) -> None:
    config = reference.config.to_dict()
    assert LlamaShape.of(config) is not None
    spoilt: list[dict[str, Any]] = [
        {"model_type": "mistral"},
        {"hidden_act": "gelu"},
        {"attention_bias": True},
        {"mlp_bias": True},
        {"rope_parameters": {"rope_type": "llama3", "rope_theta": 1e4}},
        {"rope_scaling": {"type": "linear", "factor": 2}},
    ]
    for change in spoilt:
        assert LlamaShape.of(config | change) is None, change
