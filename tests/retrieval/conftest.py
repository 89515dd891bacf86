import zlib

import numpy as np
import pandas as pd
import pytest

from retrieval.catalog import Catalog
from retrieval.embedder import SentenceTransformerEmbedder


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


@pytest.fixture(scope="session")
def catalog(minilm, tmp_path_factory):
    """The small shelf, indexed with the real model; tests only read it."""
    built = Catalog(tmp_path_factory.mktemp("index"), minilm)
    built.update(shelf(), stock(), {"M1": 90.0, "T2": 10.0})
    return built
