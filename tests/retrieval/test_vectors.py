"""One suite over both places where vectors may be kept: in this process and on a Chroma server."""

import shutil
import sqlite3
import threading
import time
from contextlib import closing

import numpy as np
import pytest
from conftest import free_port

from retrieval.errors import IndexMissing, StoreUnreachable
from retrieval.vectors import Admission, VectorSettings, intact, open_store, shop_prefix


@pytest.fixture(params=["in process", "server"])
def store(request, tmp_path):
    settings = VectorSettings() if request.param == "in process" else request.getfixturevalue("server")
    opened = open_store(tmp_path / "vectors", f"test-{time.time_ns()}", settings)
    # angles of 0, 60 and 90 degrees to the first axis
    vectors = np.array([[1, 0], [0.5, 3**0.5 / 2], [0, 1]], dtype=np.float32)
    fields = [{"price": 1.0, "colour": "red"}, {"price": 5.0, "colour": "red"}, {"price": 9.0}]
    opened.upsert(["a", "b", "c"], vectors, fields)
    return opened


EAST = np.array([1, 0], dtype=np.float32)


def test_nearest_first_by_cosine(store):
    found = store.nearest(EAST, 3)
    assert [each for each, _ in found] == ["a", "b", "c"]
    assert [cosine for _, cosine in found] == pytest.approx([1.0, 0.5, 0.0], abs=1e-6)


def test_filter_acts_before_the_cut(store):
    assert [each for each, _ in store.nearest(EAST, 1, {"price": {"$gte": 6.0}})] == ["c"]


@pytest.mark.parametrize("share", [1.0, 0.001])  # looked through by the caller's knowledge; left to the store
def test_what_the_caller_admits_is_what_the_store_admits(store, share):
    held = store.metadata()
    admission = Admission(share, lambda each: held[each]["price"] >= 4.0)
    assert [each for each, _ in store.nearest(EAST, 2, {"price": {"$gte": 4.0}}, admission)] == ["b", "c"]


def test_too_few_among_the_nearest_are_asked_from_the_store(store):
    """The caller expects one in one to pass, but the nearest two of three do not."""
    admission = Admission(1.0, lambda each: each == "c")
    assert [each for each, _ in store.nearest(EAST, 1, {"price": {"$gte": 6.0}}, admission)] == ["c"]


def test_reach_by_hand():
    assert Admission(0.5, bool).reach(200) == 600  # 1.5 * 200 / 0.5
    assert Admission(0.01, bool).reach(200) is None  # 30,000 are too many to look through
    assert Admission(0.0, bool).reach(200) is None


def test_bulk_writing_leaves_the_settings_as_they_were(store):
    before = store._collection.configuration_json["hnsw"]["sync_threshold"]
    with store.bulk(10_000_000):
        assert store._collection.configuration_json["hnsw"]["sync_threshold"] == 200_000  # 50 times in all
        store.upsert(["d"], EAST[None], [{"price": 3.0}])
    assert store._collection.configuration_json["hnsw"]["sync_threshold"] == before
    assert {each for each, _ in store.nearest(EAST, 2)} == {"a", "d"}


def test_questions_are_answered_while_another_thread_writes(store):
    """Ids that nobody touches are found each time, and what was written is found afterwards."""
    failures = []

    def write():
        try:
            for number in range(60):
                store.upsert([f"n{number % 20}"], -EAST[None], [{"price": float(number)}])
                if number % 3 == 2:
                    store.delete([f"n{(number - 1) % 20}"])
        except Exception as failure:
            failures.append(failure)

    writer = threading.Thread(target=write)
    writer.start()
    answers = []
    while writer.is_alive() or len(answers) < 5:
        answers.append([each for each, _ in store.nearest(EAST, 3)])
    writer.join()
    assert not failures
    assert all(answer == ["a", "b", "c"] for answer in answers)
    assert store.metadata()["n19"] == {"price": 59.0}


def test_shops_on_one_server_keep_apart(server):
    ours, theirs = (
        open_store(None, "products", VectorSettings(host=server.host, port=server.port, prefix=shop_prefix(name)))
        for name in ("Loom & Larder", "Loom, Larder")  # alike once the signs are taken out
    )
    ours.upsert(["a"], EAST[None], [{"x": 1}])
    assert (len(ours), len(theirs)) == (1, 0)


def test_a_prefix_is_a_name_that_chroma_takes(server):
    for name in ("Ünï & Söhne", "...", "x" * 300):
        prefix = shop_prefix(name)
        open_store(None, "products", VectorSettings(host=server.host, port=server.port, prefix=prefix))
    assert shop_prefix("Corner Shop") == shop_prefix("Corner Shop")


def test_annotating_keeps_the_vector_and_takes_fields_away(store):
    store.annotate(["a"], [{"price": 2.0, "colour": None}])
    assert store.metadata()["a"] == {"price": 2.0}
    np.testing.assert_allclose(store.vectors(["a"])["a"], EAST)


def test_more_than_one_batch_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("retrieval.vectors.READ_BATCH", 2)
    store = open_store(tmp_path / "vectors", "products", VectorSettings())
    store.upsert(list("abcde"), np.eye(5, dtype=np.float32), [{"x": n} for n in range(5)])
    assert set(store.metadata()) == set(store.vectors(list("abcde"))) == set("abcde")


def test_deleting(store):
    store.delete(["a", "never there"])
    assert len(store) == 2
    assert set(store.vectors(["a", "b"])) == {"b"}


def test_emptied(store):
    assert len(store.emptied()) == 0


def test_files_without_their_graph_are_not_intact(tmp_path):
    store = open_store(tmp_path / "whole", "products", VectorSettings())
    angles = np.linspace(0, 1, 4000)  # enough for Chroma to write the graph to its own files
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    store.upsert([str(n) for n in range(4000)], vectors, [{"x": n} for n in range(4000)])
    assert intact(store, 2)
    shutil.copytree(tmp_path / "whole", tmp_path / "broken")
    for graph in [path for path in (tmp_path / "broken").iterdir() if path.is_dir()]:
        shutil.rmtree(graph)
    with closing(sqlite3.connect(tmp_path / "broken" / "chroma.sqlite3")) as log:
        log.execute("delete from embeddings_queue")  # from its log Chroma would build the graph again
        log.commit()
    broken = open_store(tmp_path / "broken", "products", VectorSettings())
    assert len(broken) == 4000
    assert not intact(broken, 2)


def test_garbage_is_reported_as_damage(tmp_path):
    (tmp_path / "vectors").mkdir()
    (tmp_path / "vectors" / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    with pytest.raises(IndexMissing, match="damaged"):
        open_store(tmp_path / "vectors", "products", VectorSettings())


def test_silent_server_is_named():
    with pytest.raises(StoreUnreachable, match="127.0.0.1"):
        open_store(None, "products", VectorSettings(host="127.0.0.1", port=free_port()))


def test_port_is_checked():
    with pytest.raises(ValueError, match="65535"):
        VectorSettings(port=0)
