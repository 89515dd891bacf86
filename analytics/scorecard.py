"""The result of a backtest: every method's scores, and which one serves. Knows no model."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Scorecard:
    """How well the methods for one ability did on a time the fit had not seen.

    Attributes:
        ability: what is predicted, in plain words ("weekly sales per product").
        measure: the score that chooses ("WAPE"); lower_is_better says its direction.
        scores: method -> score name -> value; holds `measure` for each method.
        serves: the method that answers questions; a key of `scores`.
        split: how time was split, in one sentence with its dates.
        as_of: the last day of the history it was made from.
        rows: number of series, customers or products judged.
    """

    ability: str
    measure: str
    lower_is_better: bool
    scores: dict[str, dict[str, float]]
    serves: str
    split: str
    as_of: date
    rows: int

    def __post_init__(self) -> None:
        """Checks that the serving method was scored.

        Raises:
            ValueError: it was not, or a method lacks the choosing measure.
        """
        if self.serves not in self.scores:
            raise ValueError(f"The serving method {self.serves!r} is not among the scored ones: {list(self.scores)}.")
        missing = [method for method, scores in self.scores.items() if self.measure not in scores]
        if missing:
            raise ValueError(f"Methods without the choosing measure {self.measure}: {missing}.")

    def sentence(self) -> str:
        """The serving method's score in words, for an answer."""
        score = self.scores[self.serves][self.measure]
        return f"{self.serves}: {self.measure} {score:.3g} in a backtest ({self.split})"
