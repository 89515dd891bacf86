"""How a shop's recommendations are learnt and judged. Knows no method."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RecommendSettings:
    """How recommendations are learnt.

    Attributes:
        neighbours: kept per product.
        popular_days: what popularity looks back on.
        half_life_days: after which a purchase weighs half.
        content_share: of text against purchases in "similar", 0 to 1.
        holdout_days: the backtest's last days; the days as many before choose the blend's weights.
        list_length: k of the backtest's scores.
        new_days: a product first sold this many days ago, or never, counts as new.
        too_alike: strength in "similar" from which two products are of a kind.
        of_a_kind: so many of a kind in one list, those bought before not counted.
        effort: multiply-adds that one training of a heavy method (SASRec, CFGAN) may take; those that need more are
            left out of the backtest, and the scorecard says so. A core does some 10 billion a second.
    """

    neighbours: int = 50
    popular_days: int = 56
    half_life_days: float = 240.0
    content_share: float = 0.8
    holdout_days: int = 28
    list_length: int = 10
    new_days: int = 28
    too_alike: float = 0.7
    of_a_kind: int = 2
    effort: float = 1.5e11

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a number out of its bounds.
        """
        days = (self.popular_days, self.half_life_days, self.holdout_days, self.new_days)
        if min(*days, self.neighbours, self.list_length, self.of_a_kind) <= 0 or not 0 <= self.content_share <= 1:
            raise ValueError(f"Expected positive numbers and a content share from 0 to 1; got {self}.")
        if self.effort < 0 or self.too_alike <= 0:
            raise ValueError(f"Expected an effort of 0 or more and a positive `too_alike`; got {self}.")
