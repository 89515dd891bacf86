"""Products in 8 bits, by hand and against whole precision."""

import pytest
import torch

from assistant.language import int8_matrix
from assistant.language.int8_matrix import matrix, multiplies_int8, quantised

needs_int8 = pytest.mark.skipif(not multiplies_int8(), reason="this processor does not multiply in 8 bits")


def test_the_largest_weight_of_a_row_becomes_127() -> None:
    weight, scales = quantised(torch.tensor([[1.0, -2.54, 0.01], [0.0, 0.0, 0.0]]))
    assert weight.tolist() == [[50, -127, 0], [0, 0, 0]]  # 1 / 0.02, -2.54 / 0.02, 0.5 to even
    assert scales[0].item() == pytest.approx(0.02)


@pytest.mark.parametrize("packed", [pytest.param(True, marks=needs_int8), False])
def test_a_product_worked_out_by_hand(monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    monkeypatch.setattr(int8_matrix, "multiplies_int8", lambda: packed)
    weight = torch.tensor([[127, 0, -127], [1, 2, 3]], dtype=torch.int8)
    product = matrix(weight, torch.tensor([1.0, 0.5]))(torch.tensor([[127.0, 64.0, 1.0]]))
    # 127*127 - 127 = 16002; (127 + 128 + 3) / 2 = 129
    torch.testing.assert_close(product, torch.tensor([[16002.0, 129.0]]), rtol=1e-6, atol=0)


@needs_int8
def test_products_are_those_of_the_rounded_weights() -> None:
    torch.manual_seed(0)
    weight, scales = quantised(torch.randn(96, 64))
    rows = torch.randn(40, 64) * torch.logspace(-3, 3, 40)[:, None]  # rows of very different size
    wanted = rows.double() @ (weight.double() * scales[:, None].double()).T
    error = (matrix(weight, scales)(rows) - wanted).norm(dim=1) / wanted.norm(dim=1)
    assert float(error.max()) < 1e-4  # one part of 8 bits would err by some 1e-2


@needs_int8
def test_a_rows_product_does_not_hang_on_its_neighbours() -> None:
    torch.manual_seed(1)
    product = matrix(*quantised(torch.randn(48, 64)))
    rows = torch.randn(40, 64)
    assert torch.equal(product(rows[3:4]), product(rows[:10])[3:4])
    assert torch.equal(product(rows[5:30])[2], product(rows)[7])
    assert torch.equal(product(torch.zeros(1, 64)), torch.zeros(1, 48))
