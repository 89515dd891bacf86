import numpy as np
import pytest

from retrieval.errors import IndexMissing
from retrieval.lexical import LexicalIndex

TITLES = ["White t-light holder", "Lawn mower, petrol", "Red teapot", "Christmas decorations", "Café crème cups"]


@pytest.fixture
def index():
    return LexicalIndex.build([((title, 1),) for title in TITLES])


def best(index, query):
    return int(np.argmax(index.match(query).scores))


@pytest.mark.parametrize(
    ("query", "place"),
    [("t light holders", 0), ("tlight", 0), ("lawnmower", 1), ("tea pot", 2), ("decoratons", 3), ("cafe creme", 4)],
)
def test_spelling_and_compounds_find_the_text(index, query, place):
    assert best(index, query) == place


def test_mended_query_is_told(index):
    assert index.match("christmas decoratons please").mended("christmas decoratons please") == (
        "christmas decorations please"
    )


def test_coverage_is_the_share_of_the_query_by_rarity(index):
    found = index.match("red zebra").coverage
    # both words are equally rare here (one text and none): ln(1 + 4.5/1.5) and ln(1 + 5.5/0.5)
    one, none = np.log(4), np.log(12)
    assert found[2] == pytest.approx(one / (one + none), rel=1e-5)
    assert found[0] == 0


def test_short_words_and_numbers_are_not_mended(index):
    assert all(not term.stands_for for term in index.match("rod 4711").terms)


@pytest.mark.parametrize("query", ["", "🎁", "茶壶", "the of and", "x" * 10_000])
def test_strange_queries_score_nothing(index, query):
    assert not index.match(query).scores.any()


def test_saved_index_gives_the_same_scores(index, tmp_path):
    index.save(tmp_path / "lexical")
    loaded = LexicalIndex.load(tmp_path / "lexical")
    np.testing.assert_array_equal(loaded.match("red decoratons").scores, index.match("red decoratons").scores)


def test_damaged_index_says_so(index, tmp_path):
    index.save(tmp_path)
    (tmp_path / "params.index.json").write_text("{")
    with pytest.raises(IndexMissing, match="retail-assistant fit"):
        LexicalIndex.load(tmp_path)


def test_no_texts_at_all(tmp_path):
    LexicalIndex.build([]).save(tmp_path)
    assert LexicalIndex.load(tmp_path).match("tea").scores.shape == (0,)
