"""The packaged embedder's lean forward gives what sentence-transformers gives; other models are told apart."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.bert import BertEncoder, MeanEmbedder, load_tokenizer, tokens_of
from retrieval.embedder import SentenceTransformerEmbedder, packaged_model

TEXTS = ["", "a red mug", "grandmother's wool blanket, 130 x 170 cm, £45", "naïve 日本 🎁", "word " * 400, "Zebra"]


def test_the_vectors_are_those_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(packaged_model()), device="cpu").encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(MeanEmbedder.load(packaged_model()).encode(TEXTS), theirs, atol=2e-6)


def test_batches_do_not_change_a_vector_nor_the_order() -> None:
    model = MeanEmbedder.load(packaged_model())
    np.testing.assert_allclose(model.encode(TEXTS, batch=2), model.encode(TEXTS), atol=2e-6)


def test_a_pair_is_cut_at_its_longer_text() -> None:
    tokenizer = load_tokenizer(packaged_model(), 12)
    read = tokens_of(tokenizer, [("a red mug", "word " * 40)])
    assert read.tensors["input_ids"].shape == (1, 12)
    assert read.encodings[0].sequence_ids.count(0) == 3
    assert read.tensors["token_type_ids"][0].tolist() == [0] * 5 + [1] * 7


def test_a_model_of_another_kind_is_told(tmp_path: Path) -> None:
    config = json.loads((packaged_model() / "config.json").read_text()) | {"hidden_act": "relu"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="relu"):
        BertEncoder.load(tmp_path)


def test_a_new_process_embeds_without_the_libraries_that_take_seconds_to_import() -> None:
    code = (
        "import sys; from retrieval.embedder import SentenceTransformerEmbedder as E; E(device='cpu').encode(['mug']);"
        "print([m for m in ('transformers', 'sentence_transformers') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_another_model_still_goes_through_sentence_transformers(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "copy"
    shutil.copytree(packaged_model(), folder)
    ours, theirs = SentenceTransformerEmbedder(device="cpu"), SentenceTransformerEmbedder(str(folder), device="cpu")
    np.testing.assert_allclose(ours.encode(TEXTS[:3]), theirs.encode(TEXTS[:3]), atol=2e-6)
    assert "mug" in ours.words()
    assert ours.words() == theirs.words()
