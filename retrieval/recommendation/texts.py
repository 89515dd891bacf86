"""Products by what their texts say, for those that nobody has bought yet: MiniLM's vectors with a trained turn.

A customer's taste is the mean of the texts of their purchases, newer ones weighing more, turned by a matrix that
starts as the identity and is trained so that what was bought next, among all products, comes near (full
cross-entropy; popularity is an offset in training only, so that the texts need not learn it). The products' own
vectors stay as the encoder made them: a product of today is scored by its text alone. Knows histories and text
vectors, no words.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from retrieval.recommendation.histories import Histories, Places
from retrieval.recommendation.method import Ground, Method, Scores, scaled

if TYPE_CHECKING:
    from torch import Tensor

SHARPNESS = 10.0  # cosines become logits
BATCH = 256


class TextTaste:
    """Nearness of a product's text to a customer's purchases."""

    def __init__(
        self, *, trained: bool = True, decay: float = 0.8, examples: int = 4000, epochs: int = 4, seed: int = 0
    ) -> None:
        """Sets the training.

        Args:
            trained: False takes the texts as they are.
            decay: of a purchase's weight, per order back in time.
            examples: orders learnt from, drawn evenly.
            epochs: over the examples.
            seed: of draws and batches.
        """
        self.trained, self.decay, self.examples, self.epochs, self.seed = trained, decay, examples, epochs, seed

    @property
    def name(self) -> str:
        """Its name in scorecards."""
        return "texts, trained" if self.trained else "texts as they are"

    def fit(self, ground: Ground) -> Method:
        """Trains the turn.

        Raises:
            ValueError: the ground has no texts.
        """
        if ground.texts is None:
            raise ValueError("Expected text vectors of the products; this ground has none.")
        self.vectors = ground.texts
        self.turn = np.eye(self.vectors.shape[1], dtype=np.float32)
        if self.trained:
            self._train(ground)
        return self

    def tastes(self, histories: Histories) -> npt.NDArray[np.float32]:
        """Each customer's taste, of length 1, 0 without a history; shape (customers, d)."""
        age = histories.lengths[histories.rows] - 1 - histories.baskets
        return _of_length_one(np.asarray(histories.matrix(self.decay**age) @ self.vectors) @ self.turn)

    def scores(self, histories: Histories) -> Scores:
        """Cosines of taste and text; negative ones count as 0."""
        return scaled(np.maximum(self.tastes(histories) @ self.vectors.T, 0.0))

    def _train(self, ground: Ground) -> None:
        import torch

        random = np.random.default_rng(self.seed)
        before, after = next_orders(ground.histories, self.examples, random)
        if not len(after):
            return
        age = before.lengths[before.rows] - 1 - before.baskets
        profiles = torch.from_numpy(_of_length_one(np.asarray(before.matrix(self.decay**age) @ self.vectors)))
        table = torch.from_numpy(self.vectors)
        offset = torch.from_numpy(np.log1p(ground.popularity)).float()[:, None]
        turn = torch.eye(table.shape[1], requires_grad=True)
        optimizer = torch.optim.AdamW([turn], lr=1e-3)
        for _ in range(self.epochs):
            order = random.permutation(len(after))
            for start in range(0, len(order), BATCH):
                rows = order[start : start + BATCH]
                optimizer.zero_grad(set_to_none=True)
                loss = _loss(profiles[rows] @ turn, table, offset, torch.from_numpy(after[rows]))
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        self.turn = turn.detach().numpy()


def next_orders(histories: Histories, examples: int, random: np.random.Generator) -> tuple[Histories, Places]:
    """Up to `examples` histories that end before some order, and one product of that order, new to the customer."""
    first = np.zeros(len(histories.items), bool)
    key = histories.rows * histories.products + histories.items
    first[np.unique(key, return_index=True)[1]] = True
    places = np.flatnonzero(first & (histories.baskets > 0))
    places = np.sort(random.choice(places, min(examples, len(places)), replace=False))
    rows = histories.rows[places]
    asked = histories.of_rows(rows)
    return asked.entries(asked.baskets < histories.baskets[places][asked.rows]), histories.items[places]


def _loss(states: "Tensor", table: "Tensor", offset: "Tensor", targets: "Tensor") -> "Tensor":
    import torch

    from retrieval.recommendation.network import FullCrossEntropy

    turned = SHARPNESS * torch.nn.functional.normalize(states, dim=1)
    wide = torch.cat([turned, torch.ones(len(turned), 1)], dim=1)
    found: Tensor = FullCrossEntropy.apply(wide, torch.cat([table, offset], 1), targets)  # type: ignore[no-untyped-call]
    return found


def _of_length_one(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1.0), dtype=np.float32)
