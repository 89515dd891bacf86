"""Puts the router's and the language model's opinions of a tool together. Knows probabilities only."""

import math
from collections.abc import Mapping, Sequence

MODEL_WEIGHT = 0.5  # of the language model's log-probability beside the router's; chosen on validation phrasings
_LEAST = 1e-6


def agreed(close: Sequence[tuple[str, float]], opinions: Mapping[str, float]) -> list[tuple[str, float]]:
    """The tools by the weighted sum of log-probabilities, as probabilities among themselves, best first.

    Args:
        close: (tool, probability) as the router has it, best first.
        opinions: the language model's log-probability of each tool that it learnt; where it did not learn one of
            those that are close (an added tool), the router's word counts for it alone.
    """
    logs = [(name, math.log(max(chance, _LEAST))) for name, chance in close]
    scored = [((1 - MODEL_WEIGHT) * log + MODEL_WEIGHT * opinions.get(name, log), name) for name, log in logs]
    best = max(score for score, _ in scored)
    total = sum(math.exp(score - best) for score, _ in scored)
    ranked = sorted(scored, key=lambda pair: -pair[0])
    return [(name, math.exp(score - best) / total) for score, name in ranked]
