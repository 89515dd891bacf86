"""What will sell: weekly methods that compete in a backtest, stored as daily forecasts with intervals.

settings      horizon, origins, limits
series        sales lines -> daily sums per product, category, store, country, whole shop; stock-outs
trading_days  the shop's week and its yearly closing days
season        the yearly season
weeks         daily sums -> weekly rates, and forecasts back to days
methods       the competing methods; trees is the LightGBM one
backtest      rolling origins, scores, scorecard
calibration   intervals for sums from the backtest's errors
fitting       fit_forecast
fitted        FittedForecast and Prediction: what answers questions
"""

from analytics.forecasting.fitted import FittedForecast, Prediction
from analytics.forecasting.fitting import Forecaster, fit_forecast
from analytics.forecasting.settings import LEVELS, METRICS, ForecastSettings, Level, Metric

__all__ = [
    "LEVELS",
    "METRICS",
    "FittedForecast",
    "ForecastSettings",
    "Forecaster",
    "Level",
    "Metric",
    "Prediction",
    "fit_forecast",
]
