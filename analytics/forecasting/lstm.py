"""The method "LSTM": one small recurrent network for all series, told what is known ahead. Knows features, no scores.

The network reads each series' last periods, beside those of its group; its last state and the features of a coming
period (calendar, last year, prices) give that period's sales. Hochreiter and Schmidhuber, "Long Short-Term Memory"
(1997).
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from analytics.forecasting.lag_features import Origin, calendar_columns
from analytics.forecasting.lag_learners import LEAST_ROWS, standardised, standards
from analytics.forecasting.panel import Floats, Freq, Panel
from analytics.forecasting.training_rows import Sampling, in_sales, samples, sells_seldom

READ: Final[dict[Freq, int]] = {"D": 42, "W": 26, "M": 12}  # last periods that the network reads
BATCH: Final = 512
MEAN, MEDIAN = 10.0, 0.2  # error from which the loss grows straight: counts want their mean, ratios their median


@dataclass(frozen=True)
class Recurrent:
    """An LSTM, direct for every period ahead.

    Attributes:
        width: of its state.
        passes: over the training rows.
        rate: learning rate.
    """

    width: int = 32
    passes: int = 3
    rate: float = 3e-3
    sampling: Sampling = field(default_factory=lambda: Sampling(most_rows=60_000))
    name: str = "LSTM"
    meaning: str = "one recurrent neural network over all series (LSTM)"
    costly: bool = False

    def forecast(self, panel: Panel, horizon: int) -> Floats | None:
        """Sales ahead, [series, horizon]; None where there is too little to learn from."""
        rows = self._rows(panel, horizon)
        if rows is None:
            return None
        past, ahead, target, weight = rows
        middle, spread = standards(ahead)
        counts = sells_seldom(panel)
        model = self._trained(past, standardised(ahead, middle, spread), target, weight, MEAN if counts else MEDIAN)
        origin, calendar = Origin(panel), calendar_columns(panel.dates, panel.freq, year=False)
        read = _read(origin)
        said = []
        for step in range(horizon):
            features = standardised(_features(origin, step, calendar), middle, spread)
            said.append(in_sales(_answers(model, read, features), origin, step, counts))
        return np.stack(said, axis=1)

    def _rows(self, panel: Panel, horizon: int) -> tuple[Floats, Floats, Floats, Floats] | None:
        """What the network reads [rows, periods, 2], features of the period ahead, targets and weights."""
        calendar = calendar_columns(panel.dates, panel.freq, year=False)
        past, ahead, targets, weights = [], [], [], []
        for each in samples(panel, horizon, self.sampling):
            past.append(_read(each.origin)[each.rows])
            ahead.append(_features(each.origin, each.step, calendar)[each.rows])
            targets.append(each.target)
            weights.append(each.weight)
        if sum(map(len, targets)) < LEAST_ROWS:
            return None
        weight = np.concatenate(weights)
        return np.concatenate(past), np.concatenate(ahead), np.concatenate(targets), weight / weight.mean()

    def _trained(self, past: Floats, ahead: Floats, target: Floats, weight: Floats, delta: float) -> Any:
        """The network after `passes` over the rows, by Huber loss; the same for the same rows."""
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.sampling.seed)
            model = _network(self.width, ahead.shape[1], float(np.average(target, weights=weight)))
            tensors = [torch.as_tensor(each, dtype=torch.float32) for each in (past, ahead, target, weight)]
            steps = self.passes * -(-len(target) // BATCH)
            optimiser = torch.optim.AdamW(model.parameters(), lr=self.rate, weight_decay=1e-4)
            schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.rate, total_steps=steps)
            for _ in range(self.passes):
                for start in range(0, len(order := torch.randperm(len(target))), BATCH):
                    chosen = order[start : start + BATCH]
                    read, features, wanted, heavy = (each[chosen] for each in tensors)
                    loss = torch.nn.functional.huber_loss(model(read, features), wanted, reduction="none", delta=delta)
                    optimiser.zero_grad()
                    torch.autograd.backward((loss * heavy).mean())
                    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                    optimiser.step()
                    schedule.step()
        return model.eval()


def _network(width: int, features: int, usual: float) -> Any:
    """An LSTM whose last state and the features of a period give one number."""
    import torch

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.reader = torch.nn.LSTM(2, width, batch_first=True)
            self.hidden = torch.nn.Linear(width + features, 2 * width)
            self.last = torch.nn.Linear(2 * width, 1)
            torch.nn.init.constant_(self.last.bias, usual)

        def forward(self, past: torch.Tensor, ahead: torch.Tensor) -> torch.Tensor:
            state = self.reader(past)[1][0][-1]
            said: torch.Tensor = self.last(torch.relu(self.hidden(torch.cat([state, ahead], dim=1))))
            return said.squeeze(1)

    return Network()


def _read(origin: Origin) -> Floats:
    """The last periods of each series and of its group, as parts of their size; [series, periods, 2]."""
    periods = READ[origin.panel.freq]
    last = np.stack([origin.scaled[:, -periods:], origin.groups[0][:, -periods:]], axis=2)
    lacking = periods - last.shape[1]
    return np.clip(np.pad(last, ((0, 0), (lacking, 0), (0, 0))), 0.0, 5.0)


def _features(origin: Origin, step: int, calendar: Floats) -> Floats:
    """Features of a coming period and of the past as a whole; [series, features]."""
    return np.column_stack([origin.past, origin.ahead(step, calendar)])


def _answers(model: Any, read: Floats, features: Floats) -> Floats:
    import torch

    with torch.inference_mode():
        tensors = [torch.as_tensor(each, dtype=torch.float32) for each in (read, features)]
        return np.asarray(model(*tensors).numpy(), dtype=float)
