"""Orders within a budget found by a genetic algorithm: what the exact plan is compared with. Knows candidates only.

It learns on demand drawn for it, not on the expectation that the exact plan knows. Plans over a limit are repaired as
in Chu and Beasley (Journal of Heuristics 4, 1998): what brings least for what it uses of the limits, weighted by their
duals in the linear relaxation, leaves, and what fits comes in.
"""

from collections.abc import Sequence

import numpy as np

from analytics.inventory.candidates import Candidate
from analytics.inventory.distributions import Floats, counts
from analytics.inventory.genetic import GeneticSettings, Ints, genetic_search


def draw_demand(candidates: Sequence[Candidate], draws: int, random: np.random.Generator) -> Floats:
    """Units asked for, [candidates, draws]."""
    drawn = np.zeros((len(candidates), draws))
    for row, each in enumerate(candidates):
        chances = counts(each.demand, each.demand_sd)
        drawn[row] = random.choice(len(chances), draws, p=chances)
    return drawn


def cost_on(candidates: Sequence[Candidate], quantities: dict[str, float], demand: Floats) -> float:
    """Mean margin missed and holding cost over drawn demand [candidates, draws]."""
    stock = np.array([each.available + quantities.get(each.product_id, 0.0) for each in candidates])[:, None]
    holding, margin = (np.array([getattr(each, n) for each in candidates])[:, None] for n in ("holding", "margin"))
    left = np.clip(stock - demand, 0, None)
    return float((holding * left + margin * np.clip(demand - stock, 0, None)).sum(axis=0).mean())


def genetic_plan(
    candidates: Sequence[Candidate],
    budget: float | None,
    space: float | None = None,
    settings: GeneticSettings | None = None,
    draws: int = 4000,
) -> dict[str, float]:
    """Product -> units, 0 left out.

    Args:
        candidates: what may be ordered.
        budget: money; None: no limit.
        space: room on the shelves; None: no limit.
        settings: how long to search; its seed also draws the demand that is learnt from.
        draws: of demand per product.
    """
    chosen = settings or GeneticSettings(population=60, generations=60)
    if not candidates:
        return {}
    table = _Table(candidates, budget, space, draw_demand(candidates, draws, np.random.default_rng(chosen.seed)))
    best = genetic_search(table.cost, np.zeros(len(candidates), dtype=int), table.last, chosen, table.repaired)
    best = table.repaired(best[None, :])[0]
    return {each.product_id: float(table.units[row, best[row]]) for row, each in enumerate(candidates) if best[row]}


class _Table:
    """Cost, money and room of each choice of each candidate, [candidates, choices], and the repair of plans."""

    def __init__(
        self, candidates: Sequence[Candidate], budget: float | None, space: float | None, demand: Floats
    ) -> None:
        choices = [each.quantities() for each in candidates]
        self.last = np.array([len(each) - 1 for each in choices])
        self.units = np.array([np.pad(each, (0, self.last.max() + 1 - len(each)), mode="edge") for each in choices])
        stock = np.array([each.available for each in candidates])[:, None] + self.units
        holding, margin = (np.array([getattr(each, n) for each in candidates])[:, None] for n in ("holding", "margin"))
        self.costs = np.zeros_like(self.units)
        for choice in range(self.units.shape[1]):
            left = stock[:, choice : choice + 1] - demand
            self.costs[:, choice] = (
                holding * np.clip(left, 0, None) + margin * np.clip(-left, 0, None)
            ).mean(axis=1)  # fmt: skip
        per_unit = [(np.array([c.cost for c in candidates]), budget), (np.array([c.room for c in candidates]), space)]
        self.limits = [(each[:, None] * self.units, limit) for each, limit in per_unit if limit is not None]
        self.rows = np.arange(len(candidates))
        self.steps = self._ranked()

    def _ranked(self) -> list[tuple[int, int]]:
        """(candidate, choice) steps that save, by falling saving per use of the limits, weighted by their duals."""
        saved = -np.diff(self.costs, axis=1)
        uses = [np.diff(use, axis=1) for use, _ in self.limits]
        weights = _duals(saved, uses, [limit for _, limit in self.limits])
        used = sum((w * use for w, use in zip(weights, uses, strict=True)), np.zeros_like(saved))
        ratio = np.where(used > 0, saved / np.maximum(used, 1e-12), saved * 1e6)
        ratio = np.minimum.accumulate(ratio, axis=1)
        order = np.argsort(-ratio, axis=None, kind="stable")
        pairs = zip(*np.unravel_index(order, ratio.shape), strict=True)
        return [(int(row), int(step) + 1) for row, step in pairs if ratio[row, step] > 0]

    def cost(self, plans: Ints) -> Floats:
        """Costs on the demand that is learnt from, [plans]."""
        return np.asarray(self.costs[self.rows, plans].sum(axis=1))

    def repaired(self, plans: Ints) -> Ints:
        """The plans within the limits."""
        return np.stack([self._repair(plan) for plan in np.minimum(plans, self.last)]) if self.limits else plans

    def _repair(self, plan: Ints) -> Ints:
        plan = plan.copy()
        used = [float(use[self.rows, plan].sum()) for use, _ in self.limits]
        for row, choice in reversed(self.steps):
            if all(u <= limit + 1e-9 for u, (_, limit) in zip(used, self.limits, strict=True)):
                break
            if plan[row] >= choice:
                self._move(plan, used, row, choice - 1)
        if any(u > limit + 1e-9 for u, (_, limit) in zip(used, self.limits, strict=True)):
            return np.zeros_like(plan)  # what remains saves nothing: nothing is ordered
        for row, choice in self.steps:
            if plan[row] == choice - 1 and all(
                u + use[row, choice] - use[row, choice - 1] <= limit + 1e-9
                for u, (use, limit) in zip(used, self.limits, strict=True)
            ):
                self._move(plan, used, row, choice)
        return plan

    def _move(self, plan: Ints, used: list[float], row: int, choice: int) -> None:
        for number, (use, _) in enumerate(self.limits):
            used[number] += float(use[row, choice] - use[row, plan[row]])
        plan[row] = choice


def _duals(saved: Floats, uses: list[Floats], limits: list[float]) -> list[float]:
    """What one more unit of each limit would save in the linear relaxation over all steps; 1 where none binds."""
    if not limits:
        return []
    from scipy.optimize import linprog

    solved = linprog(
        -np.clip(saved, 0, None).ravel(), A_ub=np.array([use.ravel() for use in uses]), b_ub=limits, bounds=(0, 1)
    )
    duals = [-float(each) for each in solved.ineqlin.marginals] if solved.status == 0 else []
    return duals if any(dual > 0 for dual in duals) else [1.0] * len(limits)
