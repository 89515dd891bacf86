"""`cards`: writes the model cards of a shop as one page: what each model predicts, how well, and its limits."""

import argparse
from pathlib import Path


def cards(given: argparse.Namespace) -> int:
    """Writes the page, or prints it where no file is named."""
    from assistant.shop import open_shop
    from assistant.tools.model_cards import model_cards

    with open_shop(given.shop) as shop:
        page = model_cards(shop)
    if given.out is None:
        print(page)
        return 0
    out: Path = given.out
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page + "\n", encoding="utf-8")
    print(f"Wrote {page.count(chr(10) + '## ')} model cards to {out}.")
    return 0
