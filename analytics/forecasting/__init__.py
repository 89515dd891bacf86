"""What will sell: weekly methods that compete in a backtest, stored as daily forecasts with intervals.

settings      horizon, origins, limits
series        sales lines -> daily sums per product, category, store, country, whole shop; stock-outs
counted_out   days without stock from stock counts, where a shop records no stock-outs
trading_days  the shop's week and its yearly closing days
season        the yearly season
weeks         daily sums -> weekly rates, and forecasts back to days
methods       the competing methods of a shop's weeks; trees is the LightGBM one
panel         series of days, weeks or months with groups and what is known ahead; long_frame makes one
candidates    what a method on a panel is, and the plain ones; classical, lag_learners (LightGBM, linear), lstm,
              last_year, yearly_pattern, pretrained are the others; weekly_candidates lends them to a shop's weeks
contest       windows, scores and weights on a panel; horizon_bands its ranges
statistics_engine  in this process, on its cores, or on Ray
backtest      rolling origins, scores, scorecard; weighting adds the weighted mean
reasons       what a forecast is made of: parts that add up to it
calibration   intervals for sums from the backtest's errors
product_seasons  yearly profiles that products share; newcomers what a new product borrows
hierarchy     products, categories and the shop add up; agreement does it for the fitted levels
fitting       fit_forecast
fitted        FittedForecast: what answers questions; prediction is its answer
"""

from analytics.forecasting.fitted import FittedForecast
from analytics.forecasting.fitting import Forecaster, fit_forecast
from analytics.forecasting.prediction import Prediction
from analytics.forecasting.reasons import Kind
from analytics.forecasting.settings import LEVELS, METRICS, ForecastSettings, Level, Metric
from analytics.forecasting.statistics_engine import EngineSettings

__all__ = [
    "LEVELS",
    "METRICS",
    "EngineSettings",
    "FittedForecast",
    "ForecastSettings",
    "Forecaster",
    "Kind",
    "Level",
    "Metric",
    "Prediction",
    "fit_forecast",
]
