"""Invented sales for the tests of customers, prices and promotions."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.history import History

AS_OF = date(2024, 12, 31)


class Shelf(History):
    """A history whose tables beside the sales are handed in."""

    def __init__(self, lines, as_of=AS_OF, **tables):
        super().__init__(lines, as_of)
        self.tables = tables

    def until(self, cutoff):
        return Shelf(self.lines, cutoff, **self.tables)

    def table(self, name):
        return self.tables.get(name, pd.DataFrame())


def sale(customer, days_ago, value=10.0, *, order=None, product="A", quantity=1.0, kind="sale", as_of=AS_OF):
    """One line, `days_ago` before the as-of date."""
    day = pd.Timestamp(as_of - timedelta(days=days_ago))
    sign = -1 if kind == "return" else 1
    return {
        "order_id": order or f"{kind}-{customer}-{days_ago}-{product}",
        "line_number": 1,
        "customer_id": customer,
        "store_id": None,
        "sold_at": day + pd.Timedelta(hours=10),
        "country": "United Kingdom",
        "kind": kind,
        "product_id": product,
        "category": "things",
        "quantity": sign * quantity,
        "unit_price": value / quantity,
        "value": sign * value,
        "discount": 0.0,
        "promotion_id": None,
    }


def lines(*rows):
    """The sales lines as a frame."""
    return pd.DataFrame(list(rows))


def shop_with_leavers(customers=300, days=540, seed=3):
    """Customers with a rhythm of 5 to 120 days; each may leave for good after any order with a chance of 8 %."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        gap, day = random.uniform(5, 120), random.uniform(0, days * 0.8)
        while day < days:
            value = round(random.gamma(4, 10), 2)
            rows.append(sale(f"C{number}", int(days - 1 - day), value, product=f"P{random.integers(20)}"))
            if random.random() < 0.08:
                break
            day += max(random.gamma(4, gap / 4), 1)
    return lines(*rows)
