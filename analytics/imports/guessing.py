"""Guesses from the names of a file's columns what they hold, as a start for the person who maps them.

Knows names that tills and shop systems give their columns; looks at no value.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from analytics.columns import KEYS
from analytics.imports.mapping import Section

_ALIKE = 0.86  # of two names, from which on they are taken for one with a slip in it
_MOST = ("sales", "products", "customers", "stores", "inventory", "suppliers", "promotions", "reviews",
         "competitor_prices", "price_changes", "stock_counts", "stock_outs", "postcodes",
         "delivery_windows")  # fmt: skip
_NAMES: dict[str, tuple[str, ...]] = {
    "order_id": ("order", "order no", "order number", "order nr", "receipt", "receipt no", "receipt number", "invoice",
                 "invoice no", "invoice number", "transaction", "transaction id", "bill", "bill no", "basket",
                 "sale id", "document no"),
    "product_id": ("product", "product code", "product no", "product number", "article", "article no", "article number",
                   "item code", "item no", "item number", "item id", "sku", "stock code", "ean", "barcode", "plu",
                   "variant sku", "lineitem sku"),
    "quantity": ("qty", "units", "pieces", "amount sold", "quantity sold", "units sold", "lineitem quantity", "count"),
    "unit_price": ("price", "unit price", "price paid", "selling price", "price each", "item price", "lineitem price",
                   "price per unit"),
    "line_total": ("total", "line total", "line amount", "amount", "revenue", "turnover", "net amount", "gross amount",
                   "value"),
    "sold_at": ("date", "sold at", "sold on", "date time", "datetime", "timestamp", "order date", "invoice date",
                "receipt date", "sale date", "transaction date", "created at", "day"),
    "ordered_at": ("date", "order date", "created at", "ordered on"),
    "customer_id": ("customer", "customer no", "customer number", "client", "client id", "member", "member no",
                    "member id", "loyalty card", "card no", "account"),
    "store_id": ("store", "branch", "shop", "location", "store no", "store number", "outlet", "till store"),
    "title": ("product name", "item", "item name", "article name", "name", "product title", "description short",
              "lineitem name"),
    "name": ("full name", "store name", "supplier", "supplier name", "customer name"),
    "description": ("details", "long description", "text", "body"),
    "category": ("group", "department", "product group", "product type", "type", "section", "range",
                 "product category"),
    "brand": ("make", "manufacturer", "vendor"),
    "cost": ("cost price", "purchase price", "unit cost", "buying price", "cost per item"),
    "price": ("list price", "retail price", "their price", "competitor price"),
    "list_price": ("rrp", "retail price", "catalogue price"),
    "country": ("land", "billing country", "shipping country"),
    "email": ("e mail", "mail", "email address"),
    "customer_email": ("email", "e mail", "email address"),
    "customer_name": ("billing name", "customer"),
    "postcode": ("zip", "zip code", "postal code", "post code"),
    "customer_postcode": ("postcode", "zip", "postal code", "billing zip"),
    "on_hand": ("stock", "stock level", "in stock", "quantity on hand", "available", "inventory", "qty on hand"),
    "on_order": ("ordered", "incoming", "on purchase order"),
    "lead_time_days": ("lead time", "delivery days"),
    "counted_on": ("count date", "date", "counted at"),
    "discount": ("discount amount", "rebate", "reduction"),
    "competitor": ("shop", "seller", "rival"),
    "observed_on": ("date", "seen on", "checked on"),
    "reviewed_on": ("date", "review date", "created at"),
    "rating": ("stars", "score"),
    "starts_on": ("start", "start date", "from", "valid from"),
    "ends_on": ("end", "end date", "to", "until", "valid to"),
    "kind": ("type", "transaction type", "document type"),
}  # fmt: skip


def guess_columns(table: str, columns: Sequence[str]) -> dict[str, str]:
    """Field of the table (or of "sales") -> the column that probably holds it; each column once."""
    scored = [
        (_likeness(field, column), -place, field, column)
        for place, field in enumerate(Section(table, {}).fields)
        for column in columns
    ]
    found: dict[str, str] = {}
    for score, _, field, column in sorted(scored, reverse=True):
        if score > 0 and field not in found and column not in found.values():
            found[field] = column
    if table == "sales" and "unit_price" in found:
        found.pop("line_total", None)  # one of the two is enough, and the price of a unit says more
    return found


def guess_table(columns: Sequence[str]) -> str:
    """What a file with these columns probably holds: "sales" or a table of the history."""

    def fit(table: str) -> tuple[float, int, int]:
        found = guess_columns(table, columns)
        needed = _needed(table, found)
        return sum(name in found for name in needed) / len(needed), len(found), -_MOST.index(table)

    return max(_MOST, key=fit)


def _needed(table: str, found: dict[str, str]) -> tuple[str, ...]:
    return Section(table, {name: (column,) for name, column in found.items()}).required() or KEYS[table]


def _likeness(field: str, column: str) -> float:
    """How surely a column's name means the field: 0 not at all, 4 the very same."""
    said, own = _plain(column), _plain(field)
    if said == own:
        return 4.0
    known = _NAMES.get(field, ())
    if said in known:
        return 3.0 - known.index(said) / 100
    if own.endswith(" id") and said in (own.removesuffix(" id"), f"{own.removesuffix(' id')} number"):
        return 2.0
    alike = max((SequenceMatcher(None, said, name).ratio() for name in (own, *known)), default=0.0)
    return alike if alike >= _ALIKE else 0.0


def _plain(name: str) -> str:
    """A column's name in small letters, words apart: "InvoiceNo." and "invoice_no" are "invoice no"."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[a-z0-9]+", apart.lower()))
