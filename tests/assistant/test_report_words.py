import pytest

from assistant.arguments import mend
from assistant.messages import ToolCall
from assistant.report_words import meant_report, measured, named_report
from assistant.tools.sales import TOOLS


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("new versus returning customers", "customer_type"),
        ("revenue from returning and new customers this year", "customer_type"),
        ("did new customers spend more than returning customers in May?", "customer_type"),
        ("what do people buy together?", "basket"),
        ("which products are most often bought together in Germany", "basket"),
        ("what is bought together with the cakestand?", None),
        ("which products are in the same basket as the teapot", None),
        ("retention by month of first order", "cohort"),
        ("a cohort table, please", "cohort"),
        ("will new and returning customers buy more next month?", None),
        ("old or new customer, 17850?", None),
        ("All my orders, old and new", None),
    ],
)
def test_reports_that_are_named_outright(said, kind):
    assert named_report(said) == kind


def test_loose_words_count_only_in_a_sales_report():
    assert named_report("how many new customers did we get?") is None
    assert meant_report("how many new customers did we get?") == "customer_type"
    assert meant_report("how many pieces all together sold the shop?") is None


@pytest.mark.parametrize(
    ("said", "metric"),
    [
        ("new versus returning customers", "customers"),
        ("sales from new and returning customers", "revenue"),
        ("return rate of new versus returning customers", "return_rate"),
        ("retention by month of first order", "customers"),
    ],
)
def test_what_is_measured(said, metric):
    assert measured(said) == metric


def test_the_call_takes_the_split_from_the_words(monkeypatch):
    from datetime import date
    from types import SimpleNamespace

    from assistant import references
    from assistant.periods import Clock

    nothing = SimpleNamespace(
        clock=Clock(date(2011, 12, 9), date(2010, 12, 1)), named_in=lambda text: {}, name_places=lambda text: []
    )
    call = ToolCall("sales_report", {"metric": "return_rate", "order": "highest"})
    mended = mend(
        call, TOOLS[0].parameters, "new versus returning customers", nothing, references.Context(), adding=False
    )
    assert mended.arguments == {"metric": "customers", "group_by": "customer_type"}
