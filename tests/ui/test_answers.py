from scripted_page import EVIL, MUG, TABLE, answer, record

from assistant.messages import Fact, ToolResult
from ui import texts
from ui.answers import beneath, explained_html, notes_html, notes_of
from ui.chat_turns import Around, turn_html
from ui.turns import Shown

AROUND = Around("GBP")


def shown(*calls, said="Fine.", **more):
    return Shown("hello", said, answer=answer(*calls, said=said, **more))


def test_everything_in_a_turn_is_escaped():
    result = ToolResult(
        EVIL,
        facts=(Fact(EVIL, 1, "", EVIL),),
        quotes=((EVIL, EVIL),),
        method=EVIL,
        score=EVIL,
        notes=(EVIL,),
        follow_ups=(EVIL,),
        table=TABLE,
    )
    turn = Shown(EVIL, EVIL, answer=answer(record(EVIL, result, **{EVIL: EVIL}), said=EVIL, grounded=False))
    html = turn_html(turn, AROUND, newest=True) + explained_html(turn.answer, (EVIL,))
    html += notes_html(notes_of(turn.answer))
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 10


def test_the_calls_unfold_with_arguments_status_seconds_model_and_tokens():
    html = beneath(
        answer(record("search_products", ToolResult("h"), query="mugs", max_price=20.0), completion_tokens=7)
    )
    for part in (
        "<details",
        "search_products",
        "query",
        "mugs",
        "20.0",
        "done",
        "0.25 s",
        "tiny",
        "1.5 s",
        "1,200 + 7",
    ):
        assert part in html


def test_an_answer_without_a_tool_says_so():
    assert "No tool was needed" in beneath(answer())


def test_suggestions_come_once_each_and_from_every_call():
    first, second = ToolResult("a", follow_ups=("One?", "Two?")), ToolResult("b", follow_ups=("Two?", "Three?"))
    html = turn_html(shown(record("x", first), record("y", second)), AROUND, newest=True)
    assert [html.count(f'data-value="{each}"') for each in ("One?", "Two?", "Three?")] == [1, 1, 1]


def test_cards_of_a_search_are_shown_and_the_carts_own_are_not():
    found, held = ToolResult("h", products=(MUG,)), ToolResult("h", products=(MUG,), table=TABLE)
    assert "Speckled Mug" in turn_html(shown(record("search_products", found)), AROUND, newest=True)
    assert "Speckled Mug" not in turn_html(shown(record("view_cart", held)), AROUND, newest=True)


def test_method_score_and_figures_are_told():
    result = ToolResult("h", facts=(Fact("units", 12, "units", "12"),), method="AutoETS", score="WAPE 12 %")
    html = explained_html(answer(record("forecast_sales", result)))
    for part in (texts.COMPUTED, "AutoETS", "WAPE 12 %", "units: <b>12</b>"):
        assert part in html


def test_a_hand_off_and_an_unconfirmed_figure_are_marked():
    html = turn_html(shown(handed_off=True, grounded=False, unsupported=("£7",)), AROUND, newest=True)
    assert texts.HANDED_OFF in html
    assert "£7" in html
