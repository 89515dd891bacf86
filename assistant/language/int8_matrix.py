"""Weight matrices in 8 bits and their products on a CPU. Knows one matrix at a time, no model.

Each row of weights has a scale of its own (Dettmers et al., "LLM.int8()", 2022, vector-wise quantisation); activations
stay in 16 bits. A few rows are multiplied by the 8-bit weights as they are, since reading the weights is what takes the
time; for many rows the weights are widened, one matrix at a time, to what the processor multiplies fastest.
docs/language-speed.md holds what was measured.
"""

import torch
from torch.nn import functional

_LARGEST = 127
_FEW = 6  # rows; more are read faster by widened weights
_ALIGNED = 64  # bytes; the 8-bit kernel loads whole registers and ends the process where a row lies across
_STEP = 16  # and so many weights at once


def quantised(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A weight (d_out, d_in) as whole numbers, int8 of the same shape, and the scales of its rows, (d_out,) bfloat16.

    The whole numbers are made with the scales as they are kept, so that rounding these costs nothing.
    """
    weight = weight.float()
    scales = (weight.abs().amax(dim=1) / _LARGEST).clamp(min=1e-12).bfloat16()
    whole = (weight / scales.float()[:, None]).round()
    return whole.clamp(-_LARGEST, _LARGEST).to(torch.int8), scales


class Int8Matrix:
    """A matrix of 8-bit weights, used where it lies if it is aligned there: also in a file mapped into memory."""

    def __init__(self, weight: torch.Tensor, scales: torch.Tensor) -> None:
        """Takes what `quantised` made."""
        self._weight = weight if weight.data_ptr() % _ALIGNED == 0 else weight.clone()
        self._scales = scales
        self._few = _FEW if weight.shape[1] % _STEP == 0 else 0
        self._wide = torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Multiplies rows: (rows, d_in) -> (rows, d_out), bfloat16 or float32."""
        if len(rows) <= self._few:
            product: torch.Tensor = torch.ops.aten._weight_int8pack_mm(rows.bfloat16(), self._weight, self._scales)
            return product
        return functional.linear(rows.to(self._wide), self._weight.to(self._wide)).mul_(self._scales)


class ChangedMatrix:
    """An 8-bit matrix used where it lies, with a low-rank difference added to its products: W + B A."""

    def __init__(self, matrix: Int8Matrix, down: torch.Tensor, up: torch.Tensor) -> None:
        """Takes the matrix, A (rank, d_in) and B (d_out, rank), float32."""
        self._matrix, self._down, self._up = matrix, down, up

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Multiplies rows: (rows, d_in) -> (rows, d_out) float32."""
        rows = rows.float()
        return self._matrix(rows) + functional.linear(functional.linear(rows, self._down), self._up)
