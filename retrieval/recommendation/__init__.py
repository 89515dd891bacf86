"""Recommendation: methods behind one interface, judged by time, and the shop's recommender that the best one serves."""

from retrieval.recommendation.backtest import Backtest
from retrieval.recommendation.fitting import fit_recommender, learn
from retrieval.recommendation.recommender import Recommender, Suggestion
from retrieval.recommendation.settings import RecommendSettings

__all__ = ["Backtest", "RecommendSettings", "Recommender", "Suggestion", "fit_recommender", "learn"]
