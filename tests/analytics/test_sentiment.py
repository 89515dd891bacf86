"""The methods that read reviews: what a line is, what is blended, and that more evidence separates better."""

import numpy as np
import pandas as pd
import pytest

from analytics.sentiment import BASELINE, Baseline, Blend, Texts, best_line, score, texts_of, whole_text


def made(count, seed=1):
    """Reviews whose titles tell half of the kind and whose texts tell the other half."""
    random = np.random.default_rng(seed)
    content = (random.random(count) < 0.7).astype(float)
    told = random.random(count) < 0.5
    titles = [("grand" if c else "sorry") if t else "title" for c, t in zip(content, told, strict=True)]
    bodies = ["some words" if t else ("keeps well" if c else "lid jams") for c, t in zip(content, told, strict=True)]
    return Texts(tuple(titles), tuple(bodies)), content


def test_the_blend_reads_title_and_text():
    learn, taught = made(300)
    judge, truth = made(100, seed=2)
    said = Blend().fit(learn, taught).content(judge)
    assert score(truth, said)["F1 mean"] == 1.0
    assert score(truth, Baseline().fit(learn, taught).content(judge))["AUC"] > 0.95


def test_embeddings_count_where_there_are_some():
    """Words that say nothing, and a vector that does."""
    random = np.random.default_rng(3)
    content = (random.random(200) < 0.5).astype(float)
    vectors = np.stack([content * 2 - 1, random.normal(size=200)], axis=1).astype(np.float32)
    texts = Texts(("",) * 200, tuple(random.choice(["one word", "two words"], 200)), vectors)
    assert score(content, Blend().fit(texts, content).content(texts))["AUC"] == 1.0
    blind = Texts(texts.titles, texts.texts)
    assert score(content, Blend().fit(blind, content).content(blind))["AUC"] < 0.7


def test_the_line_is_where_both_kinds_are_told_apart_best():
    content = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0])
    assert 2.0 < best_line(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), content) <= 3.0


def test_scores_by_hand():
    """Of three content writers two are found, of two others one: F1 2/3 and 1/2; AUC: 5 of 6 pairs in order."""
    found = score(np.array([1.0, 1.0, 1.0, 0.0, 0.0]), np.array([0.9, 0.8, 0.4, 0.6, 0.1]))
    assert found["F1 content"] == pytest.approx(2 / 3)
    assert found["F1 not content"] == pytest.approx(1 / 2)
    assert found["F1 weighted"] == pytest.approx(0.6 * 2 / 3 + 0.4 / 2)
    assert found["AUC"] == pytest.approx(5 / 6)


def test_texts():
    read = texts_of(pd.Series(["Good", None]), pd.Series([" It fits. ", None]), lambda said: np.ones((len(said), 2)))
    assert read.whole == ["Good. It fits.", ""]
    assert read.rows(np.array([0])).titles == ("Good",)
    assert whole_text("Really?", "yes") == "Really? yes"
    with pytest.raises(ValueError, match="as many titles"):
        Texts(("a",), ())
    assert BASELINE
