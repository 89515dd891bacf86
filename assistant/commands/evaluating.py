"""`evaluate`: measuring the language model and the router on held-out phrasings, and writing the model card."""

import argparse
import json
import sys
from pathlib import Path

from assistant.errors import WrongUse

DEFAULT_PARTS = ("calls", "turns", "conversations", "refusals", "scope", "plugins")
CARD = Path("docs") / "model-card.md"


def evaluate(given: argparse.Namespace) -> int:
    """Measures the parts asked for, or writes the model card from figures measured before."""
    return _card(given) if given.part == "card" else _language(given)


def _language(given: argparse.Namespace) -> int:
    from assistant.shop import open_shop
    from assistant.training.evaluation import Evaluation
    from assistant.training.evaluation_page import page, scores

    if given.json and not given.json.absolute().parent.is_dir():
        raise WrongUse(f"Expected a folder for the figures, but there is no {given.json.parent}; make it first.")
    parts = _parts(given)
    with open_shop(given.shop) as shop:
        measured = Evaluation(shop, given.split, given.limit, given.clinc, _say).run(parts)
        kept = scores(measured, shop.as_of) if given.limit is None else None
        if kept is not None:
            shop.models.save("language", kept)
    print(page(measured))
    if given.json:
        given.json.write_text(json.dumps(measured, indent=1, ensure_ascii=False), encoding="utf-8")
    return 0


def _parts(given: argparse.Namespace) -> tuple[str, ...]:
    """The parts named by --parts; without it all that need no data, and CLINC150 where its folder is given."""
    if given.parts:
        return tuple(part.strip() for part in given.parts.split(",") if part.strip())
    return (*DEFAULT_PARTS, "clinc") if given.clinc else DEFAULT_PARTS


def _card(given: argparse.Namespace) -> int:
    from assistant.training.model_card import write_card

    out = given.out or CARD
    if not out.absolute().parent.is_dir():
        raise WrongUse(f"Expected a folder for the card, but there is no {out.parent}; --out names another file.")
    measured = None
    if given.json:
        try:
            measured = json.loads(given.json.read_text(encoding="utf-8"))
        except (OSError, ValueError) as wrong:
            raise WrongUse(
                f"Expected the figures of `evaluate language --json FILE` in {given.json}, but they cannot be read "
                f"({wrong}). Measure first, or leave out --json for a card without scores."
            ) from wrong
    out.write_text(write_card(measured), encoding="utf-8")
    print(f"The model card is in {out}.")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
