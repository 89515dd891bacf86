"""The judge of whether a question is answered, on made-up questions whose truth is known."""

import numpy as np
import pytest

from retrieval.policy_answerable import Answerable, features_of
from retrieval.policy_scores import Scored

PAGES = np.array([0, 0, 1])


def found(near, kind):
    """Three sentences on two pages; the first is the best."""
    scores = np.array([10 * near, 0.5, 1.0])
    return Scored(scores, np.array([near, 0, 0]), np.array([near / 2, 0, 0]), np.array([near, 0, 0]), np.array(kind))


def test_features_are_those_of_the_best_sentence_and_its_lead_over_other_pages():
    assert features_of(found(0.8, [1.0, 0.0]), PAGES) == pytest.approx([0.8, 0.4, 0.8, 7.0])


def test_what_was_learned_tells_near_questions_from_far_ones(tmp_path):
    draw = np.random.default_rng(5)
    questions, answered = [], []
    for place in range(120):
        is_answered = place % 2 == 0
        near = draw.uniform(0.5, 0.9) if is_answered else draw.uniform(0.1, 0.55)
        kind = np.array([1.0, 0.0]) if draw.random() < (0.8 if is_answered else 0.2) else np.array([0.0, 1.0])
        questions.append(found(near, kind))
        answered.append(is_answered)
    features = np.stack([features_of(each, PAGES) for each in questions])
    judge = Answerable.fit("made up", features, np.stack([each.said for each in questions]), answered)
    said = [judge.probability(each, PAGES) >= judge.least for each in questions]
    assert np.mean([not yes for yes, truth in zip(said, answered, strict=True) if not truth]) >= 0.95
    assert np.mean([yes for yes, truth in zip(said, answered, strict=True) if truth]) >= 0.8
    assert judge.probability(found(0.7, [1.0, 0.0]), PAGES) > judge.probability(found(0.7, [0.0, 1.0]), PAGES)


def test_it_is_of_no_use_with_another_embedder():
    assert Answerable.shipped("another model") is None


def test_the_shipped_one_is_of_the_packaged_embedder(minilm):
    judge = Answerable.shipped(minilm.identity)
    assert judge is not None
    assert judge.weights.shape == (4 + 384,)
    assert 0.5 < judge.least < 1
