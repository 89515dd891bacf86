"""What a forecast is made of and how it is judged. Knows no data."""

from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from analytics.forecasting.statistics_engine import EngineSettings

Level = Literal["product", "category", "store", "country", "total"]
Metric = Literal["units", "revenue"]

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
METRICS: Final[tuple[Metric, ...]] = get_args(Metric)
WHOLE_SHOP: Final = "shop"  # the only key of the level "total"
WEEK: Final = 7
YEAR_WEEKS: Final = 52
JUDGED_WEEKS: Final = 4  # the choosing score is taken over sums of so many weeks


@dataclass(frozen=True)
class ForecastSettings:
    """How far ahead, and how the methods compete.

    Attributes:
        horizon_weeks: weeks ahead that are stored.
        origins: backtest origins for levels of many series, JUDGED_WEEKS apart; the newest ends at the as-of date.
        small_level_origins: origins one week apart, for levels of few series.
        many_series: from this many series on, a level counts as one of many: trees compete, origins are fewer.
        costly_series: at most so many series (the best-selling) are handed to ETS and Theta; the rest take IMAPA's.
        longest_fit_weeks: older weeks are not learnt from.
        seed: of the learners.
        pretrained: id or folder of a pretrained model that competes where there are many series; None: none does.
        engine: where statistical methods are fitted: in this process, on its cores, on a Ray cluster.
    """

    horizon_weeks: int = 105
    origins: int = 4
    small_level_origins: int = 26
    many_series: int = 100
    costly_series: int = 1200
    longest_fit_weeks: int = 156
    seed: int = 7
    pretrained: str | None = None
    engine: EngineSettings = field(default_factory=EngineSettings)

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a number is out of its bounds.
        """
        if not 26 <= self.horizon_weeks <= 210:
            raise ValueError(f"horizon_weeks must lie between 26 and 210, got {self.horizon_weeks}.")
        if min(self.origins, self.small_level_origins) < 1:
            raise ValueError("A backtest needs at least one origin.")
        if self.longest_fit_weeks < 2 * YEAR_WEEKS:
            raise ValueError(f"longest_fit_weeks must be two years at least, got {self.longest_fit_weeks}.")
