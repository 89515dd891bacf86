"""What earlier offers changed, customer by customer, where the shop held some out of them by chance.

The shop records who got an offer and who was held out (table `offers_sent`). The features of everyone the day before,
and what they ordered in the days after, make a randomised trial; learners of uplift compete on it, and the best one
serves only if it surely beats targeting at random - else everyone has the average effect. Intervals by refitting on
customers drawn with replacement. Whether chance really drew the arms is checked (standardised differences). Knows the
history, no budget and no wording.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.customer_features import FEATURES, customer_features, orders_of
from analytics.errors import NotEnoughHistory
from analytics.history import History
from analytics.scorecard import Scorecard
from analytics.uplift.learners import AverageEffect, Boosted, Learner, Linear, SLearner, TLearner, XLearner
from analytics.uplift.trial import RANDOM, Judged, Trial, judge
from analytics.warehouse import Warehouse

Array = npt.NDArray[np.float64]
DAYS = 30  # after an offer, in which it may change something
_DRAWS, _SEED = 30, 7
_UNEVEN = 0.1  # standardised difference from which arms are called different (Austin 2009, Statistics in Medicine 28)


@dataclass(frozen=True)
class FittedUplift:
    """What an offer adds to each customer's chance to order.

    Attributes:
        customers: by customer_id: uplift, low, high (of the chance to order within `DAYS`, 80 % interval), base (chance
            without an offer).
        draws: uplift of each bootstrap draw, (draws, customers): errors of customers go together.
        offers, treated, held_out: offers with both arms, and customers in each.
        discount: mean discount of those offers, 0-1; NaN unknown.
        effect, error: average effect on the chance to order, and its standard error.
        verdict: whether learners differ, in a sentence; surely: whether the serving one surely beats random.
        uneven: features in which the arms differed before the offer: chance may not have drawn them.
    """

    customers: pd.DataFrame
    draws: Array
    offers: int
    treated: int
    held_out: int
    discount: float
    effect: float
    error: float
    verdict: str
    surely: bool
    uneven: tuple[str, ...]
    as_of: date
    scorecard: Scorecard


def learners() -> dict[str, Callable[[], Learner]]:
    """Those that compete: quick enough to be refitted on every bootstrap draw."""
    made: tuple[Callable[[], Learner], ...] = (
        AverageEffect,
        lambda: SLearner(Linear, "logistic regression"),
        lambda: TLearner(Linear, "logistic regression"),
        lambda: XLearner(Linear, "logistic regression"),
        lambda: SLearner(Boosted, "LightGBM"),
        lambda: TLearner(Boosted, "LightGBM"),
    )
    return {make().name: make for make in made}


def fit_uplift(warehouse: Warehouse, as_of: date) -> FittedUplift:
    """Learns from the shop's table `offers_sent`.

    Raises:
        NotEnoughHistory: no offer was withheld from anybody, or from too few.
    """
    return uplift_of(History.of(warehouse, as_of))


def uplift_of(history: History) -> FittedUplift:
    """As `fit_uplift`, from a history with its table offers_sent."""
    rows, offers, discount = _rows(history)
    features = rows[list(FEATURES)].to_numpy(float)
    trial = Trial(features, rows["got_it"].to_numpy(bool), rows["ordered"].to_numpy(float))
    makers = learners()
    judged = judge(trial, list(makers.values()))
    surely = judged.best in judged.beats_random
    serves = judged.best if surely else AverageEffect.name
    now = customer_features(history)
    today = now[list(FEATURES)].to_numpy(float)
    middle = makers[serves]().fit(trial.features, trial.treated, trial.outcome).uplift(today)
    draws = _bootstrap(trial, makers[serves], today)
    untreated = Linear().fit(trial.features[~trial.treated], trial.outcome[~trial.treated])
    low, high = np.quantile(draws, (0.1, 0.9), axis=0)
    table = {"uplift": middle, "low": low, "high": high, "base": np.clip(untreated.mean(today), 0.001, 0.999)}
    return FittedUplift(
        pd.DataFrame(table, index=now.index), draws.astype("float32"), offers, int(trial.treated.sum()),
        int((~trial.treated).sum()), discount, judged.effect, judged.error, judged.verdict(), surely,
        uneven_features(trial), history.as_of, _scorecard(judged, serves, history.as_of, len(rows)),
    )  # fmt: skip


def _rows(history: History) -> tuple[pd.DataFrame, int, float]:
    """Features the day before, got_it and ordered, per offer and customer of offers with both arms that are over.

    Raises:
        NotEnoughHistory: there is no such offer.
    """
    sent = history.table("offers_sent")
    if sent.empty:
        raise NotEnoughHistory("No record of offers: import who got one and who was held out (table `offers_sent`).")
    sent = sent.assign(day=pd.to_datetime(sent["sent_on"]), got_it=sent["got_it"].astype(bool))
    over = sent[sent["day"] + pd.Timedelta(days=DAYS) <= pd.Timestamp(history.as_of)]
    both = over.groupby("offer_id")["got_it"].transform("nunique") == 2
    if not both.any():
        raise NotEnoughHistory(
            f"What {sent['offer_id'].nunique()} recorded offers changed can't be told: each was given to everybody, or "
            f"is not {DAYS} days old. Hold the next one back from a random half (`got_it` = no)."
        )
    chosen = over[both]
    orders = orders_of(history)
    parts = [_before_and_after(history, orders, group) for _, group in chosen.groupby("day")]
    found = pd.concat(parts)
    return found, int(chosen["offer_id"].nunique()), float(chosen["discount"].astype(float).mean())


def _before_and_after(history: History, orders: pd.DataFrame, group: pd.DataFrame) -> pd.DataFrame:
    """The offers of one day: everyone's features on the eve, and whether they ordered in the days after."""
    day = group["day"].iloc[0]
    known = customer_features(history.until(day.date() - timedelta(days=1)))
    rows = group.set_index("customer_id")[["got_it"]].join(known[list(FEATURES)], how="inner")
    after = orders[(orders["day"] >= day) & (orders["day"] < day + pd.Timedelta(days=DAYS))]
    return rows.assign(ordered=rows.index.isin(after["customer_id"].unique()).astype(float))


def _bootstrap(trial: Trial, make: Callable[[], Learner], today: Array) -> Array:
    """Uplift of today's customers by learners of customers drawn with replacement, (draws, customers)."""
    random, found = np.random.default_rng(_SEED), []
    on, off = np.flatnonzero(trial.treated), np.flatnonzero(~trial.treated)
    for _ in range(_DRAWS):
        drawn = np.concatenate([random.choice(on, len(on)), random.choice(off, len(off))])
        learner = make().fit(trial.features[drawn], trial.treated[drawn], trial.outcome[drawn])
        found.append(learner.uplift(today))
    return np.array(found)


def uneven_features(trial: Trial) -> tuple[str, ...]:
    """Features whose means differ between the arms by a tenth of a deviation, and by more than chance explains."""
    on, off = trial.features[trial.treated], trial.features[~trial.treated]
    spread = np.sqrt((on.var(axis=0) + off.var(axis=0)) / 2)
    apart = np.abs(on.mean(axis=0) - off.mean(axis=0)) / np.maximum(spread, 1e-9)
    by_chance = 3.5 * np.sqrt(1 / len(on) + 1 / len(off))  # some 20 features are looked at
    wrong = (apart > max(_UNEVEN, by_chance)) & (spread > 1e-9)
    return tuple(np.array(FEATURES)[wrong].tolist())


def _scorecard(judged: Judged, serves: str, as_of: date, rows: int) -> Scorecard:
    scores = {
        name: {"Qini per 1,000": each.area, "95 % low": each.low, "95 % high": each.high}
        for name, each in judged.qini.items()
        if name != RANDOM
    }
    return Scorecard(
        "whom an offer changes", "Qini per 1,000", False, scores, serves,
        "every customer scored by a model that did not see them, in five parts", as_of, rows,
    )  # fmt: skip
