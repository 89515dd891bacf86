"""Reorder advice on the demo shop's hidden demand, beside the policy of who knows it.

The demo shop is built with a third year. The forecast learns from the history up to the Monday of each fit only, and
the advice sees the forecast and the suppliers' recorded terms, never the hidden rates. Both policies then run through
the same drawn demand and the same drawn lead times. Who knows the truth has the exact chances of the demand over the
true lead time (one delivery in 25 is 2.5 times late, which the suppliers' terms do not say), and its EOQ from the true
year. Products that came after the first two years are left out: nobody can forecast what never sold.
"""

import functools
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np

from analytics.demo.build import build_demo
from analytics.demo.catalog import Catalog, make_catalog
from analytics.demo.prices import make_prices
from analytics.demo.settings import DEMO_AS_OF, TEXTS, DemoSettings
from analytics.demo.stock import demand_rates
from analytics.demo.texts import product_texts
from analytics.forecasting import FittedForecast, fit_forecast
from analytics.inventory import Position, StockSettings, stock_positions
from analytics.inventory.advice import LONGEST_COVER_DAYS, levels
from analytics.inventory.distributions import Floats
from analytics.inventory.shelves import Ints, OrderRule, ShelfRun, run_shelves
from analytics.warehouse import Warehouse

SEED = 7
ASKED = (0.90, 0.95, 0.98)
RUNS = 5  # draws of demand and lead times
_LATE, _LATER = 0.04, 2.5  # as analytics.demo.stock draws deliveries


@dataclass(frozen=True)
class Hidden:
    """What nobody but the benchmark knows; rows are the judged products.

    Attributes:
        positions: suppliers' terms as the shop records them.
        rate: expected units a day, [products, days], from the first simulated day on.
        steady: products without a season of their own, [products].
    """

    positions: list[Position]
    rate: Floats
    steady: np.ndarray

    def terms(self, name: str) -> Floats:
        """One of the terms, [products]."""
        return np.array([float(getattr(each, name)) for each in self.positions])

    def leads(self, count: int, random: np.random.Generator) -> Ints:
        """Lead times as the simulation draws them, [products, count]."""
        mean, spread = self.terms("lead_time_days")[:, None], self.terms("lead_time_sd_days")[:, None]
        drawn = mean + spread * random.standard_normal((len(self.positions), count))
        drawn = np.where(random.random(drawn.shape) < _LATE, drawn * _LATER, drawn)
        return np.maximum(np.rint(drawn), 1).astype(np.int64)


def against_the_truth(weeks: int, refit: int, kept: Path | None, seed: int = SEED) -> list[dict[str, Any]]:
    """Service and holding cost of the advice and of who knows the true demand, for each level asked for.

    Args:
        weeks: to simulate.
        refit: weeks between two fits of the forecast.
        kept: folder that keeps the shop and its fits; None: a temporary one.
        seed: of the demo shop.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary)
        settings = DemoSettings(seed=seed, as_of=DEMO_AS_OF + timedelta(days=364), days=730 + 364)
        path = folder / "warehouse.duckdb"
        if not path.exists():
            build_demo(path, folder / "policies", folder / "truth", settings=settings, seed=seed)
        warehouse = Warehouse(path)
        forecasts = [_fit(warehouse, folder, week) for week in range(0, weeks, refit)]
        hidden = _hidden(settings, warehouse, forecasts[0])
        asking = [_Asked(forecast) for forecast in forecasts]
        found = [_compared(hidden, asking, refit, weeks, asked) for asked in ASKED]
    print(f"demo shop, {len(hidden.positions)} products, {weeks} weeks, forecasts renewed every {refit} weeks")
    for row in found:
        print("  " + ", ".join(f"{k} {v:.4f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()))
    return found


class _Asked:
    """A forecast that is asked the same thing for each service level, and answers the second time at once."""

    def __init__(self, forecast: FittedForecast) -> None:
        self.as_of, self.last_day = forecast.as_of, forecast.last_day
        self.predict = functools.cache(forecast.predict)


def _fit(warehouse: Warehouse, folder: Path, week: int) -> FittedForecast:
    import joblib

    file = folder / f"{week}.joblib"
    if not file.exists():
        joblib.dump(fit_forecast(warehouse, DEMO_AS_OF + timedelta(days=7 * week)), file)
    fitted: FittedForecast = joblib.load(file)
    return fitted


def _hidden(settings: DemoSettings, warehouse: Warehouse, first: FittedForecast) -> Hidden:
    catalog: Catalog = make_catalog(product_texts(TEXTS), settings)
    rates = demand_rates(catalog, make_prices(catalog, settings), settings).sum(axis=1).astype(float)
    start = (DEMO_AS_OF - settings.start).days + 1
    row = {str(key): number for number, key in enumerate(catalog.products["product_id"])}
    early = {key for key, number in row.items() if catalog.launch[number] < start - 28}
    positions = [
        p for p in stock_positions(warehouse) if p.product_id in early and first.knows("product", p.product_id)
    ]
    rows = [row[each.product_id] for each in positions]
    steady = np.array([text.season == "none" for text in catalog.texts])
    return Hidden(positions, rates[rows, start:], steady[rows])


def _compared(hidden: Hidden, forecasts: list[_Asked], refit: int, weeks: int, asked: float) -> dict[str, float | int]:
    advised = _advised(hidden, forecasts, refit, weeks, asked)
    knowing = _knowing(hidden, weeks, asked)
    cost = 0.2 * hidden.terms("cost")
    both = [_run(hidden, rule, weeks) for rule in (advised, knowing)]
    ours, best = ([_figures(run, cost, slice(None)) for run in runs] for runs in both)
    steady = [_figures(run, cost, hidden.steady) for run in both[0]]
    steady_best = [_figures(run, cost, hidden.steady) for run in both[1]]
    means = [np.mean(each, axis=0) for each in (ours, best, steady, steady_best)]
    return {
        "asked": asked,
        "advice: cycle service": float(means[0][0]),
        "fill rate": float(means[0][1]),
        "knowing the truth: cycle service": float(means[1][0]),
        "its fill rate": float(means[1][1]),
        "holding cost / knowing": float(means[0][2] / means[1][2]),
        "products without a season: cycle service": float(means[2][0]),
        "fill": float(means[2][1]),
        "holding / knowing": float(means[2][2] / means[3][2]),
    }


def _advised(hidden: Hidden, forecasts: list[_Asked], refit: int, weeks: int, asked: float) -> tuple[Floats, Floats]:
    """Reorder points and order quantities that `levels` advises at the start of each week, [products, weeks]."""
    settings = StockSettings(service_level=asked)
    points, quantities = np.zeros((2, len(hidden.positions), weeks))
    for week in range(weeks):
        forecast = forecasts[week // refit]
        today: date = forecast.as_of + timedelta(days=7 * (week % refit))
        for row, position in enumerate(hidden.positions):
            known = levels(cast(FittedForecast, forecast), position, settings, today)
            points[row, week], quantities[row, week] = known.point, known.quantity
    return points, quantities


def _knowing(hidden: Hidden, weeks: int, asked: float) -> tuple[Floats, Floats]:
    """The lowest reorder points that the true demand over the true lead time allows, and the true EOQ."""
    from scipy.stats import poisson

    drawn = hidden.leads(4000, np.random.default_rng(5))
    until = np.pad(hidden.rate.cumsum(axis=1), ((0, 0), (1, 0)))
    points = np.zeros((len(hidden.positions), weeks))
    lengths = np.arange(1, drawn.max() + 1)
    chances = np.stack([(drawn == length).mean(axis=1) for length in lengths])  # [lengths, products]
    for week in range(weeks):
        ends = np.minimum(7 * week + lengths, hidden.rate.shape[1])
        means = (until[:, ends] - until[:, 7 * week : 7 * week + 1]).T
        low, high = np.full(len(points), -1), np.full(len(points), 4000)
        while (high - low > 1).any():
            middle = (low + high) // 2
            enough = (chances * poisson.cdf(middle, means)).sum(axis=0) >= asked
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        points[:, week] = high
    year = hidden.rate.sum(axis=1) * 365 / hidden.rate.shape[1]
    economic = np.sqrt(2 * hidden.terms("order_cost") * year / (0.2 * hidden.terms("cost")))
    wanted = np.minimum(economic, year * LONGEST_COVER_DAYS / 365)
    whole = np.array([p.whole_packs(float(units)) for p, units in zip(hidden.positions, wanted, strict=True)])
    return points, np.repeat(whole[:, None], weeks, axis=1)


def _run(hidden: Hidden, rule: tuple[Floats, Floats], weeks: int) -> list[ShelfRun]:
    points, quantities = (np.repeat(each, 7, axis=1) for each in rule)
    followed = OrderRule(points, quantities, hidden.terms("minimum_order"), hidden.terms("pack"))
    opening = np.ceil(points[:, 0] + quantities[:, 0] / 2)
    runs = []
    for number in range(RUNS):
        random = np.random.default_rng(100 + number)
        demand = random.poisson(hidden.rate[:, : 7 * weeks]).astype(float)
        runs.append(run_shelves(demand, hidden.leads(7 * weeks, random), followed, opening))
    return runs


def _figures(run: ShelfRun, cost: Floats, rows: Any) -> tuple[float, float, float]:
    """Cycle service, fill rate and holding cost of some products."""
    part = ShelfRun(*(each[rows] for each in (run.on_hand, run.sold, run.short, run.ordered, run.cycles,
                                              run.cycles_short)))  # fmt: skip
    return part.cycle_service, part.fill_rate, part.holding(cost[rows])
