"""`offers`: lays the offers that an order or a silence calls for into the outbox, and prints them."""

import argparse
import json
import sys

from assistant.errors import WrongUse


def offers(given: argparse.Namespace) -> int:
    """Prints a JSON line per offer that is due; what was announced before is not announced again."""
    from assistant.service.due_offers import on_day, on_order
    from assistant.shop import open_shop

    named = (given.order, given.customer, given.product)
    if any(named) and not all(named):
        raise WrongUse("Expected --order, --customer and --product together, or none of them; some are missing.")
    with open_shop(given.shop) as shop:
        found = on_order(shop, *named) if all(named) else on_day(shop, days=given.days)
    for each in found.offers:
        print(json.dumps(each, ensure_ascii=False))
    print(f"{len(found.offers)} offers are due, {found.new} of them new in the outbox.", file=sys.stderr)
    return 0
