"""Who will not order again soon: candidates that compete, the fitted table that answers, and reasons in words."""

from analytics.churn.fitted import AtRisk, FittedChurn
from analytics.churn.model import ChurnModel, ChurnSettings, fit_churn

__all__ = ["AtRisk", "ChurnModel", "ChurnSettings", "FittedChurn", "fit_churn"]
