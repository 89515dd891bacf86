"""What the stock tools share: the fitted forecast, the service level as said, store names. Knows no answer."""

import math
from datetime import date

from analytics.errors import NotFitted
from analytics.forecasting import FittedForecast
from analytics.inventory import Replay, StockSettings
from analytics.scorecard import Scorecard
from assistant.errors import BadCall
from assistant.toolbox import Context
from assistant.wording import day, money, number, percent


def fitted_forecast(context: Context) -> FittedForecast:
    """The shop's forecast.

    Raises:
        NotFitted: it has not been fitted yet.
    """
    fitted: FittedForecast = context.shop.models.load("forecast")
    return fitted


def past_words(context: Context, keys: set[str] | None = None) -> tuple[str, ...]:
    """What the reorder rule would have done over the last weeks, beside what the shop did; nothing where not replayed.

    Args:
        context: of the call.
        keys: only these products; None: all.
    """
    try:
        played: Replay = context.shop.models.load("inventory").replay
    except NotFitted:
        return ()
    rows = [row for row, key in enumerate(played.keys) if keys is None or key in keys]
    if not rows or played.asked[rows].sum() < 1:
        return ()
    currency, whole = context.shop.currency, keys is None or len(keys) > 1
    held = played.rule.holding(played.holding_cost, played.days)[rows].sum()
    about = "this rule, for all stores' stock together," if whole else "this rule"
    words = [
        f"Over the last {played.days // 7} weeks {about} would have missed {number(played.rule.lost[rows].sum())} of "
        f"{number(played.asked[rows].sum())} units asked for with {number(played.rule.on_hand[rows].sum())} on hand on "
        f"average ({money(float(held), currency)} of holding, at a service level of "
        f"{percent(100 * played.service_level, 0)})."
    ]
    lost, on_hand = played.shop.lost[rows], played.shop.on_hand[rows]
    if not any(map(math.isnan, (*lost, *on_hand))):
        spent = played.shop.holding(played.holding_cost, played.days)[rows].sum()
        words.append(
            f"The shop itself missed about {number(lost.sum())} with {number(on_hand.sum())} on hand on average "
            f"({money(float(spent), currency)} of holding)."
        )
    return tuple(words)


def settings_for(service_level: float | None) -> StockSettings:
    """Stock settings with the service level as a person says it: 95, 95.0 or 0.95.

    Raises:
        BadCall: it is no sensible level.
    """
    if service_level is None:
        return StockSettings()
    share = service_level / 100 if service_level > 1 else service_level
    try:
        return StockSettings(service_level=share)
    except ValueError as wrong:
        raise BadCall(f"service_level: {wrong}") from None


def stale_note(fitted: FittedForecast, as_of: date) -> tuple[str, ...]:
    """Says that the forecast is older than the shop's day, where it is."""
    if fitted.as_of >= as_of:
        return ()
    return (f"The forecast was fitted on sales up to {day(fitted.as_of)}; run `retail-assistant fit` to renew it.",)


def store_names(context: Context) -> dict[str, str]:
    """Store id -> name."""
    return {store.store_id: store.name for store in context.shop.resolve.stores}


def score_words(card: Scorecard | None) -> str | None:
    """A forecast's backtest score as a shopkeeper reads it."""
    if card is None:
        return None
    scores = card.scores[card.serves]
    naive = card.scores.get("seasonal naive")
    beside = f"; the seasonal naive forecast {naive['WAPE']:.3f}" if naive and card.serves != "seasonal naive" else ""
    held = f" The 80 % range held in {percent(scores['coverage 80'])} of cases." if "coverage 80" in scores else ""
    return (
        f"In a backtest, {card.ability} were off by {percent(100 * scores['WAPE'], 0)} of what sold "
        f"({card.serves}: WAPE {scores['WAPE']:.3f}{beside}); {card.split}.{held}"
    )
