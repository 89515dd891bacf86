"""Reads `map.toml`, which says where a shop's own exports hold what the history needs. Knows no file but the map.

The commonest case is one sales export, with order, customer and product in the same row:

    name = "till"                         # how the account calls this source

    [format]                              # for every section; each may say otherwise
    delimiter = ";"                       # left out: found out, as are the encoding and an unambiguous date format
    encoding = "cp1252"
    decimal = ","
    thousands = "."
    date_format = "%d.%m.%Y"              # or a list, tried in order; a time behind the date is read too

    [sales]
    file = "sales_*.csv"                  # in the folder that is imported; needless where one file is imported

    [sales.columns]                       # what the history calls it = what the file calls it
    order_id = "Receipt"                  # needed: order_id, product_id, quantity, sold_at, unit_price or line_total
    product_id = "Article no"
    quantity = "Qty"
    unit_price = "Price"                  # paid for one unit; line_total = paid for the whole line
    sold_at = ["Date", "Time"]            # one column, or a date and a time column
    title = "Article"
    category = "Group"
    customer_id = "Customer"
    store_id = "Branch"

    [sales.constants]                     # the same for every row, whatever the file holds
    country = "Germany"

    [sales.defaults]                      # where the file's cell is empty
    store_id = "online"

    [sales.returns]                       # negative quantities are returns without this
    order_id_prefix = "C"                 # and/or the values of the column mapped to `kind`
    kinds = ["R", "refund"]

    [sales.not_merchandise]               # postage, fees, vouchers: in the history, but in no figure
    codes = ["POST", "BAG"]
    pattern = "GIFT.*"                    # a regular expression for the whole code

A section may also be any table of the history (`products`, `customers`, `orders`, `order_lines`, `stores`, `inventory`,
`suppliers`, `promotions`, `offers_sent`, `contracts`, `reviews`, `competitor_prices`, `price_changes`, `stock_outs`,
`stock_counts`, `postcodes`, `delivery_windows`), with that table's column names under `columns`; `attributes` may be a
list of columns, or "*" for every column that the section names nowhere else. Several sections may read the same file.
Rows that are there already are replaced by their key: an order by its order_id with all its lines, a product by its
product_id (columns that the map leaves out keep their values).
Product codes are written in capitals, so that codes which differ only in letter case are one product.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from analytics.columns import KEYS, TABLES
from analytics.errors import ImportFailed
from analytics.imports.parsing import Reading
from analytics.imports.text import Format

# Field of a [sales] section -> the table and column that it fills.
SALES_FIELDS: dict[str, tuple[str, str]] = {
    **{name: ("order_lines", name) for name in TABLES["order_lines"]},
    "line_total": ("order_lines", "unit_price"),
    **{
        name: ("orders", name)
        for name in (
            "customer_id",
            "store_id",
            "country",
            "kind",
            "status",
            "dispatched_at",
            "delivered_at",
            "returns_order_id",
            "address",
        )
    },  # fmt: skip
    **{
        name: ("products", name)
        for name in ("title", "description", "category", "brand", "cost", "attributes", "supplier_id")
    },
    "list_price": ("products", "price"),
    **{f"customer_{name}": ("customers", name) for name in ("name", "email", "postcode", "address", "city")},
    "store_name": ("stores", "name"),
    "store_city": ("stores", "city"),
}
FORMAT_KEYS = ("delimiter", "encoding", "decimal", "thousands", "date_format", "sheet")
_SECTION_KEYS = ("file", "columns", "constants", "defaults", "returns", "not_merchandise", *FORMAT_KEYS)
_ORDER = ("stores", "suppliers", "customers", "products", "orders", "order_lines", "sales")


@dataclass(frozen=True)
class NotMerchandise:
    """Which product codes are postage, fees, vouchers and the like.

    Attributes:
        codes: in capitals.
        pattern: a regular expression for a whole code in capitals; "" for none.
    """

    codes: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True)
class Kinds:
    """How a source marks what is not a sale.

    Attributes:
        return_prefix: of the order id; "" for none.
        return_values: of the column `kind`, in small letters.
        adjustment_prefix: of the order id of a booking that is neither sale nor return.
    """

    return_prefix: str = ""
    return_values: tuple[str, ...] = ("return", "returned", "refund")
    adjustment_prefix: str = ""


@dataclass(frozen=True)
class Section:
    """Where one table, or "sales", comes from.

    Attributes:
        table: a table of the history, or "sales".
        file: a name or pattern in the imported folder; None: the imported file.
        columns: field -> its source column, or a date and a time column.
        constants: field -> value of every row.
        defaults: field -> value where the source has none.
        duplicates_by: source columns that make an exact duplicate; empty: all.
        joins_orders: an order that is there already is joined with the new lines, not replaced by them.
    """

    table: str
    columns: Mapping[str, tuple[str, ...]]
    file: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    form: Format = Format()
    reading: Reading = Reading()
    kinds: Kinds = Kinds()
    not_merchandise: NotMerchandise = NotMerchandise()
    duplicates_by: tuple[str, ...] = ()
    joins_orders: bool = False

    @property
    def fields(self) -> dict[str, tuple[str, str]]:
        """Field -> table and column that it fills."""
        if self.table == "sales":
            return SALES_FIELDS
        return {name: (self.table, name) for name in TABLES[self.table]}

    def has(self, name: str) -> bool:
        """Whether the field is filled by this section."""
        return name in self.columns or name in self.constants or name in self.defaults

    def required(self) -> tuple[str, ...]:
        """Fields without which a row is rejected."""
        if self.table == "sales":
            price = "line_total" if self.has("line_total") and not self.has("unit_price") else "unit_price"
            return ("order_id", "product_id", "quantity", price, "sold_at")
        return {
            "orders": ("order_id", "ordered_at"),
            "order_lines": ("order_id", "product_id", "quantity", "unit_price"),
            "inventory": ("product_id", "on_hand"),
            "stock_outs": ("product_id", "starts_on"),
            "stock_counts": ("product_id", "counted_on", "on_hand"),
            "promotions": ("promotion_id", "starts_on", "ends_on"),
            "offers_sent": ("offer_id", "customer_id", "sent_on", "got_it"),
            "contracts": ("customer_id", "has_left"),
            "price_changes": ("product_id", "effective_on", "price"),
            "reviews": ("review_id", "product_id"),
            "competitor_prices": ("competitor", "product_id", "price"),
            "postcodes": ("postcode", "latitude", "longitude"),
        }.get(self.table, KEYS[self.table])


@dataclass(frozen=True)
class SourceMap:
    """A whole map: its sections in the order in which they have to be imported."""

    name: str
    sections: tuple[Section, ...]


def read_map(path: Path) -> SourceMap:
    """Reads and checks `map.toml`.

    Raises:
        ImportFailed: it is missing, no TOML, or names what the history does not have.
    """
    if not path.is_file():
        raise ImportFailed(f"Expected a mapping file at {path}, but there is none. The README shows one to start from.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise ImportFailed(f"Expected {path.name} to be TOML, but it cannot be read: {broken}.") from broken
    name = str(content.pop("name", path.stem))
    common = _table_of(content.pop("format", {}), "format")
    _known(common, FORMAT_KEYS, "format")
    importable = ("sales", *KEYS)
    _known(content, importable, "map.toml")
    if not content:
        raise ImportFailed(f"Expected a section such as [sales] in {path.name}, but there is none. Add one per table.")
    sections = [_section(table, _table_of(said, table), common) for table, said in content.items()]
    sections.sort(key=lambda each: _ORDER.index(each.table) if each.table in _ORDER else len(_ORDER))
    return SourceMap(name, tuple(sections))


def _section(table: str, said: dict[str, Any], common: dict[str, Any]) -> Section:
    _known(said, _SECTION_KEYS, table)
    columns = {
        name: tuple(map(str, source)) if isinstance(source, list) else (str(source),)
        for name, source in _table_of(said.get("columns", {}), f"{table}.columns").items()
    }
    form = {**common, **{key: said[key] for key in FORMAT_KEYS if key in said}}
    section = Section(
        table=table,
        columns=columns,
        file=said.get("file"),
        constants=_texts(said, table, "constants"),
        defaults=_texts(said, table, "defaults"),
        form=Format(form.get("delimiter"), form.get("encoding"), form.get("sheet")),
        reading=_reading(form),
        kinds=_kinds(_table_of(said.get("returns", {}), f"{table}.returns")),
        not_merchandise=_not_merchandise(_table_of(said.get("not_merchandise", {}), f"{table}.not_merchandise")),
    )
    for part in (section.columns, section.constants, section.defaults):
        _known(part, section.fields, f"{table}.columns")
    missing = [name for name in section.required() if not section.has(name)]
    if missing:
        raise ImportFailed(
            f"Expected [{table}.columns] to say which column holds {', '.join(missing)}, but it does not. "
            f'Add a line such as {missing[0]} = "the column\'s name in the file".'
        )
    return section


def _reading(form: Mapping[str, Any]) -> Reading:
    dates = form.get("date_format", ())
    dates = (dates,) if isinstance(dates, str) else tuple(map(str, dates))
    reading = Reading(str(form.get("decimal", ".")), str(form.get("thousands", "")), dates)
    if reading.decimal == reading.thousands:
        raise ImportFailed(
            f"Expected different signs for decimals and thousands, but both are {reading.decimal!r}. Change one."
        )
    return reading


def _kinds(said: Mapping[str, Any]) -> Kinds:
    _known(said, ("order_id_prefix", "kinds"), "returns")
    kinds = Kinds(return_prefix=str(said.get("order_id_prefix", "")))
    if "kinds" in said:
        kinds = replace(kinds, return_values=tuple(str(each).strip().lower() for each in said["kinds"]))
    return kinds


def _not_merchandise(said: Mapping[str, Any]) -> NotMerchandise:
    _known(said, ("codes", "pattern"), "not_merchandise")
    pattern = str(said.get("pattern", ""))
    try:
        re.compile(pattern)
    except re.error as broken:
        raise ImportFailed(
            f"Expected a regular expression in not_merchandise.pattern, but {pattern!r} is none ({broken})."
        ) from broken
    return NotMerchandise(tuple(str(code).strip().upper() for code in said.get("codes", ())), pattern)


def _texts(said: Mapping[str, Any], table: str, key: str) -> dict[str, str]:
    return {name: str(value) for name, value in _table_of(said.get(key, {}), f"{table}.{key}").items()}


def _table_of(said: Any, where: str) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise ImportFailed(f"Expected [{where}] to be a section with lines below it, but it is {said!r}.")
    return dict(said)


def _known(said: Mapping[str, Any], allowed: Any, where: str) -> None:
    for name in said:
        if name not in allowed:
            near = get_close_matches(name, list(allowed), n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"It may have: {', '.join(allowed)}."
            raise ImportFailed(f"The mapping has {name!r} under [{where}], which the history does not know. {hint}")
