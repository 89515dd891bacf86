"""The fairness check as an answer: groups, shares and intervals. Knows how it is said, not how it is judged."""

from analytics.fairness import FittedFairness, GroupFairness, worst_gap
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.toolbox import Context
from assistant.wording import day, listed, number, percent, plural


def fairness_answer(context: Context) -> ToolResult:
    """How churn risks and win-back offers treat countries and stores."""
    fitted: FittedFairness = context.shop.models.load("fairness")
    groups = fitted.groups
    wrong = [each for each in groups if each.miscalibrated]
    over = [each for each in groups if each.passed_over]
    risks = (
        f"Churn risks are off in {listed([_told(each) for each in wrong])}"
        if wrong
        else f"Churn risks hold in each of the {len(groups)} countries and stores judged"
    )
    offers = f"win-back offers pass over {listed([each.group for each in over])}" if over else "offers pass over none"
    return ToolResult(
        headline=f"{risks}; {offers}.",
        facts=_facts(fitted),
        table=Table(
            ("Kind", "Group", "Customers", "Predicted to stay away (%)", "Stayed away (%)", "From (%)", "To (%)",
             "Would get win-back (%)", "From (%) ", "To (%) ", "Remark"),
            tuple(_row(each) for each in groups),
        ),
        chart=Chart(
            "bar", "Predicted and actual share of customers who stayed away", "Group", "percent",
            (
                Series("predicted", tuple(each.group for each in groups),
                       tuple(round(100 * each.predicted, 1) for each in groups)),
                Series("stayed away", tuple(each.group for each in groups),
                       tuple(round(100 * each.stayed_away, 1) for each in groups),
                       tuple(round(100 * each.low, 1) for each in groups),
                       tuple(round(100 * each.high, 1) for each in groups)),
            ),
        ),
        method=f"Churn fitted as of {day(fitted.cutoff)} beside what each group's customers did in the "
        f"{plural(fitted.days, 'day')} after; Wilson intervals, widened for the number of groups. A group is passed "
        "over where it is chosen less than four fifths as often as everybody else and chance does not explain it.",
        notes=(
            _drift(fitted),
            f"{plural(fitted.left_out, 'group')} with fewer than {fitted.fewest} customers "
            f"{'is' if fitted.left_out == 1 else 'are'} not judged.",
            "The shop keeps no age, sex or origin of its customers, so those cannot be judged.",
        ),
    )  # fmt: skip


def _drift(fitted: FittedFairness) -> str:
    points = 100 * fitted.drift
    if abs(points) < 0.05:
        return "Over all customers the prediction was met."
    less = "fewer" if points < 0 else "more"
    return (
        f"Over all customers {abs(points):.1f} percentage points {less} stayed away than predicted: a season does that "
        "to every group alike, so a group's risk counts as off only beyond that."
    )


def _told(each: GroupFairness) -> str:
    return f"{each.group} ({percent(100 * each.predicted)} predicted, {percent(100 * each.stayed_away)} came true)"


def _facts(fitted: FittedFairness) -> tuple[Fact, ...]:
    gap = 100 * worst_gap(fitted.groups)
    facts = [
        Fact("groups judged", len(fitted.groups), "", number(len(fitted.groups))),
        Fact("largest difference of predicted and actual", round(gap, 2), "percentage points", f"{gap:.1f} points"),
    ]
    for each in fitted.groups:
        for name, share in (("predicted to stay away", each.predicted), ("stayed away", each.stayed_away),
                            ("would get win-back", each.offered)):  # fmt: skip
            facts.append(Fact(f"{name} in {each.group}", round(100 * share, 2), "percent", percent(100 * share)))
    return tuple(facts)


def _row(each: GroupFairness) -> tuple[str | float | int, ...]:
    remarks = ["risk is off"] if each.miscalibrated else []
    remarks += ["passed over by offers"] if each.passed_over else []
    shares = (each.predicted, each.stayed_away, each.low, each.high, each.offered, each.offered_low, each.offered_high)
    return (each.kind, each.group, each.customers, *(round(100 * share, 1) for share in shares), ", ".join(remarks))
