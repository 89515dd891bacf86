"""A genetic algorithm over whole numbers (pymoo): what the exact methods are compared with. Knows no shop.

It is judged in the scorecards beside the exact solution; answers never rest on it. Needs the extra `genetic`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.errors import AnalyticsError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class GeneticSettings:
    """How long the search lasts.

    Attributes:
        population: candidates per generation.
        generations: how often they are crossed, changed and sieved.
        seed: the same seed gives the same result.
    """

    population: int = 40
    generations: int = 40
    seed: int = 7

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: the search would not be one.
        """
        if self.population < 4 or self.generations < 1:
            raise ValueError(f"Expected 4 candidates and 1 generation at least, got {self}.")


def genetic_search(
    cost: Callable[[Ints], Floats],
    lower: Ints,
    upper: Ints,
    settings: GeneticSettings | None = None,
    repair: Callable[[Ints], Ints] | None = None,
) -> Ints:
    """Whole numbers of low cost.

    Args:
        cost: candidates [n, variables] -> their costs [n].
        lower: least value per variable, [variables].
        upper: greatest value per variable, [variables].
        settings: how long to search.
        repair: candidates [n, variables] -> the same within limits such as a budget; None: all are allowed.

    Returns:
        The best candidate found, [variables].

    Raises:
        AnalyticsError: pymoo is not installed.
    """
    try:
        from pymoo.algorithms.soo.nonconvex.ga import GA
        from pymoo.core.problem import Problem
        from pymoo.core.repair import Repair
        from pymoo.operators.crossover.ux import UX
        from pymoo.operators.mutation.pm import PM
        from pymoo.optimize import minimize
    except ImportError:
        raise AnalyticsError(
            "The genetic algorithm needs pymoo, which is not installed. Run `pip install 'retail-assistant[genetic]'`."
        ) from None

    class Search(Problem):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__(n_var=len(lower), n_obj=1, xl=lower, xu=upper, vtype=int)

        def _evaluate(self, x: Floats, out: dict[str, Floats], *args: object, **kwargs: object) -> None:
            out["F"] = cost(np.asarray(x, dtype=np.int64))[:, None]

    class Whole(Repair):  # type: ignore[misc, unused-ignore]
        def _do(self, problem: Problem, x: Floats, **kwargs: object) -> Ints:
            whole = np.clip(np.rint(x), lower, upper).astype(np.int64)
            return whole if repair is None else repair(whole)

    chosen, whole = settings or GeneticSettings(), Whole()
    first = np.random.default_rng(chosen.seed).integers(lower, upper + 1, (chosen.population, len(lower)))
    first[0] = lower  # the plainest candidate; a repair may make something of it
    algorithm = GA(
        pop_size=chosen.population,
        sampling=first,
        crossover=UX(repair=whole),
        mutation=PM(eta=5, vtype=float, repair=whole),
        repair=whole,
        eliminate_duplicates=True,
    )
    found = minimize(Search(), algorithm, ("n_gen", chosen.generations), seed=chosen.seed, verbose=False)
    return np.asarray(found.X, dtype=np.int64)
