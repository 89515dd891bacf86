import socket
import subprocess
import sys
import time
import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retrieval.catalog import Catalog
from retrieval.embedder import SentenceTransformerEmbedder
from retrieval.vectors import VectorSettings


class HashedWords:
    """A quick embedder for tests of the index's mechanics: each word adds to one of 64 places."""

    def __init__(self, identity="hashed words"):
        self.identity = identity
        self.encoded = []

    def encode(self, texts):
        self.encoded.extend(texts)
        vectors = np.full((len(texts), 64), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, zlib.crc32(word.strip(".,").encode()) % 64] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def hashed():
    return HashedWords()


@pytest.fixture(scope="session")
def minilm():
    return SentenceTransformerEmbedder()


SHELF = [
    ("T1", "Red enamel teapot", "Kitchen", 12.5, "A stove-top pot for four cups of tea."),
    ("T2", "Blue glass teapot", "Kitchen", 24.0, "Borosilicate glass with a steel filter."),
    ("T3", "White porcelain teapot", "Kitchen", 40.0, "Fine china for an afternoon tea."),
    ("B1", "Picnic blanket, tartan wool", "Garden", 35.0, "Waterproof backing, rolls up with a leather strap."),
    ("B2", "Fleece throw", "Bedroom", 18.0, "A soft blanket for the sofa."),
    ("G1", "Garden gnome with lantern", "Garden", 15.0, "Solar light, frost-proof."),
    ("L1", "Paper lantern", "Party", 3.0, "Folds flat, 30 cm."),
    ("M1", "Coffee mug", "Kitchen", 6.0, "Stoneware, dishwasher safe."),
    ("N1", "Alarm clock", "Bedroom", 19.0, "Loud bell, glowing hands."),
    ("C1", "Scented candle", "Party", None, "Vanilla, burns for 30 hours."),
]
STOCK = {"T1": 0, "T2": 4, "T3": 2, "B1": 1, "B2": 0, "G1": 9, "L1": 50, "M1": 12, "N1": 3}


def shelf():
    return pd.DataFrame(SHELF, columns=["product_id", "title", "category", "price", "description"])


def stock():
    return pd.DataFrame([("S1", p, n) for p, n in STOCK.items()], columns=["store_id", "product_id", "on_hand"])


def free_port():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    port = free_port()
    command = [sys.executable, "-c", "from chromadb.cli.cli import app; app()", "run", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--path", str(tmp_path_factory.mktemp("server"))]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield VectorSettings(host="127.0.0.1", port=port)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session", params=["exact", "graph", "graph on a server"])
def catalog(request, minilm, tmp_path_factory):
    """The small shelf, indexed with the real model; tests only read it. One suite over each place of the vectors."""
    settings = VectorSettings(exact_up_to=2_000_000 if request.param == "exact" else 0)
    if request.param == "graph on a server":
        settings = replace(request.getfixturevalue("server"), exact_up_to=0, prefix="catalog")
    built = Catalog(tmp_path_factory.mktemp("index"), minilm, settings)
    built.update(shelf(), stock(), {"M1": 90.0, "T2": 10.0})
    return built
