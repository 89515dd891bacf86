"""A message that only asks why is answered with reasons."""

import pytest

from assistant.answering import sentences
from assistant.grounding import Evidence
from assistant.language.chat import Usage
from assistant.messages import ToolResult
from assistant.said_plainly import complete
from assistant.whys import asks_only_why, reasons


@pytest.mark.parametrize(
    "said",
    ["why?", "Why", "but why is that?", "why so many?", "How come?", "ok, explain that", "what is that based on?",
     "how do you know that?", "What makes you say so?", "and what's the reason for that?"],
)  # fmt: skip
def test_asking_back(said):
    assert asks_only_why(said)


@pytest.mark.parametrize(
    "said",
    ["why did sales fall in May?", "why is the blue mug so dear?", "why is customer C17 leaving?", "yes", "explain RFM",
     "why not", "what is your returns policy based on", "how do you know the customer C17?"],
)  # fmt: skip
def test_questions_of_their_own(said):
    assert not asks_only_why(said)


FORECAST = ToolResult(
    "We expect 150.", notes=("Why about 150: the usual level is 142.",), method="Theta.", score="off by 11 %"
)
CHURN = ToolResult("He leaves.", notes=("A rule.",), reasons=("No order for 80 days.",))


def test_reasons_go_before_notes_and_managers_hear_of_the_method():
    assert reasons("customer", [FORECAST]) == ("Why about 150: the usual level is 142.",)
    assert reasons("manager", [FORECAST]) == (
        "Why about 150: the usual level is 142.", "How it was computed: Theta.", "How well that does: off by 11 %.",
    )  # fmt: skip
    assert reasons("manager", [CHURN]) == ("No order for 80 days.",)


def test_a_failure_has_no_reasons_but_its_own_words():
    failed = ToolResult("I found no such product.", status="error", notes=("Try another name.",))
    assert reasons("manager", [failed]) == ()
    evidence = Evidence([failed], "why?", lambda text: ())
    said = list(sentences(None, "manager", "Shop", "why?", [failed], evidence, Usage()))
    assert said == ["I found no such product."]


def test_the_answer_to_why_is_supported_by_the_result():
    evidence = Evidence([CHURN, FORECAST], "why?", lambda text: ())
    said = list(sentences(None, "manager", "Shop", "why?", [CHURN, FORECAST], evidence, Usage()))
    assert said[0] == "No order for 80 days."
    assert all(evidence.check(each).grounded for each in said)


def test_fairness_is_meant_whatever_model_is_named():
    arguments = {"model": "churn"}
    parameters = {"properties": {"model": {"type": "string"}}}
    complete(arguments, parameters, "is our churn model biased against any store?", [], lambda name: ())
    assert arguments == {"model": "fairness"}
    complete(arguments := {"model": "churn"}, parameters, "how good is the churn model?", [], lambda name: ())
    assert arguments == {"model": "churn"}
