"""Calibrates a trained router on validation messages and measures it. Knows logits and labels, no encoder."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.language.router import NONE
from assistant.training.router_data import Example
from assistant.training.router_model import RouterModel, of_staff

_MOST_SHIFT = 2.0  # logits


def _wanted(made: Sequence[Example], role: str, names: Sequence[str]) -> Any:
    import torch

    return torch.tensor([names.index(e.labels[role]) for e in made if role in e.labels])


def balance_none(model: RouterModel, logits: Any, made: Sequence[Example], names: Any) -> None:
    """Shifts "no tool" per role to where most validation messages are right: the share of such messages is learnt too.

    Of shifts that are as good, the one that declines most is taken.
    """
    import torch

    for role in logits:
        own = torch.tensor([not of_staff(e, role) for e in made if role in e.labels])
        place, wanted, scored = names[role].index(NONE), _wanted(made, role, names[role])[own], logits[role][own]
        shifts = torch.arange(-_MOST_SHIFT, _MOST_SHIFT + 0.05, 0.1)
        right = []
        for shift in shifts:
            shifted = scored.clone()
            shifted[:, place] += shift
            right.append((shifted.argmax(-1) == wanted).float().mean())
        accuracy = torch.stack(right)
        best = shifts[(accuracy >= accuracy.max() - 1e-6).nonzero().max()]
        with torch.no_grad():
            model.roles[role].bias[place] += best / model.scale


def calibrate(logits: Any, made: Sequence[Example], names: Any, sure_precision: float) -> tuple[float, float]:
    """The temperature of least negative log-likelihood, and the probability from which a tool stands alone."""
    import torch

    grid = np.exp(np.linspace(math.log(0.3), math.log(4.0), 40))
    wanted = {role: _wanted(made, role, names[role]) for role in logits}
    losses = [sum(torch.nn.functional.cross_entropy(logits[r] / t, wanted[r]).item() for r in logits) for t in grid]
    temperature = float(grid[int(np.argmin(losses))])
    chances, right = [], []
    for role in logits:
        top = torch.softmax(logits[role] / temperature, -1).max(-1)
        chances.append(top.values.numpy())
        right.append((top.indices == wanted[role]).numpy())
    chance, correct = np.concatenate(chances), np.concatenate(right)
    order = np.argsort(-chance)
    precision = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    enough = np.nonzero(precision >= sure_precision)[0]
    return temperature, float(chance[order][enough[-1]]) if len(enough) else 0.99


def scores(logits: Any, made: Sequence[Example], names: Any, temperature: float, sure: float) -> dict[str, float]:
    """Per role: the share of right tools, of right ones among the first three, of sure ones, and how many were asked.

    Args:
        logits: role -> (n, classes) of the examples that have a label for the role.
        made: the examples.
        names: role -> classes.
        temperature: divides the logits.
        sure: probability from which a tool stands alone.
    """
    import torch

    scores = {}
    for role in logits:
        wanted = _wanted(made, role, names[role])
        chances = torch.softmax(logits[role] / temperature, -1)
        own = torch.tensor([not of_staff(e, role) for e in made if role in e.labels])
        top3 = (chances.topk(min(3, chances.shape[-1]), -1).indices == wanted[:, None]).any(-1)
        right = chances.argmax(-1) == wanted
        scores[f"{role}: right tool"] = right[own].float().mean().item()
        scores[f"{role}: right tool in top 3"] = top3[own].float().mean().item()
        scores[f"{role}: sure"] = (chances.max(-1).values[own] >= sure).float().mean().item()
        scores[f"{role}: messages"] = float(own.sum())
        scores[f"{role}: staff questions told apart"] = right[~own].float().mean().item() if (~own).any() else 1.0
    return scores
