import re
import shutil
from pathlib import Path

import pytest
from conftest import shelf, stock

from retrieval.catalog import Catalog
from retrieval.pages import read_page, sentences_of
from retrieval.policies import PolicyIndex

PAGES = Path(__file__).parent / "pages"


@pytest.fixture(scope="module")
def policies(minilm, tmp_path_factory):
    return PolicyIndex(PAGES, tmp_path_factory.mktemp("policies"), minilm)


QUESTIONS = [
    ("How long do I have to return something?", "How long you have"),
    ("can I return earrings", "What cannot come back"),
    ("where do I get a return label", "How to send something back"),
    ("how quick are refunds", "When the money arrives"),
    ("is there free delivery", "Cost and time"),
    ("can you deliver to norway", "Abroad"),
    ("next day delivery?", "Express"),
    ("my parcel never turned up, what now", "Lost or damaged parcels"),
    ("do gift cards expire", "Gift cards"),
    ("can I pay with paypal", "Payment and gift cards"),
    ("do you sell my data", "What we keep"),
    ("unsubscribe", "Newsletter"),
]


def test_most_are_sure_to_be_answered(policies):
    assert sum(policies.ask(question).answered for question, _ in QUESTIONS) >= len(QUESTIONS) - 1


@pytest.mark.parametrize(("question", "heading"), QUESTIONS)
def test_the_page_that_answers(policies, question, heading):
    answer = policies.ask(question)
    assert answer.passages[0].heading == heading
    assert answer.sentences  # quoted, whether or not it is sure to be the answer
    text = re.sub(r"\W+", " ", answer.passages[0].text)
    assert all(re.sub(r"\W+", " ", sentence).strip() in text for sentence in answer.sentences)


@pytest.mark.parametrize(
    "question",
    [
        "do you price match",
        "can I bring my dog into the store",
        "do you have a student discount",
        "are there any jobs going",
        "what is the meaning of life",
        "",
        "🎁",
        "как вернуть товар",
    ],
)
def test_no_page_answers(policies, question):
    assert not policies.ask(question).answered


def test_the_sentence_that_answers(policies):
    assert policies.ask("is delivery free over some amount?").sentences == (
        "Orders over £50 are delivered free of charge.",
    )


def test_pages_that_disagree_are_flagged(policies, minilm, tmp_path):
    pages = tmp_path / "pages"
    shutil.copytree(PAGES, pages)
    (pages / "help.md").write_text(
        "# Help\n\n## Sending things back\n\nYou may return any unused item within 14 days of delivery.\n"
    )
    answer = PolicyIndex(pages, tmp_path / "index", minilm).ask("within how many days may I return an unused item?")
    assert answer.disagreeing is not None
    assert {"30 days" in answer.passages[0].best, "30 days" in answer.disagreeing.best} == {True, False}
    assert policies.ask("within how many days may I return an unused item?").disagreeing is None


def test_a_changed_page_is_answered_from_at_once(minilm, tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "returns.md").write_text("# Returns\n\nYou may return any item within 30 days.\n")
    index = PolicyIndex(pages, tmp_path / "index", minilm)
    assert "30 days" in index.ask("how long may I return an item?").sentences[0]
    (pages / "returns.md").write_text("# Returns\n\nYou may return any item within 60 long days.\n")
    assert "60 long days" in index.ask("how long may I return an item?").sentences[0]


def test_pages_and_products_share_a_folder(minilm, tmp_path):
    catalog = Catalog(tmp_path, minilm)
    catalog.update(shelf(), stock())
    policies = PolicyIndex(PAGES, tmp_path, minilm)
    assert policies.ask("do gift cards expire").answered
    assert catalog.update(shelf(), stock()).embedded == 0
    assert catalog.search("teapot").hits[0].product_id.startswith("T")
    assert policies.ask("unsubscribe").answered


def test_a_shop_without_pages(minilm, tmp_path):
    index = PolicyIndex(tmp_path / "none", tmp_path / "index", minilm)
    assert not index.ask("how long may I return an item?").answered
    assert index.titles() == ()


def test_sections_of_a_page():
    text = "# Payment\n\nWe accept **cash**.\n\n## Cards\n\n- Visa\n- [Maestro](x)\n\n## Empty\n"
    whole, cards = read_page("pay.md", text)
    assert (whole.title, whole.heading, whole.text) == ("Payment", "Payment", "We accept cash.")
    assert (cards.section_id, cards.heading, cards.sentences) == ("pay.md#2", "Cards", ("Visa; Maestro.",))


def test_abbreviations_do_not_end_a_sentence():
    assert sentences_of("Bring proof, e.g. Your receipt. We help.") == ("Bring proof, e.g. Your receipt.", "We help.")


def test_a_list_of_short_items_stays_whole():
    text = "We accept:\n\n- Visa\n- PayPal, online only\n\nStores take cash."
    assert sentences_of(text) == ("We accept: Visa; PayPal, online only.", "Stores take cash.")


def test_items_that_are_sentences_stay_apart():
    assert sentences_of("Note:\n\n1. Bring the receipt.\n2. Keep the box.") == (
        "Note:",
        "Bring the receipt.",
        "Keep the box.",
    )
