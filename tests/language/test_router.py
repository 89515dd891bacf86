"""The shipped router on the packaged embedder: easy messages, permission, and files that are missing."""

import json
import shutil
from pathlib import Path

import pytest

from assistant.errors import ModelUnavailable
from assistant.language.router import NONE, SHIPPED_ROUTER, Router
from assistant.messages import ToolCall
from assistant.tools import standard_tools
from retrieval.embedder import SentenceTransformerEmbedder, packaged_model

EARLIER = ToolCall("sales_report", {"metric": "revenue", "period": "may 2011"})
TOOLS = {role: [tool.name for tool in standard_tools() if role in tool.roles] for role in ("customer", "manager")}


@pytest.fixture(scope="module")
def router() -> Router:
    return Router.load(packaged_model(), plain=SentenceTransformerEmbedder().encode)


@pytest.mark.parametrize(
    ("said", "role", "tool"),
    [
        ("What was our revenue in February 2011?", "manager", "sales_report"),
        ("How many party bunting will we sell in the next four weeks?", "manager", "forecast_sales"),
        ("Which 10 customers are we about to lose?", "manager", "list_churn_risks"),
        ("show me red teapots under 30 pounds", "customer", "search_products"),
        ("where is my order 536365?", "customer", "order_status"),
        ("hello there", "customer", NONE),
        ("write me a poem about the sea", "customer", NONE),
    ],
)
def test_easy_messages(router: Router, said: str, role: str, tool: str) -> None:
    assert router.rank(said, role, TOOLS[role]).best == tool  # type: ignore[arg-type]


def test_a_message_for_two_tools_is_told_from_one_wish(router: Router) -> None:
    two = router.read("what was our revenue in May, and which customers are about to leave us").wishes
    one = router.read("what was our revenue in May").wishes
    assert sum(two.values()) == pytest.approx(1.0, abs=1e-5)
    assert two["apart"] > 0.6 > 0.1 > one["apart"]


@pytest.mark.parametrize("role", ["customer", "manager"])
def test_a_ranking_is_a_probability_over_what_is_permitted(router: Router, role: str) -> None:
    for permitted in (TOOLS[role], TOOLS[role][:3], []):
        ranking = router.rank("what did we sell last week", role, permitted)  # type: ignore[arg-type]
        assert sum(chance for _, chance in ranking.scores) == pytest.approx(1)
        assert {name for name, _ in ranking.scores} <= {*permitted, NONE}
        chances = [chance for _, chance in ranking.scores]
        assert chances == sorted(chances, reverse=True)
        assert ranking.best == ranking.scores[0][0]


def test_the_staffs_tools_are_never_ranked_for_a_customer(router: Router) -> None:
    offered = [*TOOLS["customer"], *TOOLS["manager"]]  # even where someone offers them by mistake
    ranking = router.rank("What was our revenue in February 2011?", "customer", offered)
    assert {name for name, _ in ranking.scores} <= {*TOOLS["customer"], NONE}


def test_the_same_message_is_ranked_the_same_alone_and_again(router: Router) -> None:
    first = router.rank("is the red mug in stock", "customer", TOOLS["customer"])
    router.encode([("something much longer than that, to fill the batch up", ""), ("short", "before")])
    assert router.rank("is the red mug in stock", "customer", TOOLS["customer"]) == first


def test_what_went_before_is_read(router: Router) -> None:
    alone = router.rank("and in germany?", "manager", TOOLS["manager"])
    after = router.rank("and in germany?", "manager", TOOLS["manager"], ("revenue in may 2011", EARLIER))
    assert dict(after.scores)["sales_report"] > dict(alone.scores).get("sales_report", 0.0)


def test_very_long_and_empty_messages_are_ranked(router: Router) -> None:
    for said in ("", "word " * 5_000, "茶碗" * 400):
        assert sum(chance for _, chance in router.rank(said, "manager", TOOLS["manager"]).scores) == pytest.approx(1)


def test_every_tool_has_a_place_in_the_router() -> None:
    classes = json.loads((SHIPPED_ROUTER / "router.json").read_text())["classes"]
    added = {tool.name for tool in standard_tools() if tool.examples}  # placed by their examples
    for role, names in TOOLS.items():
        assert {*names, NONE} <= {*classes[role], *added}


def test_a_tool_that_was_added_after_training_is_found_by_its_examples(router: Router) -> None:
    examples = {"water_plants": ("please water the plants", "give the ferns some water")}
    permitted = [*TOOLS["manager"], "water_plants"]
    thirsty = router.rank("could you give the plants some water", "manager", permitted, examples=examples)
    sales = router.rank("What was our revenue in February 2011?", "manager", permitted, examples=examples)
    assert thirsty.best == "water_plants"
    assert sales.best == "sales_report"
    assert sum(chance for _, chance in thirsty.scores) == pytest.approx(1)
    unseen = router.rank("could you give the plants some water", "manager", permitted)
    assert "water_plants" not in dict(unseen.scores)


@pytest.mark.parametrize(
    "missing", ["router.json", "heads.safetensors", "adapter_model.safetensors", "adapter_config.json"]
)
def test_missing_or_cut_files_are_told(tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "router"
    shutil.copytree(SHIPPED_ROUTER, folder)
    (folder / missing).write_bytes((folder / missing).read_bytes()[:50])
    with pytest.raises(ModelUnavailable, match="retail-assistant finetune"):
        Router.load(packaged_model(), folder)
    (folder / missing).unlink()
    with pytest.raises(ModelUnavailable, match="retail-assistant finetune"):
        Router.load(packaged_model(), folder)


def test_settings_without_what_is_needed_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "router"
    shutil.copytree(SHIPPED_ROUTER, folder)
    (folder / "router.json").write_text("{}")
    with pytest.raises(ModelUnavailable, match="retail-assistant finetune"):
        Router.load(packaged_model(), folder)
