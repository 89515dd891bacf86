import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui import texts
from ui.access import Access
from ui.uploads import MARK, PATH, Uploads, safe_name

MINE = {MARK: "1"}


def client(uploads, host="127.0.0.1:7860"):
    return TestClient(Starlette(routes=[uploads.route()]), base_url=f"http://{host}")


@pytest.fixture
def uploads():
    return Uploads(Access(loopback=True), most_bytes=1000)


def test_a_file_arrives_whole_under_a_safe_name(uploads):
    answer = client(uploads).post(f"{PATH}?name=../../sales%20<b>.csv", content=b"a,b\n1,2\n", headers=MINE)
    upload = uploads.find(answer.json()["file"])
    assert (upload.name, upload.size, upload.file.read_bytes()) == ("sales _b_.csv", 8, b"a,b\n1,2\n")
    assert uploads.find("nothing") is None


def test_a_file_that_is_too_large_is_thrown_away_and_told(uploads):
    answer = client(uploads).post(f"{PATH}?name=a.csv", content=b"x" * 2000, headers=MINE)
    assert answer.status_code == 413
    assert "larger than" in answer.json()["error"]
    assert not list(uploads._new_folder().parent.rglob("a.csv"))


def test_strangers_and_other_sites_bring_nothing(uploads):
    assert client(uploads).post(f"{PATH}?name=a.csv", content=b"x").status_code == 403  # without the page's own mark
    assert client(uploads, "shop.example").post(f"{PATH}?name=a.csv", content=b"x", headers=MINE).status_code == 403
    locked = Uploads(Access(loopback=True, password="secret"))
    answer = client(locked).post(f"{PATH}?name=a.csv", content=b"x", headers=MINE)
    assert (answer.status_code, answer.json()["error"]) == (403, texts.LOCKED)


def test_the_oldest_files_go(uploads):
    keys = [
        client(uploads).post(f"{PATH}?name={each}.csv", content=b"x", headers=MINE).json()["file"] for each in range(8)
    ]
    kept = [uploads.find(key) for key in keys]
    assert kept[:2] == [None, None]
    assert all(each is not None and each.file.exists() for each in kept[2:])


@pytest.mark.parametrize(
    ("said", "name"),
    [("C:\\fakepath\\till.xlsx", "till.xlsx"), ("..", "file"), ("", "file"), ("Ümsatz (1).csv", "Ümsatz (1).csv")],
)
def test_names_are_made_safe(said, name):
    assert safe_name(said) == name
