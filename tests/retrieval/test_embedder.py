import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from retrieval.embedder import SentenceTransformerEmbedder
from retrieval.errors import EmbedderMissing


def test_vectors_have_length_one_and_meaning(minilm):
    vectors = minilm.encode(["a pot for tea", "teapot", "lawn mower"])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_any_text_is_taken(minilm):
    assert minilm.encode(["", "🎁", "茶壶", "x" * 50_000]).shape == (4, 384)
    assert minilm.encode([]).shape[0] == 0


def test_threads_get_the_same_vectors(minilm):
    texts = [f"red mug number {number}" for number in range(16)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: minilm.encode([text])[0], texts))
    for text, vector in zip(texts, found, strict=True):
        np.testing.assert_allclose(vector, minilm.encode([text])[0], atol=1e-6)


def test_identity_names_the_packaged_model():
    assert SentenceTransformerEmbedder().identity.startswith("all-MiniLM-L6-v2")


def test_a_folders_identity_follows_its_weights(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"one")
    first = SentenceTransformerEmbedder(str(tmp_path)).identity
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert SentenceTransformerEmbedder(str(tmp_path)).identity != first


def test_a_model_that_is_not_here_is_not_fetched():
    with pytest.raises(EmbedderMissing, match="no-such/model"):
        SentenceTransformerEmbedder("no-such/model").encode(["tea"])


def test_importing_retrieval_loads_no_model_library():
    code = (
        "import sys, retrieval.catalog, retrieval.policies, retrieval.recommendation, retrieval.classify; "
        "heavy = {'torch', 'sentence_transformers', 'chromadb', 'sklearn', 'scipy', 'bm25s'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
