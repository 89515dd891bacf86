"""Safety stock in the centre or in the stores, by figures worked out by hand."""

import math

import pytest

from analytics.supply.pooling import Pooled, PoolingSettings, compare_pooling


def test_two_equal_stores_far_from_their_supplier_pool_their_risk():
    # nine days, sd 2 each: apart 2 x 1.645 x 2 x 3; through the centre sqrt(8) x 3 there and 2 x 2 x 1 in the stores
    found = compare_pooling([Pooled("P", 9, {"a": 2.0, "b": 2.0}, 10.0)])
    assert found.separate_units == pytest.approx(1.645 * 12)
    assert found.central_units == pytest.approx(1.645 * 3 * math.sqrt(8))
    assert found.pooled_units == pytest.approx(1.645 * (3 * math.sqrt(8) + 4))
    # which is more than apart: 12.49 against 12, so only the placement with a second echelon is compared
    assert found.central == ("P",)


def test_many_stores_need_much_less():
    stores = {str(i): 1.0 for i in range(9)}
    found = compare_pooling([Pooled("P", 16, stores, 2.0)])
    # apart 9 x 4; centre sqrt(9) x 4, stores 9 x 1
    assert found.separate_units == pytest.approx(1.645 * 36)
    assert found.pooled_units == pytest.approx(1.645 * 21)
    assert found.separate_money == pytest.approx(2 * 1.645 * 36)
    assert found.pooled_money == pytest.approx(2 * 1.645 * 21)


def test_a_quick_supplier_leaves_it_to_the_stores():
    # one day: through the centre sqrt(2) + 2 at least, with all in the stores 2 x sqrt(2) after two days
    found = compare_pooling([Pooled("P", 1, {"a": 1.0, "b": 1.0})])
    assert found.local == ("P",)
    assert found.central_units == 0
    assert found.pooled_units == pytest.approx(1.645 * 2 * math.sqrt(2))
    assert found.separate_money is None


def test_dear_shelves_speak_for_the_centre():
    cheap = compare_pooling([Pooled("P", 1, {"a": 1.0, "b": 1.0})], PoolingSettings(dearer_in_store=9, transfer_days=0))
    assert cheap.central == ("P",)
    assert cheap.pooled_units == pytest.approx(1.645 * math.sqrt(2))


def test_no_product_is_nothing():
    found = compare_pooling([])
    assert (found.separate_units, found.pooled_units, found.central) == (0, 0, ())


def test_settings_that_make_no_sense():
    with pytest.raises(ValueError, match="0 or more"):
        PoolingSettings(transfer_days=-1)
