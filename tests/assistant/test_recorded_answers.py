"""What the records keep of an answer is read back as it was."""

import json

from assistant.messages import Answer, CallRecord, Chart, Fact, ProductCard, Series, Table, ToolResult
from assistant.recorded_answers import answer_of

MUG = ProductCard("M1", "Mug", 12.5, "Mugs", True, "cheap", "A mug.")
RESULT = ToolResult(
    "One mug.",
    facts=(Fact("price", 12.5, "GBP", "£12.50"),),
    table=Table(("Item", "Price"), (("Mug", 12.5), ("Jug", None))),
    chart=Chart("line", "Sales", "week", "units", (Series("sold", ("w1", "w2"), (1.0, None), lower=(0.5, None)),)),
    products=(MUG,),
    quotes=(("Returns", "30 days."),),
    method="search",
    notes=("In stock.",),
    follow_ups=("More?",),
)
ANSWER = Answer(
    "a mug?",
    "customer",
    "One mug.",
    (CallRecord("search_products", {"query": "mug"}, "ok", 0.25, RESULT),),
    (MUG,),
    model="tiny",
    first_token_seconds=0.5,
    total_seconds=1.5,
    prompt_tokens=10,
    completion_tokens=5,
)


def test_an_answer_comes_back_whole():
    assert answer_of(json.loads(json.dumps(ANSWER.as_json())), "customer") == ANSWER


def test_an_answer_without_calls_and_a_product_of_no_call_come_back():
    bare = Answer("hi", "manager", "Hello.", products=(ProductCard("X", "Thing", None),))
    assert answer_of(bare.as_json(), "manager") == bare
