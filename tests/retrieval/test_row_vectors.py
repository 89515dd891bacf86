import numpy as np
import pytest

from retrieval import row_vectors
from retrieval.errors import IndexMissing
from retrieval.row_vectors import RowVectors


def written(folder, vectors, part=7):
    RowVectors.write(folder, len(vectors), (vectors[at : at + part] for at in range(0, len(vectors), part)))
    return RowVectors.open(folder, len(vectors))


def random_vectors(count, size=370, seed=0):
    vectors = np.random.default_rng(seed).standard_normal((count, size)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_nearest_by_hand(tmp_path):
    # angles of 0, 60 and 90 degrees to the first axis
    held = written(tmp_path, np.array([[1, 0], [0.5, 3**0.5 / 2], [0, 1]], np.float32))
    rows, cosines = held.nearest(np.array([1, 0], np.float32), 2)
    assert rows.tolist() == [0, 1]
    assert cosines == pytest.approx([1.0, 0.5])
    rows, cosines = held.nearest(np.array([1, 0], np.float32), 2, np.array([False, True, True]))
    assert rows.tolist() == [1, 2]
    assert held.nearest(np.array([1, 0], np.float32), 2, np.zeros(3, bool))[0].tolist() == []


@pytest.mark.parametrize("share", [1.0, 0.3])
def test_the_shortlist_keeps_the_nearest(tmp_path, monkeypatch, share):
    """Random vectors are the hardest: none is really near. The shortlist is a tenth of all."""
    monkeypatch.setattr(row_vectors, "EXACT", 100)
    monkeypatch.setattr(row_vectors, "SHORTLIST", 400)
    monkeypatch.setattr(row_vectors, "BLOCK", 1000)  # several blocks, the last one not full
    vectors = random_vectors(4030)
    held = written(tmp_path, vectors)
    mask = None if share == 1.0 else np.random.default_rng(1).random(len(vectors)) < share
    found = 0
    for query in random_vectors(20, seed=2):
        cosines = vectors @ query
        true = np.argsort(-np.where(mask, cosines, -2.0) if mask is not None else -cosines)[:5]
        rows, near = held.nearest(query, 5, mask)
        assert mask is None or mask[rows].all()
        assert near == pytest.approx(cosines[rows], abs=2e-3)  # kept in 16 bits
        found += len(set(true) & set(rows))
    assert found >= 85  # of 100


def test_equal_vectors_come_in_the_order_of_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(row_vectors, "EXACT", 2)
    monkeypatch.setattr(row_vectors, "SHORTLIST", 3)
    held = written(tmp_path, np.repeat(random_vectors(1), 9, axis=0))
    assert held.nearest(held.at(np.array([0]))[0], 4)[0].tolist() == [0, 1, 2, 3]


def test_no_row(tmp_path):
    held = written(tmp_path, np.zeros((0, 3), np.float32))
    assert held.at(np.zeros(0, np.int64)).shape[0] == 0


def test_nothing_written_is_told_from_damage(tmp_path):
    assert RowVectors.open(tmp_path, 3) is None
    written(tmp_path, random_vectors(3))
    with pytest.raises(IndexMissing, match="retail-assistant fit"):
        RowVectors.open(tmp_path, 4)
    (tmp_path / "signs.npz").write_bytes(b"garbage")
    with pytest.raises(IndexMissing, match="damaged"):
        RowVectors.open(tmp_path, 3)
