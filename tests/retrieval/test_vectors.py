"""One suite over both places where vectors may be kept: in this process and on a Chroma server."""

import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pytest

from retrieval.errors import IndexMissing, StoreUnreachable
from retrieval.vectors import VectorSettings, intact, open_store


def free_port():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    port = free_port()
    command = [sys.executable, "-c", "from chromadb.cli.cli import app; app()", "run", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--path", str(tmp_path_factory.mktemp("server"))]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield VectorSettings(host="127.0.0.1", port=port)
    finally:
        process.terminate()
        process.wait(10)


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
