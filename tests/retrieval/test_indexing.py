import shutil

import numpy as np
import pandas as pd
import pytest
from conftest import HashedWords, shelf, stock

from retrieval.catalog import Catalog
from retrieval.errors import BadCatalog, IndexMissing
from retrieval.products import dense_text, records
from retrieval.vectors import VectorSettings


def built(folder, embedder, frame=None):
    catalog = Catalog(folder, embedder)
    catalog.update(shelf() if frame is None else frame, stock())
    return catalog


def test_only_changed_texts_are_embedded_again(tmp_path, hashed):
    built(tmp_path, hashed)
    hashed.encoded.clear()
    changed = shelf()
    changed.loc[0, "title"] = "Green enamel teapot"
    done = Catalog(tmp_path, hashed).update(changed, stock())
    assert (done.products, done.embedded, done.removed) == (10, 1, 0)
    assert [text for text in hashed.encoded if text != "size"] == [
        "Green enamel teapot. Kitchen. A stove-top pot for four cups of tea."
    ]


def test_price_and_stock_change_without_embedding(tmp_path, hashed):
    built(tmp_path, hashed)
    frame = shelf()
    frame.loc[0, "price"] = 99.0
    catalog = Catalog(tmp_path, hashed)
    assert catalog.update(frame, stock()).embedded == 0
    assert catalog.search("teapot", min_price=90).hits[0].product_id == "T1"
    assert not catalog.search("teapot", max_price=20).facets.count


def test_a_product_that_lost_its_price_passes_no_price_filter(tmp_path, hashed):
    built(tmp_path, hashed)
    frame = shelf()
    frame.loc[0, "price"] = None
    catalog = Catalog(tmp_path, hashed)
    catalog.update(frame, stock())
    assert "T1" not in {hit.product_id for hit in catalog.search("teapot", max_price=100).hits}


def test_deleted_products_leave(tmp_path, hashed):
    built(tmp_path, hashed)
    catalog = Catalog(tmp_path, hashed)
    assert catalog.update(shelf().iloc[1:], stock()).removed == 1
    assert catalog.product("T1") is None
    assert "T1" not in {hit.product_id for hit in catalog.search("red enamel teapot").hits}


def test_nothing_new_leaves_the_generation(tmp_path, hashed):
    built(tmp_path, hashed)
    before = (tmp_path / "manifest.json").read_text()
    done = Catalog(tmp_path, hashed).update(shelf(), stock())
    assert (done.embedded, done.annotated, done.removed) == (0, 0, 0)
    assert (tmp_path / "manifest.json").read_text() == before


def test_another_embedder_embeds_all_again(tmp_path, hashed):
    built(tmp_path, hashed)
    other = HashedWords("another model")
    with pytest.raises(IndexMissing, match="another model"):
        Catalog(tmp_path, other).search("teapot")
    assert Catalog(tmp_path, other).update(shelf(), stock()).embedded == 10


class Killed(BaseException):
    """As a signal would end the build."""


def test_a_killed_build_leaves_the_last_good_one_and_goes_on(tmp_path, hashed, monkeypatch):
    catalog = built(tmp_path, hashed, shelf().iloc[:5])
    monkeypatch.setattr("retrieval.indexing.CHUNK", 2)

    def kill(done, total):
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        Catalog(tmp_path, hashed).update(shelf(), stock(), progress=kill)
    assert len(Catalog(tmp_path, hashed).products) == 5
    assert catalog.search("red teapot").hits[0].product_id == "T1"
    assert Catalog(tmp_path, hashed).update(shelf(), stock()).embedded == 1


@pytest.mark.parametrize(
    "victim",
    [
        "manifest.json",
        "generation-1/products.parquet",
        "generation-1/lexical/size.json",
        "generation-1/vectors.npy",
        "generation-1/signs.npz",
    ],
)
def test_damaged_parts_are_rebuilt_without_embedding(tmp_path, hashed, victim):
    built(tmp_path, hashed)
    (tmp_path / victim).write_bytes(b"\x00broken")
    catalog = Catalog(tmp_path, hashed)
    assert not catalog.ready
    with pytest.raises(IndexMissing, match="retail-assistant fit"):
        catalog.search("teapot")
    assert catalog.update(shelf(), stock()).embedded == 0
    assert catalog.search("red teapot").hits[0].product_id == "T1"


def test_damaged_vectors_are_built_again(tmp_path, hashed):
    built(tmp_path / "whole", hashed)
    # as after a crash of the disk: a copy, so that this process holds no open file of it
    shutil.copytree(tmp_path / "whole", tmp_path / "broken")
    (tmp_path / "broken" / "vectors-1" / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    assert not Catalog(tmp_path / "broken", hashed, VectorSettings(exact_up_to=0)).ready
    catalog = Catalog(tmp_path / "broken", hashed)
    assert catalog.search("red teapot").hits[0].product_id == "T1"  # the generation has vectors of its own
    assert catalog.update(shelf(), stock()).embedded == 10
    assert catalog.search("red teapot").hits[0].product_id == "T1"
    assert not (tmp_path / "broken" / "vectors-1").exists()


def test_an_index_without_vectors_by_row_asks_the_store_until_it_is_updated(tmp_path, hashed):
    """As earlier versions left it."""
    built(tmp_path, hashed)
    (tmp_path / "generation-1" / "vectors.npy").unlink()
    (tmp_path / "generation-1" / "signs.npz").unlink()
    catalog = Catalog(tmp_path, hashed)
    assert catalog.search("red teapot").hits[0].product_id == "T1"
    assert catalog.update(shelf(), stock()).embedded == 0
    assert (tmp_path / "generation-2" / "vectors.npy").exists()


def test_searches_go_on_while_the_index_is_updated(tmp_path, hashed):
    """The half-done update is not seen: neither its new products nor a gap where its old ones were."""
    catalog = built(tmp_path, hashed)
    renamed = shelf().assign(title=[f"Brass {title.lower()}" for title in shelf()["title"]])
    seen = []

    def ask(done, total):
        seen.append([hit.title for hit in catalog.search("red teapot", limit=1).hits])

    assert catalog.update(renamed, stock(), progress=ask).embedded == 10
    assert seen == [["Red enamel teapot"]]
    assert catalog.search("red teapot").hits[0].title == "Brass red enamel teapot"


def test_vectors_by_row_are_those_of_the_texts(tmp_path, hashed):
    """Also of rows taken over from the generation before, in another order."""
    catalog = built(tmp_path, hashed, shelf().iloc[4:])
    catalog.update(shelf(), stock())
    texts = [dense_text(row) for row in records(catalog.products)]
    held = catalog.vectors(list(catalog.products["product_id"]))
    np.testing.assert_allclose(np.stack(list(held.values())), hashed.encode(texts), atol=1e-6)


def test_empty_shop(tmp_path, hashed):
    catalog = Catalog(tmp_path, hashed)
    catalog.update(shelf().iloc[:0])
    found = catalog.search("teapot")
    assert (found.hits, found.facets.count, found.carried) == ((), 0, False)


def test_missing_column_is_named(tmp_path, hashed):
    with pytest.raises(BadCatalog, match="title"):
        Catalog(tmp_path, hashed).update(pd.DataFrame({"product_id": ["1"]}))


def test_an_id_that_comes_twice_is_named(tmp_path, hashed):
    with pytest.raises(BadCatalog, match="T1"):
        Catalog(tmp_path, hashed).update(pd.concat([shelf(), shelf().iloc[:1]]))


def test_a_shop_with_titles_only(tmp_path, hashed):
    frame = pd.DataFrame({"product_id": ["1", "2"], "title": ["RED TEAPOT", "BLUE MUG"], "price": [3.0, None]})
    catalog = Catalog(tmp_path, hashed)
    catalog.update(frame)
    assert catalog.categories() == ()
    assert not catalog.keeps_stock()
    assert catalog.search("teapot").hits[0].in_stock is None
