"""The sentence-transformers path for real, on a tiny CLIP model made here; errors of models that are not there."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from retrieval.embedder import packaged_model
from retrieval.errors import EmbedderMissing
from retrieval.picture_encoder import SentenceTransformerPictures
from retrieval.pictures import PictureIndex


@pytest.fixture(scope="module")
def tiny_clip(tmp_path_factory):
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPProcessor, CLIPTokenizer
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    folder = tmp_path_factory.mktemp("clip")
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = shape | {"vocab_size": 54, "max_position_embeddings": 16, "bos_token_id": 0, "eos_token_id": 1}
    picture = shape | {"image_size": 32, "patch_size": 8}
    CLIPModel(CLIPConfig(text_config=text, vision_config=picture, projection_dim=16)).save_pretrained(folder)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{each}</w>" for each in letters)]
    (folder / "vocab.json").write_text(json.dumps({word: place for place, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16)
    size = {"height": 32, "width": 32}
    pictures = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=size)
    CLIPProcessor(pictures, tokenizer).save_pretrained(folder)
    return folder


def plain(colour):
    return Image.new("RGB", (40, 50), colour)


def test_a_clip_model_by_folder(tiny_clip, tmp_path):
    encoder = SentenceTransformerPictures(str(tiny_clip))
    vectors = encoder.encode([plain("red"), plain("blue"), plain("red")])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[0], vectors[2], atol=1e-5)
    assert vectors[0] @ vectors[1] < 0.9999
    files = {}
    for colour in ("red", "blue", "green"):
        files[colour] = [tmp_path / f"{colour}.png"]
        plain(colour).save(files[colour][0])
    index = PictureIndex(tmp_path / "index", encoder=encoder)
    assert index.update(files).embedded == 3
    kept = io.BytesIO()
    plain("blue").save(kept, "PNG")
    assert index.search(kept.getvalue(), limit=1)[0].product_id == "blue"


def test_a_model_that_is_not_here():
    with pytest.raises(EmbedderMissing, match="could not be loaded"):
        SentenceTransformerPictures("/no/such/model").encode([plain("red")])


def test_a_model_that_reads_only_texts():
    with pytest.raises(EmbedderMissing, match="reads pictures"):
        SentenceTransformerPictures(str(packaged_model())).encode([plain("red")])
