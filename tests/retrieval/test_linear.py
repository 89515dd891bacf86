import numpy as np
import pytest

from retrieval.linear import calibration_error, scores_of, sharpened, temperature_of


def test_calibration_error_by_hand():
    """Three of confidence 0.95 of which two are right, one of 0.55 that is right: 3/4 * |.95-2/3| + 1/4 * |.55-1|."""
    sure, half = [0.95, 0.05], [0.55, 0.45]
    error = calibration_error(np.array([sure, sure, sure, half]), np.array([0, 0, 1, 0]))
    assert error == pytest.approx(0.75 * (0.95 - 2 / 3) + 0.25 * 0.45)


def test_temperature_of_overconfident_answers():
    """Said 0.99, right in 3 of 4: calibrated it says 0.75, so ln 99 / T = ln 3."""
    said = np.array([[0.99, 0.01]] * 4)
    found = temperature_of(said, np.array([0, 0, 0, 1]))
    assert found == pytest.approx(np.log(99) / np.log(3), rel=1e-3)
    assert sharpened(said, found)[0, 0] == pytest.approx(0.75, abs=1e-3)


def test_scores_by_hand():
    """Labels 0, 0, 1, 2; answers 0, 1, 1, 0: F1 of 0: 1/2, of 1: 2/3, of 2: 0."""
    answers = np.array([[0.9, 0.1, 0], [0.1, 0.9, 0], [0.1, 0.9, 0], [0.9, 0.1, 0]])
    scores = scores_of(answers, np.array([0, 0, 1, 2]))
    assert scores["accuracy"] == 0.5
    assert scores["macro F1"] == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)
    assert scores["top-3 accuracy"] == 1.0
