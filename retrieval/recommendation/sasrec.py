"""SASRec: the next product from the order of the earlier ones, by a small transformer. Knows no product's text.

Baskets of several products are read one product after the other; what is learnt after each product is one product of
the *next basket*, drawn anew each epoch, so that the order within a basket carries nothing.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.recommendation.histories import Histories, Places
from retrieval.recommendation.method import Ground, Method, Scores

if TYPE_CHECKING:
    from retrieval.recommendation.network import SelfAttentive

Watch = Callable[["SASRec"], float]
ASKED_AT_ONCE = 256
WARMTH = 4.0  # above 1: probabilities come closer together, as sums with other methods want it


@dataclass(frozen=True)
class SASRecSettings:
    """Size and training.

    Attributes:
        hidden: width of the states.
        layers: transformer layers.
        heads: of attention; divide `hidden`.
        dropout: while training.
        length: purchases that are read, the newest ones.
        epochs: at most.
        batch: customers per step.
        rate: Adam's step size.
        patience: epochs without a better validation score before it stops.
        seconds: no further epoch begins after these.
        seed: of the first weights, the batches and the dropout.
    """

    hidden: int = 64
    layers: int = 2
    heads: int = 2
    dropout: float = 0.5
    length: int = 50
    epochs: int = 40
    batch: int = 256
    rate: float = 1e-3
    patience: int = 5
    seconds: float = 3600.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a number out of its bounds.
        """
        counts = (self.hidden, self.layers, self.heads, self.length, self.epochs, self.batch, self.patience)
        if min(counts) < 1 or self.hidden % self.heads or not 0 <= self.dropout < 1 or self.rate <= 0:
            raise ValueError(f"Expected positive sizes, heads that divide hidden, dropout from 0 to 1; got {self}.")


class SASRec:
    """One method of recommendation: fitted weights that score any histories of the same products."""

    name = "SASRec"

    def __init__(self, settings: SASRecSettings | None = None, watch: Watch | None = None) -> None:
        """Notes how to train.

        Args:
            settings: see `SASRecSettings`.
            watch: a validation score of the network as it stands, higher is better, after each epoch: the best epoch's
                weights serve. None: all epochs are run.
        """
        self.settings, self._watch = settings or SASRecSettings(), watch
        self.epochs = 0  # of the weights that serve
        self.network: SelfAttentive

    def cost(self, ground: Ground) -> float:
        """Multiply-adds of `fit` at most: the logits and the layers, there and twice back."""
        chosen = self.settings
        read = float(np.minimum(np.diff(ground.histories.starts), chosen.length).sum())
        layers = chosen.layers * 12 * chosen.hidden**2
        return 3.0 * chosen.epochs * read * (chosen.hidden * ground.histories.products + layers)

    def fit(self, ground: Ground) -> Method:
        """Trains on the histories."""
        import torch

        from retrieval.recommendation.network import SelfAttentive

        chosen, histories = self.settings, ground.histories
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(chosen.seed)
            self.network = SelfAttentive(
                histories.products, chosen.length, chosen.hidden, chosen.layers, chosen.heads, chosen.dropout
            )
            self._train(histories)
        self.network.eval()
        return self

    def scores(self, histories: Histories) -> Scores:
        """Softmax of the logits, flattened by `WARMTH`, the best product at 1; 0 without a history."""
        import torch

        self.network.eval()
        found = np.zeros((len(histories.customers), histories.products), np.float32)
        lengths = np.diff(histories.starts)
        known = np.flatnonzero(lengths > 0)
        known = known[np.argsort(lengths[known], kind="stable")]
        with torch.inference_mode():
            for start in range(0, len(known), ASKED_AT_ONCE):
                rows = known[start : start + ASKED_AT_ONCE]
                items = padded(histories, rows, histories.items, self.settings.length)
                state = self.network(torch.from_numpy(items))[:, -1]
                logits = state @ self.network.table().T
                best = logits.max(dim=1, keepdim=True).values
                found[rows] = ((logits - best) / WARMTH).exp().numpy()
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Without the validation, which belongs to the training."""
        return self.__dict__ | {"_watch": None}

    def _train(self, histories: Histories) -> None:
        import torch

        chosen, network, began = self.settings, self.network, time.monotonic()
        random = np.random.default_rng(chosen.seed)
        optimizer = torch.optim.Adam(network.parameters(), lr=chosen.rate)
        best, kept = -np.inf, {}
        for epoch in range(1, chosen.epochs + 1):
            network.train()
            for items, targets in _batches(histories, chosen, random):
                _step(network, optimizer, torch.from_numpy(items), torch.from_numpy(targets))
            score = float(epoch) if self._watch is None else self._watch(self)
            if score > best:
                best, self.epochs = score, epoch
                kept = {name: weight.clone() for name, weight in network.state_dict().items()}
            if epoch - self.epochs >= chosen.patience or time.monotonic() - began > chosen.seconds:
                break
        network.load_state_dict(kept)


def _step(network: Any, optimizer: Any, items: Any, targets: Any) -> None:
    from retrieval.recommendation.network import FullCrossEntropy

    optimizer.zero_grad(set_to_none=True)
    states = network(items)
    wanted = targets > 0
    loss: Any = FullCrossEntropy.apply(  # type: ignore[no-untyped-call]
        states[wanted], network.table(), targets[wanted] - 1
    )
    loss.backward()
    optimizer.step()


def _batches(
    histories: Histories, chosen: SASRecSettings, random: np.random.Generator
) -> Iterator[tuple[Places, Places]]:
    """Items and targets of like lengths, in random order; customers of one basket teach nothing."""
    targets = next_basket_targets(histories, random)
    rows = random.permutation(np.flatnonzero(histories.lengths > 1))
    lengths = np.diff(histories.starts)[rows]
    rows = rows[np.argsort(lengths, kind="stable")]
    parts = [rows[start : start + chosen.batch] for start in range(0, len(rows), chosen.batch)]
    for place in random.permutation(len(parts)):
        part = parts[place]
        yield (
            padded(histories, part, histories.items, chosen.length),
            padded(histories, part, targets, chosen.length),
        )


def next_basket_targets(histories: Histories, random: np.random.Generator) -> Places:
    """For each entry one product of the customer's next basket, drawn evenly; -1 in the last basket."""
    new = np.ones(len(histories.items), bool)
    new[1:] = (np.diff(histories.rows) != 0) | (np.diff(histories.baskets) != 0)
    first, place = np.flatnonzero(new), np.cumsum(new) - 1
    counts = np.bincount(place, minlength=len(first))
    after = np.minimum(place + 1, len(first) - 1)
    drawn = first[after] + (random.random(len(place)) * counts[after]).astype(np.int64)
    same = histories.rows[first[after]] == histories.rows
    return np.asarray(np.where(same & (after > place), histories.items[drawn], -1), dtype=np.int64)


def padded(histories: Histories, rows: Places, values: Places, length: int) -> Places:
    """The newest values of those customers plus 1, shape (rows, t), 0 on the left where there are fewer."""
    counts = np.minimum(np.diff(histories.starts)[rows], length)
    longest = int(counts.max(initial=1))
    places = histories.starts[rows + 1][:, None] - longest + np.arange(longest)
    there = np.arange(longest) >= longest - counts[:, None]
    return np.where(there, values[np.where(there, places, 0)] + 1, 0)
