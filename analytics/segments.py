"""Groups customers by how recently, how often and for how much they buy, and names the groups for a shopkeeper.

k-means on logged recency, frequency and value, alone and with how a customer behaves besides (silence against the own
rhythm, size of an order, width of choice). Served is what tells (to 0.01) as much as any about what customers spend
afterwards with the fewest groups, among those that come out the same when the customers are drawn anew (bootstrap
adjusted Rand index). Knows feature frames.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.errors import NotEnoughHistory
from analytics.scorecard import Scorecard

Array = npt.NDArray[np.float64]
_SEED = 7
_RESAMPLES = 8
_AS_GOOD = 0.01
_RFM = ("recency", "order_days", "value")
_BEHAVIOUR = ("silence_ratio", "order_value", "products_per_order")


@dataclass(frozen=True)
class SegmentSettings:
    """How many groups are tried, and how steady they must be.

    Attributes:
        fewest, most: numbers of groups tried.
        steady: lowest bootstrap adjusted Rand index (1 = the same groups each time).
        minimum_customers: fewer cannot be grouped.
    """

    fewest: int = 4
    most: int = 7
    steady: float = 0.8
    minimum_customers: int = 50

    def __post_init__(self) -> None:
        if not 2 <= self.fewest <= self.most:
            raise ValueError(f"Expected 2 <= fewest <= most; got {self.fewest} and {self.most}.")
        if not 0 <= self.steady <= 1:
            raise ValueError(f"steady must lie between 0 and 1; got {self.steady}.")


@dataclass(frozen=True)
class Segmentation:
    """The groups of a shop's customers.

    Attributes:
        of_customer: customer_id -> segment name.
        table: indexed by segment, most valuable first: customers, share (%), revenue (net, whole history),
            revenue_share (%), recency, order_days, value, order_value (medians; days, counts, money).
        moves: rows the segment 90 days ago, columns the segment now: number of customers; empty if none was known.
        scorecard: each number of groups with silhouette, bootstrap ARI and the share of later value explained.
    """

    of_customer: pd.Series
    table: pd.DataFrame
    moves: pd.DataFrame
    scorecard: Scorecard


@dataclass(frozen=True)
class _Groups:
    """Centres in standardised log space of some columns."""

    columns: tuple[str, ...]
    mean: Array
    spread: Array
    centres: Array

    def scaled(self, features: pd.DataFrame) -> Array:
        """The customers in that space, shape (customers, columns)."""
        return (_logged(features, self.columns) - self.mean) / self.spread

    def place(self, features: pd.DataFrame) -> npt.NDArray[np.intp]:
        """The nearest centre of each customer."""
        points = self.scaled(features)
        distance = ((points[:, None, :] - self.centres[None, :, :]) ** 2).sum(axis=2)
        return np.asarray(distance.argmin(axis=1))


def fit_segments(
    now: pd.DataFrame,
    before: pd.DataFrame,
    value_since: pd.Series,
    as_of: date,
    settings: SegmentSettings | None = None,
) -> Segmentation:
    """Groups the customers of a shop.

    Args:
        now: customer features as of `as_of`.
        before: customer features 90 days earlier; may be empty.
        value_since: money per customer in those 90 days.
        as_of: the last day known.
        settings: how many groups are tried.

    Raises:
        NotEnoughHistory: too few customers.
    """
    settings = settings or SegmentSettings()
    if len(now) < settings.minimum_customers:
        raise NotEnoughHistory(
            f"Grouping customers needs at least {settings.minimum_customers} known customers with an order; there are "
            f"{len(now)}. Import orders with customer ids."
        )
    scores, found = {}, {}
    for name, columns, count in _tried(now, settings):
        groups = _cluster(now, columns, count, _SEED)
        found[name] = groups
        scores[name] = {
            "silhouette": _silhouette(now, groups),
            "bootstrap ARI": _steadiness(now, groups),
            "later value explained": _later_value(before, value_since, columns, count),
        }
    steady = [name for name in scores if scores[name]["bootstrap ARI"] >= settings.steady] or list(scores)
    measure = "later value explained" if len(before) >= 10 * settings.most else "silhouette"
    best = max(scores[name][measure] for name in steady)
    serves = next(name for name in steady if scores[name][measure] >= best - _AS_GOOD)  # tried with the fewest first
    return _segmentation(now, before, found[serves], Scorecard(
        ability="groups of customers",
        measure=measure,
        lower_is_better=False,
        scores=scores,
        serves=serves,
        split="steadiness over resampled customers; later value: groups of 90 days ago, judged on the 90 days after",
        as_of=as_of,
        rows=len(now),
    ))  # fmt: skip


def _tried(now: pd.DataFrame, settings: SegmentSettings) -> list[tuple[str, tuple[str, ...], int]]:
    """Name, columns and number of groups of each clustering, the fewest groups and columns first."""
    sets: list[tuple[str, tuple[str, ...]]] = [("", _RFM)]
    if set(_BEHAVIOUR) <= set(now.columns):
        sets.append((" by behaviour, too", _RFM + _BEHAVIOUR))
    counts = range(settings.fewest, min(settings.most, len(now) // 10) + 1)
    return [(f"k-means with {count} groups{said}", columns, count) for count in counts for said, columns in sets]


def _segmentation(now: pd.DataFrame, before: pd.DataFrame, groups: _Groups, scorecard: Scorecard) -> Segmentation:
    placed = groups.place(now)
    names = _names(now, placed)
    segment = pd.Series([names[int(place)] for place in placed], index=now.index, name="segment")
    grouped = now.groupby(segment)
    table = pd.DataFrame({"customers": grouped.size(), "revenue": grouped["value"].sum()})
    table["share"] = 100 * table["customers"] / len(now)
    table["revenue_share"] = 100 * table["revenue"] / now["value"].sum()
    table = table.join(grouped[["recency", "order_days", "value", "order_value"]].median())
    moves = pd.DataFrame()
    if len(before):
        earlier = pd.Series([names[int(place)] for place in groups.place(before)], index=before.index)
        moves = pd.crosstab(earlier, segment.reindex(before.index))
    return Segmentation(segment, table.sort_values("value", ascending=False), moves, scorecard)


def _logged(features: pd.DataFrame, columns: tuple[str, ...]) -> Array:
    return np.column_stack([np.log1p(features[name].to_numpy(float).clip(min=0)) for name in columns])


def _cluster(features: pd.DataFrame, columns: tuple[str, ...], count: int, seed: int) -> _Groups:
    from sklearn.cluster import KMeans

    logged = _logged(features, columns)
    mean, spread = logged.mean(axis=0), np.maximum(logged.std(axis=0), 1e-9)
    model = KMeans(count, n_init=4, random_state=seed).fit((logged - mean) / spread)
    return _Groups(columns, mean, spread, model.cluster_centers_)


def _silhouette(features: pd.DataFrame, groups: _Groups) -> float:
    from sklearn.metrics import silhouette_score

    chosen = np.random.default_rng(_SEED).permutation(len(features))[:2000]
    part = features.iloc[chosen]
    labels = groups.place(part)
    if len(np.unique(labels)) < 2:
        return -1.0
    return float(silhouette_score(groups.scaled(part), labels))


def _steadiness(features: pd.DataFrame, groups: _Groups) -> float:
    """Mean adjusted Rand index between the groups and those found on customers drawn with replacement."""
    from sklearn.metrics import adjusted_rand_score

    generator = np.random.default_rng(_SEED)
    labels = groups.place(features)
    agreement = []
    for seed in range(_RESAMPLES):
        drawn = features.iloc[generator.integers(0, len(features), min(len(features), 20_000))]
        again = _cluster(drawn, groups.columns, len(groups.centres), seed)
        agreement.append(adjusted_rand_score(labels, again.place(features)))
    return float(np.mean(agreement))


def _later_value(before: pd.DataFrame, value_since: pd.Series, columns: tuple[str, ...], count: int) -> float:
    """Share of the variance of logged later value that groups made before it explain (eta squared); 0 if unknown."""
    if len(before) < 10 * count:
        return 0.0
    labels = _cluster(before, columns, count, _SEED).place(before)
    later = np.log1p(value_since.reindex(before.index).fillna(0.0).clip(lower=0).to_numpy(float))
    total = float(((later - later.mean()) ** 2).sum())
    between = sum(((labels == g).sum()) * (later[labels == g].mean() - later.mean()) ** 2 for g in np.unique(labels))
    return float(between / total) if total else 0.0


def _names(features: pd.DataFrame, placed: npt.NDArray[np.intp]) -> dict[int, str]:
    """A name for each group by how its median customer differs from the shop's; twins are told apart by spending."""
    shop = features[["recency", "order_days", "tenure"]].median()
    medians = features.groupby(placed)[["recency", "order_days", "tenure", "value"]].median()
    plain = {int(str(group)): _name(row, shop) for group, row in medians.iterrows()}
    loyal = [group for group, name in plain.items() if name == "Loyal regulars"]
    if loyal:
        plain[max(loyal, key=lambda group: float(medians["value"][group]))] = "Best customers"
    for name in set(plain.values()):
        twins = sorted((g for g in plain if plain[g] == name), key=lambda group: float(-medians["value"][group]))
        for place, group in enumerate(twins if len(twins) > 1 else []):
            size = "bigger" if place == 0 else "smaller" if place == len(twins) - 1 else f"medium {place}"
            plain[group] = f"{name} ({size} spenders)"
    return plain


def _name(group: pd.Series, shop: pd.Series) -> str:
    frequent = group["order_days"] >= 1.5 * shop["order_days"]
    if group["recency"] >= 3 * shop["recency"]:
        return "Lost regulars" if frequent else "Long gone"
    if group["recency"] >= 1.5 * shop["recency"]:
        return "Slipping away"
    if frequent:
        return "Rising customers" if group["tenure"] <= 0.75 * shop["tenure"] else "Loyal regulars"
    return "Newcomers" if group["tenure"] <= 0.6 * shop["tenure"] else "Occasional shoppers"
