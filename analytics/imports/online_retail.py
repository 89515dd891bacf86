"""The UCI Online Retail file (both editions) as published: Excel, or saved as CSV or parquet.

Knows that file's columns, its codes that are not merchandise and its order numbers; not how rows are cleaned or loaded.
"""

from collections.abc import Sequence
from pathlib import Path

from analytics.errors import ImportFailed
from analytics.imports.account import ImportAccount, Progress, silent
from analytics.imports.importing import Source, run_import
from analytics.imports.mapping import Kinds, NotMerchandise, Section
from analytics.imports.parsing import Reading
from analytics.imports.text import Format

NAME = "online retail"
# Field -> its column in the first edition, and in Online Retail II where that differs.
COLUMNS = {
    "order_id": ("InvoiceNo", "Invoice"),
    "product_id": ("StockCode",),
    "title": ("Description",),
    "quantity": ("Quantity",),
    "sold_at": ("InvoiceDate",),
    "unit_price": ("UnitPrice", "Price"),
    "customer_id": ("CustomerID", "Customer ID"),
    "country": ("Country",),
}
# Postage, carriage, manual entries, samples, discounts, fees, charity, bad debt, packing material, vouchers and tests.
NOT_MERCHANDISE = NotMerchandise(
    codes=("POST", "DOT", "M", "C2", "D", "S", "BANK CHARGES", "AMAZONFEE", "CRUK", "B", "PADS"),
    pattern="GIFT_0001_.*|TEST[0-9]+|ADJUST[0-9]*",
)


def ingest_online_retail(
    file: Path, warehouse_path: Path, progress: Progress = silent, *, date_format: str | None = None
) -> ImportAccount:
    """Imports the file into the warehouse; importing it, or one that overlaps with it, again doubles nothing.

    Args:
        file: .xlsx, .csv or .parquet.
        warehouse_path: the shop's warehouse.duckdb; made where it is missing. Its folder's build lock is taken.
        progress: told each step and the share done.
        date_format: strptime format of InvoiceDate, needed only where day and month cannot be told apart.

    Raises:
        ImportFailed: the file is not what is expected; nothing was changed.
        ShopBusy: another process builds in this folder.
    """
    reading = Reading(dates=(date_format,) if date_format else ())
    source = Source((file,), Format(), lambda header: section_of(header, reading))
    return run_import(NAME, [source], warehouse_path, progress)


def section_of(header: Sequence[str], reading: Reading) -> Section:
    """The section for a file with these columns.

    Raises:
        ImportFailed: a column is missing.
    """
    spelled = {name.lower(): name for name in header}
    found = {
        field: next((spelled[name.lower()] for name in names if name.lower() in spelled), None)
        for field, names in COLUMNS.items()
    }
    missing = [" or ".join(COLUMNS[field]) for field, name in found.items() if name is None]
    if missing:
        raise ImportFailed(
            f"Expected the columns of the Online Retail file, {', '.join(names[0] for names in COLUMNS.values())}, "
            f"but {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; "
            f"the file has {', '.join(header) or 'no columns'}. "
            "Use the file as published, or `retail-assistant ingest csv` with a mapping for another layout."
        )
    columns = {field: name for field, name in found.items() if name is not None}
    return Section(
        table="sales",
        columns={field: (name,) for field, name in columns.items()},
        reading=reading,
        kinds=Kinds(return_prefix="C", return_values=(), adjustment_prefix="A"),
        not_merchandise=NOT_MERCHANDISE,
        duplicates_by=tuple(columns.values()),
        joins_orders=True,
    )
