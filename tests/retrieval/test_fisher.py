import numpy as np
import pytest
from PIL import Image

from retrieval.fisher import Mixture, fit_mixture
from retrieval.picture_descriptors import COLOURS, EDGES, describe, lab
from retrieval.ridge import fit_ridge, solved


def test_fisher_vector_by_hand():
    """One Gaussian of mean 0 and variance 1, descriptors 1 and 3: by mean 2, by spread (5 - 1) / sqrt 2."""
    one = np.ones((1, 1), np.float32)
    mixture = Mixture(np.zeros(1, np.float32), one, one[0], 0 * one, one)
    found = mixture.encode(np.array([[1.0], [3.0]], np.float32), np.array([[0.5, 0.79]] * 2, np.float32))
    rooted = np.array([2**0.5, (4 / 2**0.5) ** 0.5])
    rooted /= np.linalg.norm(rooted)
    # both lie at the middle of the height and one spread to the right
    np.testing.assert_allclose(found, [0.9 * rooted[0], 0.9 * rooted[1], 0.0, 0.19**0.5], atol=1e-5)


def test_the_mixture_finds_two_heaps():
    random = np.random.default_rng(0)
    heaps = np.concatenate([random.normal(-3, 0.5, (300, 4)), random.normal(3, 0.5, (300, 4))]).astype(np.float32)
    mixture = fit_mixture(heaps, 2, 2)
    np.testing.assert_allclose(mixture.weights, [0.5, 0.5], atol=0.02)
    near, far = (mixture.encode(each, np.full((300, 2), 0.5, np.float32)) for each in (heaps[:300], heaps[300:]))
    assert np.linalg.norm(near) == pytest.approx(0.9, abs=1e-4)  # all in the middle: the part of the places is 0
    assert abs(near @ far) < 0.1  # each is told by its own Gaussian


def test_lab_of_known_colours():
    """White, black and pure red (L* 53.24, a* 80.09, b* 67.20) under D65."""
    found = lab(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]], np.uint8))
    np.testing.assert_allclose(found[0], [1, 0, 0], atol=2e-3)
    np.testing.assert_allclose(found[1], [0, 0, 0], atol=2e-3)
    # a* is 500 (x - y), here 4 (x - y); b* is 200 (y - z), here 1.6 (y - z)
    np.testing.assert_allclose(found[2], [0.5324, 80.09 * 4 / 500, 67.20 * 1.6 / 200], atol=3e-3)


def test_descriptors_of_a_plain_and_a_striped_picture():
    plain = describe(Image.new("RGB", (96, 128), (40, 200, 90)))
    assert plain[0].shape[1:] == (EDGES,)
    assert plain[1].shape == (len(plain[0]), COLOURS)
    assert np.abs(plain[0]).max() < 1e-3
    assert np.ptp(plain[1][:, :3], axis=0).max() < 1e-4  # one colour everywhere
    stripes = np.zeros((128, 96, 3), np.uint8)
    stripes[:, ::8] = stripes[:, 1::8] = stripes[:, 2::8] = stripes[:, 3::8] = 255
    edges = describe(Image.fromarray(stripes))[0].reshape(-1, 16, 8)
    across = edges[..., [0, 4]].sum()  # light changes from left to right only
    assert across > 0.95 * edges.sum()
    assert ((plain[2] > 0) & (plain[2] < 1)).all()


def test_left_out_answers_are_those_of_refitting():
    random = np.random.default_rng(0)
    rows, wanted, penalty = random.normal(0, 1, (12, 20)), np.eye(3)[np.arange(12) % 3], 2.0
    centred = rows - rows.mean(axis=0)
    _, answers = solved(*np.linalg.eigh(centred @ centred.T), wanted, penalty)
    for row in range(12):
        others = np.delete(np.arange(12), row)
        x, y = rows[others] - rows[others].mean(axis=0), wanted[others] - wanted[others].mean(axis=0)
        weights = np.linalg.solve(x.T @ x + penalty * np.eye(20), x.T @ y)
        refitted = (rows[row] - rows[others].mean(axis=0)) @ weights + wanted[others].mean(axis=0)
        np.testing.assert_allclose(answers[row], refitted, atol=1e-8)


def test_ridge_tells_three_heaps_apart():
    random = np.random.default_rng(0)
    labels = np.arange(30) % 3
    rows = (random.normal(0, 1, (30, 50)) + 2 * np.eye(3)[labels] @ random.normal(0, 1, (3, 50))).astype(np.float32)
    fitted = fit_ridge(rows, labels)
    assert fitted.left_out["accuracy"] > 0.9
    assert (fitted.scores(rows).argmax(axis=1) == labels).all()
    np.testing.assert_allclose(fitted.probabilities(rows).sum(axis=1), 1)


def test_left_out_accuracy_of_noise_is_chance():
    random = np.random.default_rng(1)
    fitted = fit_ridge(random.normal(0, 1, (120, 400)).astype(np.float32), random.integers(0, 4, 120))
    assert fitted.left_out["accuracy"] < 0.45
    assert fitted.left_out["calibration error"] < 0.2
