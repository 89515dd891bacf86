"""Who may end their contract, in words: for shops that keep a table of contracts. Learns nothing."""

from analytics.churn.contracts import FittedContracts
from assistant.messages import Fact, Table, ToolResult
from assistant.shop_things import Customer
from assistant.toolbox import Context
from assistant.tools.customer_words import labels, start
from assistant.wording import listed, number, percent, plural

NAME = "contracts"
_LISTED = 10


def fitted_contracts(context: Context) -> FittedContracts | None:
    """The shop's model of contracts; None where it keeps none."""
    if NAME not in context.shop.models.names():
        return None
    found: FittedContracts = context.shop.models.load(NAME)
    return found


def contract_risks(context: Context, fitted: FittedContracts, limit: int | None) -> ToolResult:
    """The customers who are likeliest to end their contract, with reasons."""
    rows = fitted.customers.head(max(limit or _LISTED, 1))
    if rows.empty:
        return ToolResult(headline="Every customer on record has left already, so there is nobody to lose.")
    named = labels(context, list(rows.index))
    first = rows.iloc[0]
    return ToolResult(
        headline=(
            f"The {plural(len(rows), 'customer')} likeliest to end their contract: {listed(list(named.values()))}. "
            f"{start(named[str(rows.index[0])])} leads with a chance of {percent(100 * first['probability'], 0)}"
            f"{_why(first['reasons'])}."
        ),
        facts=(
            Fact("customers listed", len(rows), "customers", number(len(rows))),
            Fact("customers with a contract", len(fitted.customers), "customers", number(len(fitted.customers))),
            Fact("share of all who left so far", 100 * fitted.average, "percent", percent(100 * fitted.average)),
        ),
        table=Table(
            ("customer", "chance to leave (%)", "reasons"),
            tuple(
                (named[str(each)], round(100 * float(row["probability"])), "; ".join(row["reasons"]))
                for each, row in rows.iterrows()
            ),
        ),
        method=_method(fitted),
        score=fitted.scorecard.sentence(),
        notes=(_learnt_from(fitted),),
        follow_ups=(f"Why might we lose {named[str(rows.index[0])]}?", "Plan a win-back offer"),
    )


def contract_risk(context: Context, fitted: FittedContracts, who: Customer) -> ToolResult:
    """How likely one customer is to end their contract, and why."""
    row = fitted.customers.loc[[who.customer_id]].iloc[0]
    chance, average = 100 * float(row["probability"]), 100 * fitted.average
    side = "above" if chance >= average else "below"
    return ToolResult(
        headline=(
            f"{start(who.label)} ends the contract with a chance of about {percent(chance, 0)}, {side} the "
            f"{percent(average, 0)} of all customers who left so far{_why(row['reasons'])}."
        ),
        facts=(
            Fact("chance to leave", chance, "percent", percent(chance, 0)),
            Fact("share of all who left so far", average, "percent", percent(average, 0)),
        ),
        table=Table(("what raises the chance",), tuple((reason,) for reason in row["reasons"])),
        method=_method(fitted),
        score=fitted.scorecard.sentence(),
        notes=(_learnt_from(fitted),),
        follow_ups=("Which customers are we about to lose?",),
    )


def _why(reasons: tuple[str, ...]) -> str:
    return f"; what raises it: {'; '.join(reasons)}" if reasons else ""


def _method(fitted: FittedContracts) -> str:
    return f"{fitted.scorecard.serves} on the contracts; reasons by SHAP values where the method has them"


def _learnt_from(fitted: FittedContracts) -> str:
    columns = listed(list(fitted.columns[:6])) + (f" and {len(fitted.columns) - 6} more" * (len(fitted.columns) > 6))
    return (
        f"Learnt from {number(fitted.known)} contracts, those that ended and those that go on, by {columns}; each "
        "chance comes from models that did not see that customer."
    )
