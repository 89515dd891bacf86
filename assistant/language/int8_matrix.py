"""Weight matrices in 8 bits and their products on a CPU. Knows one matrix at a time, no model.

Each row of weights has a scale of its own, each row of activations gets one when it is multiplied (Dettmers et al.,
"LLM.int8()", 2022, vector-wise quantisation). Activations are multiplied in two parts of 8 bits, the second being what
the first rounds off: one part alone is ten times as far from whole precision (docs/language-speed.md), and reading the
weights, which both share, is most of a step's time. Sums are whole numbers, so a product does not hang on how many rows
are multiplied together, nor on the number of threads.
"""

import warnings
from typing import Any, Protocol

import torch

_LARGEST = 127
_PARTS = 254  # the finer part of an activation counts this many times less


class Matrix(Protocol):
    """Multiplies rows: (rows, d_in) float32 -> (rows, d_out) float32."""

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """The product."""
        ...


def quantised(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A weight (d_out, d_in) as whole numbers, int8 of the same shape, and the scales of its rows, (d_out,) float32."""
    weight = weight.float()
    scales = (weight.abs().amax(dim=1) / _LARGEST).clamp(min=1e-12)
    return (weight / scales[:, None]).round().to(torch.int8), scales


def matrix(weight: torch.Tensor, scales: torch.Tensor) -> Matrix:
    """A matrix for products on this machine: in 8 bits where its processor has the instructions, else in float32.

    Args:
        weight: int8, (d_out, d_in).
        scales: float32, (d_out,).
    """
    if multiplies_int8():
        return _Packed(weight, scales)
    return _Plain(weight, scales)


def multiplies_int8() -> bool:
    """Whether this build of torch multiplies in 8 bits without overflow on this processor (x86 with VNNI)."""
    supported = getattr(torch.cpu, "_is_vnni_supported", lambda: False)()
    return bool(supported) and "fbgemm" in torch.backends.quantized.supported_engines


class _Packed:
    """In 8 bits, in the order that torch's FBGEMM kernels read."""

    def __init__(self, weight: torch.Tensor, scales: torch.Tensor) -> None:
        before = torch.backends.quantized.engine
        zeros = torch.zeros(len(scales), dtype=torch.int64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # this way of making one is due to move to another package
            torch.backends.quantized.engine = "fbgemm"
            try:
                whole = torch._make_per_channel_quantized_tensor(weight, scales.double(), zeros, 0)
                self._packed: Any = torch.ops.quantized.linear_prepack(whole, None)
            finally:
                torch.backends.quantized.engine = before

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        step = rows.abs().amax(dim=1, keepdim=True).clamp_(min=1e-12).div_(_LARGEST)
        steps = rows / step
        parts = torch.empty(2, *rows.shape)
        torch.round(steps, out=parts[0])
        torch.sub(steps, parts[0], out=parts[1]).mul_(_PARTS)
        product = self._product(parts.view(2 * len(rows), -1))
        return product[: len(rows)].add_(product[len(rows) :], alpha=1 / _PARTS).mul_(step)

    def _product(self, steps: torch.Tensor) -> torch.Tensor:
        """Rows are rounded to whole numbers of -128 to 127 by the kernel, and 128 is added to them there."""
        product: torch.Tensor = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(
            steps, 1.0, 128, self._packed
        )
        return product


class _Plain:
    """In float32: for processors on which 8 bits would be slower or overflow."""

    def __init__(self, weight: torch.Tensor, scales: torch.Tensor) -> None:
        self._weight = weight.float() * scales[:, None]

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(rows, self._weight)
