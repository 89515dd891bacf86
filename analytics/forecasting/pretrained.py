"""The method "pretrained": a foundation model by its id (Chronos family), asked without any training. Knows no scores.

Optional: it needs the package chronos-forecasting and the model's weights, which are loaded from a folder or, where
the shop allows it, from the model hub. Ansari et al., "Chronos: Learning the Language of Time Series" (TMLR 2024).
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from analytics.errors import MissingData
from analytics.forecasting.panel import Floats, Panel

LONGEST: Final = 512  # periods that the model reads
BATCH: Final = 64
SHORTEST: Final = 3
PRETRAINED: Final = "pretrained"
MEANING: Final = "a pretrained forecasting model that was not trained on this shop (Chronos family)"


@dataclass(frozen=True)
class Pretrained:
    """A zero-shot forecast of the median.

    Attributes:
        model: id or folder, such as "amazon/chronos-bolt-small".
    """

    model: str
    name: str = PRETRAINED
    meaning: str = MEANING
    costly: bool = True

    def __post_init__(self) -> None:
        """Checks that a model is named.

        Raises:
            ValueError: it is not.
        """
        if not self.model.strip():
            raise ValueError('model must name a pretrained model, e.g. "amazon/chronos-bolt-small"')

    def forecast(self, panel: Panel, horizon: int) -> Floats:
        """Medians ahead, [series, horizon]; NaN for series with fewer than three values.

        Raises:
            MissingData: the package is not installed, or the model cannot be loaded.
        """
        import torch

        pipeline = self._pipeline()
        ahead = np.full((len(panel.keys), horizon), np.nan)
        able = np.flatnonzero((~np.isnan(panel.values)).sum(1) >= SHORTEST)
        for start in range(0, len(able), BATCH):
            rows = able[start : start + BATCH]
            known = [torch.as_tensor(panel.values[row, panel.first[row] :][-LONGEST:]).float() for row in rows]
            quantiles, _ = pipeline.predict_quantiles(known, prediction_length=horizon, quantile_levels=[0.5])
            ahead[rows] = np.maximum(torch.as_tensor(np.asarray(quantiles))[..., 0].numpy(), 0.0)
        return ahead

    def _pipeline(self) -> Any:
        try:
            from chronos import BaseChronosPipeline
        except ImportError as absent:
            raise MissingData(
                f"The pretrained model {self.model} needs the package chronos-forecasting, which is not installed. "
                "Install it with `pip install chronos-forecasting`, or leave the pretrained model out."
            ) from absent
        try:
            return BaseChronosPipeline.from_pretrained(self.model, device_map="cpu")
        except (OSError, ValueError) as failure:
            raise MissingData(
                f"Expected a model of the Chronos family at {self.model}, but it cannot be loaded: {failure}. "
                "Give the id of a model that can be reached, or a folder that holds one."
            ) from failure
