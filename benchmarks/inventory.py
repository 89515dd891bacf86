"""Stock policies against published optima, a genetic algorithm beside the exact methods, and the demo shop's truth.

    python -m benchmarks.inventory [--data DIR] [--json FILE] [--shop-weeks N] [--refit-weeks N] [--kept DIR]

DIR holds stockpyl_instances.json.gz. (1) Every published instance of one place and product, ours beside the book's
figures. (2) The genetic algorithm learns (s, S) on demand drawn for it; it and the optimum are judged on other draws.
(3) Orders within a budget and shelf space: exact, genetic, and the bound of the programme, judged on demand drawn
afresh. (4) The demo shop with a third year: advice from forecasts of its first two years, simulated on its hidden
demand (see benchmarks.inventory_truth); `--shop-weeks 0` leaves it out, `--kept` keeps its fits.
"""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from analytics.inventory.budget import plan_budget
from analytics.inventory.candidates import Candidate
from analytics.inventory.genetic import GeneticSettings
from analytics.inventory.genetic_budget import cost_on, draw_demand, genetic_plan
from analytics.inventory.s_s import optimal_s_S_of
from analytics.inventory.s_s_sample import Instance, genetic_s_S, sampled_costs
from benchmarks.inventory_instances import demand_of, read_instances, solve

DATA = Path(os.environ.get("RETAIL_BENCH_DATA", "../shared/data")) / "inventory_stockpyl"
CLASSIC = {
    10: (6, 40, 35.022),
    20: (14, 62, 49.173),
    50: (42, 108, 70.975),
}  # Zheng and Federgruen 1991: K=64, h=1, p=9
Rows = list[dict[str, object]]


def main() -> None:
    """Reads the arguments, measures, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with stockpyl_instances.json.gz")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--shop-weeks", type=int, default=52, help="weeks of the demo shop's third year; 0 for none")
    parser.add_argument("--refit-weeks", type=int, default=13, help="weeks between two fits of the forecast")
    parser.add_argument("--kept", type=Path, help="folder in which the demo shop and its fits are kept")
    given = parser.parse_args()
    figures: dict[str, object] = {"instances": instances(given.data)}
    figures |= {"(s, S)": genetic_policies(given.data), "budget": budgets()}
    if given.shop_weeks:
        from benchmarks.inventory_truth import against_the_truth

        figures["demo shop"] = against_the_truth(given.shop_weeks, given.refit_weeks, given.kept)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def instances(folder: Path) -> Rows:
    """Ours and the published figures of every instance that a single place and product can have."""
    print("Zheng and Federgruen's instances (K = 64, h = 1, p = 9)")
    rows: Rows = []
    for mean, published in CLASSIC.items():
        found = optimal_s_S_of(Instance.poisson("", mean, 64, 1, 9).demand, 64, 1, 9)
        agrees = found[:2] == published[:2] and abs(found[2] - published[2]) < 6e-4
        rows.append({"name": f"mean {mean}", "ours": found, "published": published, "agrees": agrees})
        print(f"  Poisson {mean}: s, S = {found[0]}, {found[1]}, cost {found[2]:.3f} (published {published})")
    every = read_instances(folder) if (folder / "stockpyl_instances.json.gz").exists() else {}
    if not every:
        print(f"the published instances are not at {folder}: skipped")
    left_out = 0
    for name, data in every.items():
        solved = solve(name, data)
        if solved is None:
            left_out += 1
            continue
        rows.append({"name": name, "asked": solved.asked, "ours": solved.ours, "published": solved.published,
                     "agrees": solved.agrees})  # fmt: skip
        ours = ", ".join(f"{each:.6g}" for each in solved.ours)
        book = {True: "as published", False: f"PUBLISHED {solved.published}", None: "no published figure"}
        print(f"  {name:20s} {solved.asked:20s} {ours:44s} {book[solved.agrees]}")
    judged = [row["agrees"] for row in rows if row["agrees"] is not None]
    print(f"{sum(map(bool, judged))} of {len(judged)} as published; {left_out} instances of networks, disruptions, "
          "uncertain yield, joint orders or a finite horizon left out\n")  # fmt: skip
    return rows


def genetic_policies(folder: Path) -> dict[str, object]:
    """The genetic algorithm's cost over the optimum's, both judged on demand that neither saw."""
    problems = [Instance.poisson(f"Poisson {m}, lead {lead}", m, 64, 1, 9, lead) for m in CLASSIC for lead in (0, 2)]
    if (folder / "stockpyl_instances.json.gz").exists():
        problems += [
            Instance(name, demand_of(data), data["fixed_cost"], data["holding_cost"], data["stockout_cost"])
            for name, data in read_instances(folder).items()
            if (solved := solve(name, data)) is not None and solved.asked == "(s, S)"
        ]
    rows: Rows = []
    print("(s, S): the genetic algorithm beside the optimum, judged on 400,000 periods that neither saw")
    for number, problem in enumerate(problems):
        exact = optimal_s_S_of(problem.demand, problem.order_cost, problem.holding, problem.shortage, problem.lead_time)
        found = genetic_s_S(problem, seed=number)
        judged = problem.draw(400, 1000, np.random.default_rng(1000 + number))
        genetic, best = sampled_costs(problem, np.array([found, exact[:2]]), judged)
        rows.append({"name": problem.name, "exact": exact, "genetic": found, "ratio": float(genetic / best)})
        print(f"  {problem.name:24s} optimum {exact[0]:4d},{exact[1]:4d} cost {best:9.3f}   "
              f"genetic {found[0]:4d},{found[1]:4d} ratio {genetic / best:.4f}")  # fmt: skip
    mean = float(np.mean([float(str(row["ratio"])) for row in rows]))
    print(f"mean ratio {mean:.4f} (asked: at most 1.0075)\n")
    return {"instances": rows, "mean ratio": mean}


def made_up_shop(products: int, seed: int) -> Iterator[Candidate]:
    """Products of varied demand, cost, margin, minimum and pack."""
    random = np.random.default_rng(seed)
    for number in range(products):
        demand, cost = float(random.gamma(1.2, 15) + 1), float(random.uniform(1, 20))
        sd = float(np.sqrt(demand + (0.4 * demand) ** 2))
        yield Candidate(
            f"P{number}", float(random.integers(0, int(demand) + 1)), demand, sd, float(np.ceil(demand + 2 * sd)),
            float(random.choice([1, 4, 6, 12])), cost * random.uniform(1.3, 3), cost, 0.02 * cost,
            float(random.choice([1, 1, 2, 6])), float(random.uniform(0.5, 3)),
        )  # fmt: skip


def budgets() -> dict[str, object]:
    """Orders within a budget (and shelf space): profit under the bound, cost of the genetic plan over the exact one."""
    rows: Rows = []
    print(
        "orders within a budget: exact plan, bound of the programme, genetic algorithm (judged on 20,000 other draws)"
    )
    for products, share, space in ((20, 0.3, None), (40, 0.5, None), (40, 0.4, 0.6), (80, 0.5, 0.7), (300, 0.5, 0.6)):
        shop = list(made_up_shop(products, seed=products))
        full = plan_budget(shop, None)
        limits = (share * full.cost, None if space is None else space * full.room)
        plan = plan_budget(shop, *limits)
        nothing = sum(each.expected_cost(0.0) for each in shop)
        row: dict[str, object] = {
            "products": products, "budget": share, "space": space, "proven": plan.exact,
            "profit below bound": 1 - plan.profit / plan.bound,
            "cost above bound": (nothing - plan.profit) / (nothing - plan.bound) - 1,
        }  # fmt: skip
        if products <= 80:
            genetic = genetic_plan(shop, *limits, settings=GeneticSettings(30, 20, seed=products))
            judged = draw_demand(shop, 20_000, np.random.default_rng(1000 + products))
            row["genetic / exact cost"] = cost_on(shop, genetic, judged) / cost_on(shop, plan.quantities, judged)
        rows.append(row)
        print("  " + ", ".join(f"{k} {v:.5f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()))
    ratios = [float(str(row["genetic / exact cost"])) for row in rows if "genetic / exact cost" in row]
    gap = max(float(str(row["cost above bound"])) for row in rows)
    print(f"mean genetic / exact {np.mean(ratios):.4f} (asked: at most 1.0075); largest gap to the bound "
          f"{100 * gap:.3f} % of the cost (asked: at most 1 %)\n")  # fmt: skip
    return {"instances": rows, "mean ratio": float(np.mean(ratios)), "largest gap": gap}


if __name__ == "__main__":
    main()
