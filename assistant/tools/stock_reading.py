"""What the stock tools share: the fitted forecast, the service level as said, store names. Knows no answer."""

from datetime import date

from analytics.forecasting import FittedForecast
from analytics.inventory import StockSettings
from analytics.scorecard import Scorecard
from assistant.errors import BadCall
from assistant.toolbox import Context
from assistant.wording import day, percent


def fitted_forecast(context: Context) -> FittedForecast:
    """The shop's forecast.

    Raises:
        NotFitted: it has not been fitted yet.
    """
    fitted: FittedForecast = context.shop.models.load("forecast")
    return fitted


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
