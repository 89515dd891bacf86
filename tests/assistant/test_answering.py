"""An answer is written sentence by sentence, each checked before it is shown."""

from collections.abc import Iterator

from scripted_model import ScriptedModel

from assistant.answering import answer_facts, sentences
from assistant.errors import ModelUnavailable
from assistant.grounding import Evidence
from assistant.language.chat import Prompt, Usage
from assistant.messages import ToolCall, ToolResult

RESULT = ToolResult(
    headline="Revenue in May 2011 was £1,200.50.",
    notes=("From 1 to 31 May 2011.", "Postage is left out.", "A third note."),
    score="WAPE 0.2",
)


def said(answer: str, *results: ToolResult, compact: bool = True) -> tuple[list[str], ScriptedModel]:
    model = ScriptedModel(answers=[answer], compact=compact)
    shown = results or (RESULT,)
    evidence = Evidence(shown, "how was may?", lambda text: [])
    return list(sentences(model, "manager", "Shop", "how was may?", shown, evidence, Usage())), model


def test_supported_sentences_are_shown_one_by_one() -> None:
    pieces, _ = said('In May 2011 we took £1,200.50. Postage is left out! "From 1 May on."')
    assert pieces == ["In May 2011 we took £1,200.50.", "Postage is left out!", '"From 1 May on."']


def test_the_first_unsupported_sentence_ends_the_models_own_words() -> None:
    pieces, _ = said("In May 2011 we took £1,200.50. That is 12 % more. Postage is left out.")
    assert pieces == ["In May 2011 we took £1,200.50."]


def test_figures_that_the_model_left_out_are_added_as_the_headline() -> None:
    assert said("May went well.")[0] == ["May went well.", RESULT.headline]
    assert said("We took £9,999.99.")[0] == [RESULT.headline]
    assert said("")[0] == [RESULT.headline]


def test_a_model_that_repeats_itself_is_stopped() -> None:
    assert said("May 2011 made £1,200.50. May 2011 made £1,200.50. May 2011 made £1,200.50.")[0] == [
        "May 2011 made £1,200.50."
    ]


def test_money_with_a_point_does_not_end_a_sentence() -> None:
    assert said("We took £1,200.50 in May 2011, i.e. in the month.")[0] == [
        "We took £1,200.50 in May 2011, i.e. in the month."
    ]


def test_refusals_quotes_and_several_results_are_not_reworded() -> None:
    refused = ToolResult(headline="Please identify yourself first.", status="refused")
    quoted = ToolResult(headline="Returns: 30 days.", quotes=(("Returns", "You have 30 days."),))
    for results in ((refused,), (quoted,), (RESULT, refused)):
        pieces, model = said("Something else entirely.", *results)
        assert pieces == [each.headline for each in results]
        assert model.prompts == []


def test_without_a_model_the_headlines_speak() -> None:
    evidence = Evidence((RESULT,), "", lambda text: [])
    assert list(sentences(None, "manager", "Shop", "", (RESULT,), evidence, Usage())) == [RESULT.headline]


def test_the_model_sees_the_facts_and_no_more() -> None:
    assert answer_facts(RESULT) == (RESULT.headline, *RESULT.notes[:2], "WAPE 0.2")
    _, small = said("ok", compact=True)
    _, large = said("ok", compact=False)
    assert "fact: From 1 to 31 May 2011." in small.prompts[0].messages[-1].content
    assert "- WAPE 0.2" in large.prompts[0].messages[-1].content
    assert "A third note." not in large.prompts[0].messages[-1].content


class _BreaksOff:
    name, compact = "breaks off", True

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        yield "May 2011 went well. We took"
        raise ModelUnavailable("gone")


def test_a_model_that_breaks_off_leaves_the_tools_own_words() -> None:
    evidence = Evidence((RESULT,), "", lambda text: [])
    pieces = list(sentences(_BreaksOff(), "manager", "Shop", "", (RESULT,), evidence, Usage()))
    assert pieces == ["May 2011 went well.", RESULT.headline]


def test_a_sentence_that_the_bound_on_tokens_cut_off_is_not_shown() -> None:
    assert said("Postage is left out. In May 2011 we took £1,200.50 and a third n")[0] == [
        "Postage is left out.",
        RESULT.headline,
    ]


def test_a_date_does_not_stand_for_a_figure() -> None:
    nine = ToolResult(headline="9 customers bought.", notes=("From 1 December 2010 to 9 December 2011.",))
    assert said("From 1 December 2010 to 9 December 2011.", nine)[0][-1] == "9 customers bought."
