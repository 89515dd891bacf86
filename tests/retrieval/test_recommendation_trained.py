import numpy as np
import pytest

from retrieval.recommendation.gan import PurchaseGan
from retrieval.recommendation.histories import histories_from
from retrieval.recommendation.method import Ground
from retrieval.recommendation.sasrec import SASRec, SASRecSettings, next_basket_targets, padded
from retrieval.recommendation.texts import TextTaste, next_orders

SMALL = SASRecSettings(hidden=16, layers=1, length=6, epochs=30, batch=16, dropout=0.0, rate=1e-2)


def cycles(count=48, products=6, steps=5):
    """Each customer buys p, p + 1, p + 2 ... round the products."""
    return histories_from([[[(row + step) % products] for step in range(steps)] for row in range(count)], products)


def test_cross_entropy_equals_torch_s_own():
    import torch

    from retrieval.recommendation.network import FullCrossEntropy

    torch.manual_seed(0)
    states, table = torch.randn(130, 8, requires_grad=True), torch.randn(20, 8, requires_grad=True)
    targets = torch.randint(0, 20, (130,))
    found = []
    for loss in (
        FullCrossEntropy.apply(states, table, targets),
        torch.nn.functional.cross_entropy(states @ table.T, targets),
    ):
        states.grad = table.grad = None
        (3 * loss).backward()
        found.append((loss.item(), states.grad.clone(), table.grad.clone()))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    assert torch.allclose(found[0][1], found[1][1], atol=1e-6)
    assert torch.allclose(found[0][2], found[1][2], atol=1e-6)


def test_targets_come_from_the_next_basket():
    histories = histories_from([[[0, 1], [2, 3], [4]], [[5]]], 6)
    for seed in range(5):
        found = next_basket_targets(histories, np.random.default_rng(seed))
        assert set(found[:2]) <= {2, 3}
        assert found[2:].tolist() == [4, 4, -1, -1]


def test_padding_keeps_the_newest():
    histories = histories_from([[[7], [8], [9]], [[5]]], 10)
    assert padded(histories, np.array([0, 1]), histories.items, 2).tolist() == [[9, 10], [0, 6]]


def test_sasrec_learns_a_cycle_and_scores_customers_it_never_saw():
    fitted = SASRec(SMALL).fit(Ground.of(cycles()))
    scores = fitted.scores(histories_from([[[2], [3]], [], [[4], [5], [0]]], 6))
    assert scores[[0, 2]].argmax(axis=1).tolist() == [4, 1]
    assert not scores[1].any()
    again = SASRec(SMALL).fit(Ground.of(cycles())).scores(histories_from([[[2], [3]]], 6))
    assert np.allclose(again[0], scores[0], atol=1e-6)


def test_sasrec_serves_the_epoch_that_the_validation_liked_best():
    told = iter([0.3, 0.9, 0.1, 0.2, 0.0])
    fitted = SASRec(SASRecSettings(hidden=8, layers=1, heads=1, length=5, epochs=9, patience=2), lambda _: next(told))
    fitted.fit(Ground.of(cycles(12)))
    assert fitted.epochs == 2
    assert list(told) == [0.0]  # it stopped after the fourth


def test_sasrec_settings_are_checked():
    with pytest.raises(ValueError, match="heads that divide"):
        SASRecSettings(hidden=10, heads=3)


def test_gan_tells_groups_of_customers_apart():
    groups = [[[0, 1, 2, 3]]] * 40 + [[[4, 5, 6, 7]]] * 40
    ground = Ground.of(histories_from(groups, 8))
    scores = PurchaseGan(hidden=16, epochs=150, zeros=0.5).fit(ground).scores(histories_from([[[0, 1, 2]], []], 8))
    assert scores[0, 3] > 2 * scores[0, 4:].max()
    assert not scores[1].any()


def test_next_orders_end_before_the_product_they_lead_to():
    histories = histories_from([[[0], [1], [0, 2]]], 3)
    asked, products = next_orders(histories, 10, np.random.default_rng(0))
    # product 0 was bought before its second time, so only 1 and 2 are new to the customer
    assert products.tolist() == [1, 2]
    assert asked.items.tolist() == [0, 0, 1]


def test_texts_find_a_product_nobody_bought():
    texts = np.array([[1, 0], [0, 1], [0.8, 0.6]], np.float32)
    ground = Ground.of(histories_from([[[0]], [[1]]], 3), texts)
    scores = TextTaste(trained=False).fit(ground).scores(histories_from([[[0]]], 3))
    assert scores[0] == pytest.approx([1, 0, 0.8])


def test_training_turns_the_texts_towards_what_is_bought_next():
    texts = np.eye(4, dtype=np.float32)
    ground = Ground.of(histories_from([[[0], [1]]] * 50 + [[[2], [3]]] * 50, 4), texts)
    asked = histories_from([[[0]]], 4)
    assert TextTaste(trained=False).fit(ground).scores(asked)[0].tolist() == [1, 0, 0, 0]
    trained = TextTaste(epochs=200).fit(ground).scores(asked)[0]
    assert trained[1] > 0
    assert trained[1] > 3 * trained[3]
    with pytest.raises(ValueError, match="text vectors"):
        TextTaste().fit(Ground.of(asked))
