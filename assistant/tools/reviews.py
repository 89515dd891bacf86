"""The manager's tool about reviews: how content customers are, with what, how it moves, in their own words.

Reads the fitted reviews; texts of customers are data and are only quoted.
"""

from typing import Literal

import pandas as pd

from analytics.reviews import FittedReviews, by_aspect, by_quarter, quotes
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.periods import Period
from assistant.toolbox import Context, tool
from assistant.tools.problem_answers import costs_answer
from assistant.wording import day, listed, number, percent, plural

_FEW = 10
_WHY = {"empty": "without any text", "another script": "in another script"}


@tool(roles={"manager"})
def review_insights(
    context: Context,
    product: str | None = None,
    category: str | None = None,
    period: str | None = None,
    group_by: Literal["aspect", "product"] | None = None,
) -> ToolResult:
    """Summarise what customers say in their reviews: praise, complaints, trend and quotes.

    Args:
        product: a product, as the person said it.
        category: a category, as the person said it.
        period: a span of time, as the person said it.
        group_by: "product" for which products' problems cost most.
    """
    context.shop.warehouse.require("reviews", "customer reviews")
    fitted: FittedReviews = context.shop.models.load("reviews")
    reviews, statements, about = fitted.reviews, fitted.statements, "the shop"
    if product:
        found = context.shop.resolve.product(product)
        about = found.title
        reviews = reviews[reviews["product_id"] == found.product_id]
    elif category:
        about = context.shop.resolve.category(category)
        reviews = reviews[reviews["category"] == about]
    when = ""
    if period:
        span = context.shop.resolve.period(period)
        inside = reviews["reviewed_on"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))
        reviews, when = reviews[inside], f" in {span.label}"
    chosen = (category and about, span if period else None)
    unread = _unread(fitted, found.product_id if product else None, *chosen)
    if reviews.empty:
        return ToolResult(
            headline=f"There are no reviews of {about}{when} that can be read.",
            facts=(Fact("reviews", 0, "reviews", "0"),),
            notes=unread,
        )
    statements = statements[statements["review_id"].isin(reviews["review_id"])]
    if group_by == "product":
        return costs_answer(context, reviews, statements, f"{about}{when}", unread)
    return _answer(fitted, reviews, statements, about, when, unread)


def _unread(
    fitted: FittedReviews, product_id: str | None, category: str | None, span: Period | None
) -> tuple[str, ...]:
    """What was not judged, in one sentence."""
    found = fitted.unread
    if found is None or found.empty:
        return ()
    if product_id is not None:
        found = found[found["product_id"] == product_id]
    if category is not None:
        found = found[found["category"] == category]
    if span is not None:
        found = found[found["reviewed_on"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))]
    said = [f"{number(count)} {_WHY.get(str(why), f'in {why}')}" for why, count in found["why"].value_counts().items()]
    return (f"Not judged: {listed(said)} (too few rated reviews to learn from).",) if said else ()


def _answer(
    fitted: FittedReviews,
    reviews: pd.DataFrame,
    statements: pd.DataFrame,
    about: str,
    when: str,
    unread: tuple[str, ...],
) -> ToolResult:
    content = 100 * float((reviews["content"] >= 0.5).mean())
    aspects = by_aspect(statements)
    rated = reviews["rating"].dropna()
    praised = aspects.sort_values(["good", "statements"], ascending=False)
    praise = [str(each) for each in praised.index[praised["good"] > praised["bad"]][:2]]
    blame = [str(each) for each in aspects.index[aspects["bad"] > 0] if str(each) not in praise][:2]
    said = [f"praise for {listed(praise)}"] if praise else []
    said += [f"complaints mostly about {listed(blame)}"] if blame else []
    trend = by_quarter(reviews)
    return ToolResult(
        headline=(
            f"{percent(content, 0)} of {plural(len(reviews), 'review')} of {about}{when} sound content"
            + (f", with {' and '.join(said)}." if said else ".")
        ),
        facts=(
            Fact("reviews", len(reviews), "reviews", number(len(reviews))),
            Fact("reviews that sound content", content, "percent", percent(content, 0)),
            *(
                (Fact("mean rating", float(rated.mean()), "stars", f"{rated.mean():.1f} of 5 stars"),)
                if len(rated)
                else ()
            ),
            *(
                Fact(
                    f"statements about {name} that are complaints",
                    float(row["share_bad"]),
                    "percent",
                    percent(row["share_bad"], 0),
                )
                for name, row in aspects.iterrows()
            ),
        ),
        table=Table(
            ("aspect", "statements", "praise", "complaints", "complaints (%)"),
            tuple(
                (
                    str(name),
                    int(row["statements"]),
                    int(row["good"]),
                    int(row["bad"]),
                    round(float(row["share_bad"]), 1),
                )
                for name, row in aspects.iterrows()
            ),
        ),
        chart=Chart(
            "line",
            f"How content reviews of {about} sound",
            "quarter",
            "percent",
            (Series("content", tuple(trend.index), tuple(round(float(v), 1) for v in trend["share_content"])),),
        )
        if len(trend) > 1
        else None,
        quotes=_evidence(statements, praise, blame),
        method=f"words of the reviews, never their stars ({fitted.method})",
        score=fitted.scorecard.sentence() if fitted.scorecard else None,
        notes=(*_notes(fitted, reviews, trend), *unread),
        follow_ups=tuple(f"What do reviews say about {each}?" for each in blame[:1]),
    )


def _evidence(statements: pd.DataFrame, praise: list[str], blame: list[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for aspects, good in ((blame, False), (praise, True)):
        for aspect in aspects:
            for row in quotes(statements, aspect, good=good).to_dict("records"):
                dated = f", {day(row['reviewed_on'].date())}" if pd.notna(row["reviewed_on"]) else ""
                found.append((f"review {row['review_id']} about {aspect}{dated}", str(row["sentence"])))
    return tuple(dict.fromkeys(found))


def _notes(fitted: FittedReviews, reviews: pd.DataFrame, trend: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    if len(reviews) < _FEW:
        notes.append(f"Only {plural(len(reviews), 'review')}: shares of so few mean little.")
    if fitted.scorecard is None:
        notes.append(
            "This shop has too few rated reviews to learn from, so a small word list judges; expect more errors."
        )
    if len(trend) > 1:
        last, before = trend.iloc[-1], trend.iloc[-2]
        notes.append(
            f"In {trend.index[-1]} {percent(last['share_content'], 0)} sounded content, in {trend.index[-2]} "
            f"{percent(before['share_content'], 0)}."
        )
    return tuple(notes)
