"""Puts the router's and the language model's opinions of a tool together. Knows probabilities only."""

import math
from collections.abc import Sequence

MODEL_WEIGHT = 0.1  # of the language model's log-likelihood beside the router's; chosen on validation phrasings
_LEAST = 1e-6


def agreed(close: Sequence[tuple[str, float]], likelihoods: Sequence[float]) -> list[tuple[str, float]]:
    """The tools by the weighted sum of log-probabilities, as probabilities among themselves, best first.

    Args:
        close: (tool, probability) as the router has it, best first.
        likelihoods: the language model's log-likelihood of each name.
    """
    most = max(likelihoods)
    whole = most + math.log(sum(math.exp(each - most) for each in likelihoods))
    scored = [
        ((1 - MODEL_WEIGHT) * math.log(max(chance, _LEAST)) + MODEL_WEIGHT * (likelihood - whole), name)
        for (name, chance), likelihood in zip(close, likelihoods, strict=True)
    ]
    best = max(score for score, _ in scored)
    total = sum(math.exp(score - best) for score, _ in scored)
    ranked = sorted(scored, key=lambda pair: -pair[0])
    return [(name, math.exp(score - best) / total) for score, name in ranked]
