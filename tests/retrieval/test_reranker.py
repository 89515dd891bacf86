import numpy as np
import pandas as pd
import pytest
from conftest import shelf, stock

from retrieval.catalog import Catalog
from retrieval.errors import BadCatalog, NotEnoughData
from retrieval.features import NAMES
from retrieval.judgements import judged_queries, learn_ranking
from retrieval.reranker import Judged, Reranker, RerankSettings, fit_reranker, ndcg

QUICK = RerankSettings(rounds=30, leaves=4, fewest_in_leaf=5, seeds=1)


def test_ndcg_by_hand():
    # gains 2, 1, 0; ranked 1, 2, 0: (1 / log2(2) + 2 / log2(3)) / (2 / log2(2) + 1 / log2(3))
    found = ndcg(np.array([0.5, 0.9, 0.1]), np.array([3.0, 2.0, 1.0]))
    assert found == pytest.approx((1 + 2 / np.log2(3)) / (2 + 1 / np.log2(3)))


def test_ndcg_of_the_best_order_and_of_no_gain_is_one():
    assert ndcg(np.array([3.0, 2.0, 1.0]), np.array([3.0, 2.0, 1.0])) == 1
    assert ndcg(np.array([1.0, 2.0]), np.array([1.0, 1.0])) == 1


def judged(count, *, column="coverage", seed=0):
    """Queries whose grades follow one feature; the default's scores are noise."""
    random = np.random.default_rng(seed)
    found = {}
    for number in range(count):
        table = random.random((6, len(NAMES))).astype(np.float32)
        grades = np.clip(np.rint(1 + 2.4 * table[:, NAMES.index(column)]), 1, 3).astype(float)
        found[f"q{number:03}"] = Judged(table, grades, random.random(6))
    return found


def test_it_finds_the_feature_that_tells_and_serves():
    found = fit_reranker(judged(200), "hashed words", QUICK)
    assert found.helps
    assert found.ndcg > 0.95 > found.default_ndcg
    assert "serves" in found.scorecard.sentence()
    fresh = judged(1, seed=9)["q000"]
    assert ndcg(found.scores(fresh.features), fresh.grades) > 0.9


def test_one_that_is_no_better_than_the_default_does_not_serve():
    perfect = {query: Judged(each.features, each.grades, each.grades) for query, each in judged(150).items()}
    assert not fit_reranker(perfect, "hashed words", QUICK).helps


def test_the_same_judgements_teach_the_same():
    one, other = (fit_reranker(judged(120), "hashed words", QUICK) for _ in range(2))
    assert one.trees == other.trees


def test_too_few_queries_are_told():
    with pytest.raises(NotEnoughData, match="100 queries"):
        fit_reranker(judged(99), "hashed words", QUICK)


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"validation": 1.0}, {"rate": 0.0}, {"leaves": 1}])
def test_settings_are_checked(wrong):
    with pytest.raises(ValueError, match="Expected"):
        RerankSettings(**wrong)


@pytest.fixture
def shop(tmp_path, hashed):
    built = Catalog(tmp_path, hashed)
    built.update(shelf(), stock(), {"M1": 90.0})
    return built


JUDGEMENTS = pd.DataFrame(
    [("teapot", "T1", 3.0), ("teapot", "M1", 1.0), ("teapot", "gone", 3.0), ("mug", "M1", 3.0), ("mug", "T3", 2.0)],
    columns=["query", "product_id", "grade"],
)


def test_features_of_judged_products(shop):
    found = judged_queries(shop, JUDGEMENTS)
    assert list(found) == ["mug", "teapot"]
    teapot = pd.DataFrame(found["teapot"].features, columns=NAMES)
    assert list(teapot["held"]) == [1, 0]  # "teapot" stands in T1's title, not in that of M1
    assert list(teapot["coverage"]) == [1, 0]
    assert teapot["price"].iloc[0] == pytest.approx(np.log1p(12.5))
    assert teapot["first_place"].iloc[0] == 2  # red enamel teapot
    assert teapot["popularity"].iloc[1] == pytest.approx(np.log1p(90))
    assert found["teapot"].scores[0] > found["teapot"].scores[1]


def test_judgements_without_grades_are_told(shop):
    with pytest.raises(BadCatalog, match="grade"):
        learn_ranking(shop, JUDGEMENTS.drop(columns="grade"))


class Cheapest(Reranker):
    """Orders by price, the lowest first: to see that the order served is the re-ranker's."""

    def scores(self, table):
        return -table[:, NAMES.index("price")].astype(float)


def test_a_reranker_that_helps_orders_the_search(shop, hashed):
    def serve(**changes):
        given = {"trees": (), "line": (), "scales": (1.0, 1.0), "embedder": hashed.identity}
        given |= {"default_ndcg": 0.5, "ndcg": 0.6, "queries": 100} | changes
        found = Catalog(shop.folder, hashed, reranker=lambda: Cheapest(**given)).search("teapot").hits
        return [hit.product_id for hit in found if hit.product_id.startswith("T")]

    assert serve() == ["T1", "T2", "T3"]
    default = [hit.product_id for hit in shop.search("teapot").hits if hit.product_id.startswith("T")]
    assert serve(ndcg=0.4) == serve(embedder="another") == serve(names=("other",)) == default
