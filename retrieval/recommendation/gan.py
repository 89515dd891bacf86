"""A GAN as recommender: a generator makes purchase vectors that a discriminator cannot tell from real ones, in torch.

CFGAN: Chae et al., "CFGAN: A generic collaborative filtering framework based on generative adversarial networks",
CIKM 2018, item-based form ZP: some products that were not bought are drawn for each customer; their generated values
are pulled to zero (zero-reconstruction) and shown to the discriminator too (partial masking). Knows histories alone.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from retrieval.recommendation.histories import Histories
from retrieval.recommendation.method import Ground, Method, Scores, scaled

if TYPE_CHECKING:
    from torch import Tensor, nn

BATCH, RATE = 64, 2e-3


class PurchaseGan:
    """CFGAN over purchase vectors."""

    name = "CFGAN"

    def __init__(
        self,
        hidden: int = 64,
        epochs: int = 100,
        zeros: float = 0.3,
        pull: float = 0.1,
        most_customers: int = 1000,
        seed: int = 0,
    ) -> None:
        """Sets size and training.

        Args:
            hidden: width of both networks.
            epochs: over the customers.
            zeros: share of the products not bought that are drawn for each customer and step.
            pull: weight of pulling these to zero.
            most_customers: trained on; beyond, evenly picked ones.
            seed: of weights and draws.
        """
        self.hidden, self.epochs, self.zeros, self.pull = hidden, epochs, zeros, pull
        self.most_customers, self.seed = most_customers, seed

    def cost(self, ground: Ground) -> float:
        """Multiply-adds of `fit`: both networks there and back, and the discriminator once more for the generator."""
        customers = min(len(ground.histories.customers), self.most_customers)
        return 18.0 * self.epochs * customers * self.hidden * ground.histories.products

    def fit(self, ground: Ground) -> Method:
        """Trains both networks in turn; the generator is kept."""
        import torch

        bought = _purchases(_picked(ground.histories, self.most_customers))
        products = bought.shape[1]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            self.generator = _layers(products, self.hidden, products)
            judge = _layers(2 * products, self.hidden, 1)
            steps = [torch.optim.Adam(net.parameters(), lr=RATE) for net in (self.generator, judge)]
            for _ in range(self.epochs):
                order = torch.randperm(len(bought)).numpy()
                for start in range(0, len(order), BATCH):
                    self._step(torch.from_numpy(bought[order[start : start + BATCH]]), judge, steps)
        self.generator.eval()
        return self

    def scores(self, histories: Histories) -> Scores:
        """The generated purchase vector of each customer; 0 without a history."""
        import torch

        bought = _purchases(histories)
        with torch.inference_mode():
            made = torch.sigmoid(self.generator(torch.from_numpy(bought))).numpy()
        return scaled(made * np.any(bought, axis=1, keepdims=True))

    def _step(self, real: "Tensor", judge: "nn.Module", steps: list[Any]) -> None:
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits as loss

        drawn = (torch.rand_like(real) < self.zeros) & (real == 0)
        shown = (real > 0) | drawn
        yes, no = torch.ones(len(real), 1), torch.zeros(len(real), 1)
        made = torch.sigmoid(self.generator(real))
        of_real, of_made = judge(torch.cat([real, real], 1)), judge(torch.cat([real, (made * shown).detach()], 1))
        _descend(steps[1], loss(of_real, yes) + loss(of_made, no))
        fooled = loss(judge(torch.cat([real, made * shown], 1)), yes)
        _descend(steps[0], fooled + self.pull * ((made * drawn) ** 2).sum(dim=1).mean())


def _descend(step: Any, loss: Any) -> None:
    step.zero_grad(set_to_none=True)
    loss.backward()
    step.step()


def _layers(before: int, hidden: int, after: int) -> "nn.Module":
    from torch import nn

    return nn.Sequential(nn.Linear(before, hidden), nn.ReLU(), nn.Linear(hidden, after))


def _picked(histories: Histories, most: int) -> Histories:
    if len(histories.customers) <= most:
        return histories
    return histories.of_rows(np.unique(np.linspace(0, len(histories.customers) - 1, most).round().astype(np.int64)))


def _purchases(histories: Histories) -> npt.NDArray[np.float32]:
    """1 where the customer bought the product, shape (customers, products)."""
    return np.asarray(histories.matrix().toarray() > 0, dtype=np.float32)
