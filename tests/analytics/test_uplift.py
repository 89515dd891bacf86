import numpy as np
import pytest

from analytics.errors import NotEnoughHistory
from analytics.uplift.learners import AverageEffect, Boosted, DoublyRobustForest, Linear, SLearner, TLearner, XLearner
from analytics.uplift.qini import qini, qini_curve, surely_better
from analytics.uplift.trial import RANDOM, Trial, judge


def mailed(customers=6000, seed=5, reach=0.3):
    """Half get the offer; only those with a high first feature order more because of it."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(customers, 4))
    treated = random.random(customers) < 0.5
    effect = reach * (features[:, 0] > 0.5)
    chance = 0.2 + 0.1 * (features[:, 1] > 0) + effect * treated
    return Trial(features, treated, (random.random(customers) < chance).astype(float)), effect


@pytest.mark.parametrize(
    "make",
    [lambda: SLearner(Linear, "l"), lambda: TLearner(Linear, "l"), lambda: XLearner(Linear, "l"),
     lambda: TLearner(Boosted, "b"), lambda: XLearner(Boosted, "b"), lambda: DoublyRobustForest(40)],
)  # fmt: skip
def test_every_learner_finds_who_is_changed(make):
    trial, effect = mailed()
    found = make().fit(trial.features, trial.treated, trial.outcome).uplift(trial.features)
    assert found[effect > 0].mean() > found[effect == 0].mean() + 0.1
    assert found.mean() == pytest.approx(effect.mean(), abs=0.05)


def test_qini_of_four_customers_worked_out_by_hand():
    # in order of score: treated buys, other not, treated not, other buys
    score, treated = np.array([4.0, 3.0, 2.0, 1.0]), np.array([True, False, True, False])
    outcome = np.array([1.0, 0.0, 0.0, 1.0])
    shares, gains = qini_curve(score, treated, outcome, points=4)
    # after 1: 1 - 0; after 2: 1 - 0 x 1/1; after 3: 1 - 0 x 2/1; after 4: 1 - 1 x 2/2 = 0; per two treated customers
    assert shares.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert gains.tolist() == [0.0, 0.5, 0.5, 0.5, 0.0]


def test_the_true_effect_ranks_better_than_chance_and_its_reverse_worse():
    trial, effect = mailed()
    best = qini(effect, trial.treated, trial.outcome, draws=60)
    worst = qini(-effect, trial.treated, trial.outcome, draws=60)
    assert best.low > 0 > worst.high
    assert surely_better(best, worst)
    assert best.everyone == pytest.approx(1000 * effect.mean(), abs=40)


def test_a_verdict_names_what_beats_random():
    trial, _ = mailed()
    judged = judge(trial, [AverageEffect, lambda: TLearner(Linear, "l")], draws=60)
    assert judged.best == "T-learner, l"
    assert judged.differ
    assert judged.beats_random == ("T-learner, l",)
    assert judged.qini[AverageEffect.name].low < 0 < judged.qini[AverageEffect.name].high
    assert judged.qini[RANDOM].low < 0 < judged.qini[RANDOM].high


def test_where_nobody_is_changed_differently_no_learner_is_praised():
    trial, _ = mailed(reach=0.0)
    judged = judge(trial, [lambda: TLearner(Linear, "l"), lambda: SLearner(Linear, "l")], draws=60)
    assert judged.beats_random == ()
    assert not judged.differ
    assert "No learner is surely better" in judged.verdict()


def test_an_offer_that_everyone_got_teaches_nothing():
    with pytest.raises(NotEnoughHistory, match="everyone got"):
        Trial(np.zeros((100, 1)), np.ones(100, dtype=bool), np.zeros(100))


def test_an_amount_can_be_the_outcome_and_a_constant_one_has_no_effect():
    random = np.random.default_rng(1)
    features, treated = random.normal(size=(800, 2)), random.random(800) < 0.5
    spent = 10.0 + 5.0 * treated + random.normal(size=800)
    assert TLearner(Linear, "").fit(features, treated, spent).uplift(features).mean() == pytest.approx(5.0, abs=0.3)
    assert TLearner(Linear, "").fit(features, treated, np.zeros(800)).uplift(features).tolist() == [0.0] * 800
