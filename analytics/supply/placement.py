"""Where to hold safety stock in a tree of places: the guaranteed-service model, solved exactly.

Each place promises to serve its customers within a service time and covers what may be asked of it in the time that its
own supply takes beyond that promise (Graves and Willems, Manufacturing & Service Operations Management 2(1), 2000; the
dynamic programme over the tree is theirs, too). Knows times, spreads and holding costs; no shop and no forecast.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """A place that may hold stock.

    Attributes:
        name: unique in its tree.
        time: days from having its supply to having the goods ready (transport, handling); whole, 0 or more.
        holding_cost: money per unit of safety stock and period.
        supplied_by: the stages that it is supplied from; empty: an outside supplier.
        supply_time: days that an outside supplier takes.
        demand_sd: of its own customers' demand, units per day (0: it serves other stages only).
        promise: the longest its own customers wait, days; None: they do not limit it.
        service_factor: standard deviations covered (1.645 covers 95 of 100 cases of normal demand).
    """

    name: str
    time: int
    holding_cost: float
    supplied_by: tuple[str, ...] = ()
    supply_time: int = 0
    demand_sd: float = 0.0
    promise: int | None = None
    service_factor: float = 1.645


@dataclass(frozen=True)
class StagePlan:
    """What a stage promises and holds.

    Attributes:
        waits: days until its own supply is there.
        promises: days within which it serves.
        covers: days of demand that its stock must cover: waits + time - promises.
        safety_stock: units.
        cost: money per period.
    """

    name: str
    waits: int
    promises: int
    covers: int
    safety_stock: float
    cost: float


@dataclass(frozen=True)
class Placement:
    """The cheapest placement.

    Attributes:
        cost: money per period over all stages.
        stages: in the order given.
    """

    cost: float
    stages: tuple[StagePlan, ...]

    def of(self, name: str) -> StagePlan:
        """The plan of the stage called `name`."""
        return next(each for each in self.stages if each.name == name)


def place_safety_stock(stages: Sequence[Stage]) -> Placement:
    """The service times that cover every stage's demand at the least holding cost.

    Raises:
        ValueError: the stages are no tree, or one of their figures makes no sense.
    """
    tree = _Tree(tuple(stages))
    root = tree.stages[0].name
    best = tree.best(root, None)
    row, column = np.unravel_index(int(np.argmin(best)), best.shape)
    chosen: dict[str, tuple[int, int]] = {}
    tree.choose(root, None, int(row), int(column), chosen)
    plans = tuple(tree.plan(stage, *chosen[stage.name]) for stage in tree.stages)
    return Placement(sum(plan.cost for plan in plans), plans)


@dataclass(frozen=True)
class _Tree:
    """The stages, checked, and the dynamic programme's tables: costs by (promises, waits), infinite where barred."""

    stages: tuple[Stage, ...]
    _tables: dict[tuple[str, str | None], Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [stage.name for stage in self.stages]
        links = [(supplier, stage.name) for stage in self.stages for supplier in stage.supplied_by]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"Expected one stage or more, each with a name of its own, got {names}.")
        if unknown := sorted({supplier for supplier, _ in links} - set(names)):
            raise ValueError(f"Stages are supplied by {', '.join(unknown)}, which are none of {', '.join(names)}.")
        if len(links) != len(names) - 1 or len(_reached(names[0], links)) != len(names):
            raise ValueError(f"Expected a tree: {len(names) - 1} links that join all {len(names)} stages, got {links}.")
        for stage in self.stages:
            if min(stage.time, stage.supply_time, stage.holding_cost, stage.demand_sd, stage.promise or 0) < 0:
                raise ValueError(f"{stage.name}: times, costs and spreads must be 0 or more, got {stage}.")
            if stage.time != int(stage.time) or stage.supply_time != int(stage.supply_time):
                raise ValueError(f"{stage.name}: times are whole days, got {stage.time} and {stage.supply_time}.")

    def stage(self, name: str) -> Stage:
        """The stage called `name`."""
        return next(each for each in self.stages if each.name == name)

    def supplied(self, name: str) -> list[str]:
        """Stages that `name` supplies."""
        return [each.name for each in self.stages if name in each.supplied_by]

    def longest(self, name: str) -> int:
        """Days until the stage has its goods if no stage before it held any."""
        stage = self.stage(name)
        before = [self.longest(supplier) for supplier in stage.supplied_by]
        return max([stage.supply_time, *before]) + stage.time

    def spread(self, name: str) -> float:
        """Standard deviation of what is asked of a stage in a day, all that it supplies included."""
        return math.sqrt(self.stage(name).demand_sd ** 2 + sum(self.spread(each) ** 2 for each in self.supplied(name)))

    def costs(self, name: str) -> Floats:
        """Holding cost for each promise and wait."""
        stage, size = self.stage(name), max(self.longest(each.name) for each in self.stages) + 1
        promises, waits = np.arange(size)[:, None], np.arange(size)[None, :]
        covers = waits + stage.time - promises
        barred = (covers < 0) | (waits < stage.supply_time) | (waits > self.longest(name) - stage.time)
        if stage.promise is not None:
            barred |= promises > stage.promise
        per = stage.holding_cost * stage.service_factor * self.spread(name)
        return np.where(barred, np.inf, per * np.sqrt(np.maximum(covers, 0)))

    def best(self, name: str, parent: str | None) -> Floats:
        """Least cost of a stage and all that hang on it away from `parent`, for each promise and wait of the stage."""
        if (name, parent) not in self._tables:
            table = self.costs(name)
            for supplier in self.stage(name).supplied_by:
                if supplier != parent:  # it promises at most what is waited for
                    table = table + np.minimum.accumulate(self.best(supplier, name).min(axis=1))[None, :]
            for customer in self.supplied(name):
                if customer != parent:  # it waits at least for what is promised
                    least = np.minimum.accumulate(self.best(customer, name).min(axis=0)[::-1])[::-1]
                    table = table + least[:, None]
            self._tables[name, parent] = table
        return self._tables[name, parent]

    def choose(
        self, name: str, parent: str | None, promises: int, waits: int, chosen: dict[str, tuple[int, int]]
    ) -> None:
        """Walks away from `parent` and notes each stage's best promise and wait, given this one's."""
        chosen[name] = (promises, waits)
        for supplier in self.stage(name).supplied_by:
            if supplier != parent:
                table = self.best(supplier, name)[: waits + 1]
                row, column = np.unravel_index(int(np.argmin(table)), table.shape)
                self.choose(supplier, name, int(row), int(column), chosen)
        for customer in self.supplied(name):
            if customer != parent:
                table = self.best(customer, name)[:, promises:]
                row, column = np.unravel_index(int(np.argmin(table)), table.shape)
                self.choose(customer, name, int(row), int(column) + promises, chosen)

    def plan(self, stage: Stage, promises: int, waits: int) -> StagePlan:
        """The stage's stock under its promise and wait."""
        covers = waits + stage.time - promises
        units = stage.service_factor * self.spread(stage.name) * math.sqrt(covers)
        return StagePlan(stage.name, waits, promises, covers, units, stage.holding_cost * units)


def _reached(start: str, links: list[tuple[str, str]]) -> set[str]:
    """Every stage that links lead to from `start`, in either direction."""
    seen, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        for one, two in links:
            for near, far in ((one, two), (two, one)):
                if near == here and far not in seen:
                    seen.add(far)
                    ahead.append(far)
    return seen
