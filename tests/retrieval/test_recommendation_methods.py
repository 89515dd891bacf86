import numpy as np
import pytest

from retrieval.recommendation.blend import Blend, candidates, choose_weights
from retrieval.recommendation.counting import Popularity, Repeats, frequency
from retrieval.recommendation.factors import MatrixFactors
from retrieval.recommendation.histories import histories_from
from retrieval.recommendation.measures import best_places, judged, list_scores, rank_scores, ranks
from retrieval.recommendation.method import Ground
from retrieval.recommendation.neighbours import Transitions
from retrieval.recommendation.tifu import TifuKnn


def test_list_scores_by_hand():
    # wanted 3, found on ranks 1 and 3 of 4: recall 2/3, DCG 1 + 1/2, ideal 1 + 1/log2(3) + 1/2
    recall, ndcg, hit = list_scores(np.array([[True, False, True, False]]), np.array([3]))[0]
    assert recall == pytest.approx(2 / 3)
    assert ndcg == pytest.approx(1.5 / (1.5 + 1 / np.log2(3)))
    assert hit == 1.0


def test_ranks_put_the_wanted_product_last_among_equals():
    scores = np.array([[3, 2, 2, 1], [0, 0, 0, 0]], np.float32)
    found = ranks(scores, np.array([1, 0]))
    assert found.tolist() == [3, 4]
    # rank 3 in a list of 3: NDCG 1/log2(4); rank 4 is outside
    assert rank_scores(found, 3) == (0.5, pytest.approx(0.25))


def test_best_places_take_the_first_of_equals():
    assert best_places(np.array([[1, 5, 5, 5, 0]], np.float32), 2).tolist() == [[1, 2]]


def test_judged_counts_each_product_once():
    wanted = histories_from([[[0, 3]], [[2]]], 4)
    found = judged(np.array([[9, 8, 0, 0], [0, 0, 1, 0]], np.float32), wanted, 2)
    assert found[:, 0].tolist() == [0.5, 1.0]


def test_frequency_fades_from_the_last_purchase():
    histories = histories_from([[[1, 2], [3, 1]], [], [[0], [0], [2]]], 4)
    # product 1: two orders, the last today; product 2: one, a half-life ago; product 0: two, the last a half-life ago
    assert frequency(histories, 1.0).toarray().tolist() == [[0, 2, 0.5, 1], [0, 0, 0, 0], [1, 0, 1, 0]]


def test_repeats_put_own_products_before_popular_ones():
    ground = Ground.of(histories_from([[[0], [0], [1]], [[2]], [[2]], [[2]]], 3))
    scores = Repeats(half_life=1e9, popular_share=0.3).fit(ground).scores(ground.histories)
    # own 1 and 1/2; popularity 2/3, 1/3 and 1 at 0.3
    assert scores[0] == pytest.approx([1 + 0.2, 0.5 + 0.1, 0.3])
    assert Popularity().fit(ground).scores(ground.histories)[0] == pytest.approx([2 / 3, 1 / 3, 1])


def test_transitions_by_hand():
    # three customers buy 0 then 1, one of them 2 afterwards
    ground = Ground.of(histories_from([[[0], [1], [2]], [[0], [1]], [[0], [1]]], 3))
    method = Transitions(decay=0.5, backward=0.0, ahead=1.0, count=5).fit(ground)
    scores = method.scores(histories_from([[[0]], [[0], [1]]], 3))
    # 0 -> 1: 3 / (3 + 1); 0 -> 2: 0.5 / 4, two orders ahead; 1 -> 2: 1 / 4
    assert scores[0] == pytest.approx([0, 1, (0.5 / 4) / (3 / 4)])
    # the first purchase weighs half: 1 from 0 with 0.375, 2 with 0.0625 + 0.25
    assert scores[1] == pytest.approx([0, 1, 0.3125 / 0.375])


def test_transitions_of_too_short_histories_say_nothing():
    ground = Ground.of(histories_from([[[0]], [[1]]], 2))
    assert not Transitions().fit(ground).scores(ground.histories).any()


def test_tifu_frequencies_by_hand():
    # groups of 2: the two newest baskets weigh 1 and 0.5, the group before 0.1; divided by 3 baskets
    found = TifuKnn(group=2, basket_decay=0.5, group_decay=0.1)._frequencies(histories_from([[[0], [1], [0, 2]]], 3))
    assert found.toarray()[0] == pytest.approx([(1 + 0.1) / 3, 0.5 / 3, 1 / 3])


def test_tifu_adds_what_neighbours_buy():
    ground = Ground.of(histories_from([[[0, 1]]] * 3 + [[[2]]] * 3, 3))
    method = TifuKnn(count=3, own_share=0.5).fit(ground)
    scores = method.scores(histories_from([[[0]]], 3))
    # own: product 0 at 1; the three neighbours hold 0 and 1 at 1: 0.5 + 0.5 and 0.5, scaled by the first
    assert scores[0] == pytest.approx([1, 0.5, 0])


def test_factors_lead_to_what_alike_customers_bought():
    groups = [[[0, 1, 2]]] * 10 + [[[3, 4, 5]]] * 10
    method = MatrixFactors(factors=2, regularization=0.1).fit(Ground.of(histories_from(groups, 6)))
    asked = histories_from([[[0, 1]], []], 6)
    scores = method.scores(asked)
    assert scores[0].argsort()[::-1][:3].tolist() != [3, 4, 5]
    assert scores[0, 2] > 5 * scores[0, 3:].max()
    assert not scores[1].any()
    assert np.array_equal(scores, MatrixFactors(2, 0.1).fit(Ground.of(histories_from(groups, 6))).scores(asked))


class Fixed:
    def __init__(self, name, scores):
        self.name, self._scores = name, np.array(scores, np.float32)

    def fit(self, ground):
        return self

    def scores(self, histories):
        return self._scores


def test_weights_mix_two_methods_that_are_each_half_right():
    # customer 0's product 30 is found by the first of two methods, customer 1's product 31 by the second
    first, second = np.zeros((2, 60)), np.zeros((2, 60))
    first[0, 30] = second[1, 31] = 1.0
    first[1, 50:] = second[0, 50:] = 1.0  # where a method errs, it is as sure of ten others
    wanted = histories_from([[[30]], [[31]]], 60)
    weights = choose_weights(candidates([first.astype(np.float32), second.astype(np.float32)], wanted))
    assert min(weights) > 0
    blend = Blend([Fixed("a", first), Fixed("b", second)], weights)
    assert judged(blend.scores(wanted), wanted, 10)[:, 2].tolist() == [1.0, 1.0]


def test_candidates_list_each_product_once():
    scores = np.array([[3, 2, 1]], np.float32)
    found = candidates([scores, scores], histories_from([[[1]]], 3))
    assert int(found.bought.sum()) == 1
    assert found.features.shape == (1, 6, 2)
    assert (found.features[0, :, 0] > 0).sum() == 3
