"""Products of 8-bit weights, by hand and against whole precision."""

import pytest
import torch

from assistant.language.int8_matrix import Int8Matrix, quantised


def test_the_largest_weight_of_a_row_becomes_127() -> None:
    weight, scales = quantised(torch.tensor([[1.0, -2.54, 0.01], [0.0, 0.0, 0.0], [127.0, 63.0, -1.0]]))
    # 2.54 / 127 = 0.02, in bfloat16 0.02001953125: 1 / 0.02002 = 49.95, 2.54 / 0.02002 = 126.9, 0.01 / 0.02002 = 0.4995
    assert weight.tolist() == [[50, -127, 0], [0, 0, 0], [127, 63, -1]]
    assert scales[0].item() == 0.02001953125
    assert scales[2].item() == 1.0


@pytest.mark.parametrize("odd", [0, 1])  # widths that the 8-bit kernel takes, and does not
@pytest.mark.parametrize("count", [1, 6, 7, 40])  # few rows and many take two ways
def test_a_product_worked_out_by_hand(count: int, odd: int) -> None:
    weight = torch.zeros(2, 16 + odd, dtype=torch.int8)
    weight[0, :3], weight[1, :3] = torch.tensor([127, 0, -127]), torch.tensor([1, 2, 3])
    rows = torch.zeros(count, 16 + odd)
    rows[:, :3] = torch.tensor([2.0, 64.0, 1.0])
    scales = torch.tensor([1.0, 0.5]).bfloat16()
    # 2 * 127 - 127 = 127; (2 + 128 + 3) / 2 = 66.5
    assert Int8Matrix(weight, scales)(rows).tolist() == [[127.0, 66.5]] * count


@pytest.mark.parametrize("offset", [1, 8, 16, 63])
def test_weights_may_lie_anywhere(offset: int) -> None:
    lying = torch.arange(64 * 10, dtype=torch.int16).to(torch.int8)[offset : offset + 64 * 8].view(8, 64)
    product = Int8Matrix(lying, torch.ones(8).bfloat16())(torch.ones(1, 64))
    torch.testing.assert_close(product.float(), lying.float().sum(dim=1)[None], rtol=2**-8, atol=0)


def test_rounding_is_that_of_16_bits() -> None:
    torch.manual_seed(0)
    weight, scales = quantised(torch.randn(96, 64))
    rows = torch.randn(40, 64) * torch.logspace(-3, 3, 40)[:, None]  # rows of very different size
    wanted = rows.double() @ (weight.double() * scales[:, None].double()).T
    for count in (1, 6, 40):
        got = Int8Matrix(weight, scales)(rows[:count])
        error = (got.double() - wanted[:count]).norm(dim=1) / wanted[:count].norm(dim=1)
        assert float(error.max()) < 2**-7
