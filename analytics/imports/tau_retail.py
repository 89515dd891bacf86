"""tau2-bench's retail shop as one of ours: products with variants, people, orders, payments, parcels, and its rules.

Reads the database as published (JSON, also gzipped). It has no dates, so everything is dated on one day, the shop's
as-of day. Knows that database's form; what may be done with an order is in `assistant.service`.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from analytics.columns import KEYS, TABLES
from analytics.errors import ImportFailed
from analytics.imports.account import ImportAccount, Progress, silent
from analytics.imports.importing import record
from analytics.imports.tau_policy import write_policies
from analytics.warehouse import build_lock, rebuild

NAME = "tau2 retail"
AS_OF = date(2024, 6, 20)  # when tau-bench appeared
CURRENCY = "USD"
DATABASES = ("tau2_db.json.gz", "tau2_db.json", "db.json.gz", "db.json")
POLICIES = ("tau2_policy.md", "policy.md")
STATUSES = {"pending": "placed", "processed": "dispatched", "delivered": "delivered", "cancelled": "cancelled"}
ADDRESS = ("address1", "address2", "city", "state", "zip", "country")
_FIELDS = {"products": ("name", "variants"), "users": ("name", "email", "address"), "orders": ("user_id", "items")}
Row = dict[str, Any]


def ingest_tau_retail(folder: Path, warehouse_path: Path, progress: Progress = silent) -> ImportAccount:
    """Imports the database and the policy; importing them again doubles nothing.

    Args:
        folder: holds the database (`DATABASES`) and the policy (`POLICIES`).
        warehouse_path: the shop's warehouse.duckdb; made where it is missing. `policies` lies beside it.
        progress: told each step and the share done.

    Raises:
        ImportFailed: a file is missing or not what is expected; nothing was changed.
        ShopBusy: another process builds in this folder.
    """
    file, policy = _file_of(folder, DATABASES, "database"), _file_of(folder, POLICIES, "policy")
    progress("reading the database", 0.0)
    content = read_database(file)
    with build_lock(warehouse_path.parent), rebuild(warehouse_path) as connection:
        connection.execute(
            "create temp table all_refused (file_ varchar, row_ bigint, rule varchar, reason varchar, row varchar)"
        )
        for at, (table, rows) in enumerate(tables(content).items()):
            progress(f"loading {table.replace('_', ' ')}", 0.1 + 0.1 * at)
            _load(connection, table, rows)
        read = sum(len(content[name]) for name in _FIELDS)
        write_policies(policy.read_text(encoding="utf-8"), warehouse_path.parent / "policies")
        account = record(connection, NAME, (file, policy), read)
    progress("done", 1.0)
    return account


def read_database(file: Path) -> dict[str, Any]:
    """The database as published.

    Raises:
        ImportFailed: it is no such database.
    """
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        content: dict[str, Any] = json.loads(raw)
    except (OSError, EOFError, ValueError) as broken:
        raise ImportFailed(f"Expected tau2's retail database in {file}, but it cannot be read: {broken}.") from broken
    for table, needed in _FIELDS.items():
        rows = content.get(table) if isinstance(content, dict) else None
        if not isinstance(rows, dict) or not all(set(needed) <= set(row) for row in rows.values()):
            raise ImportFailed(
                f"Expected tau2's retail database in {file}: {table} by id, each with {' and '.join(needed)}; "
                "it is something else. Give the db.json of data/tau2/domains/retail."
            )
    return content


def tables(content: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The rows of each table of the warehouse."""
    orders = list(content["orders"].values())
    return {
        "products": [row for product in content["products"].values() for row in _products(product)],
        "variants": [row for product in content["products"].values() for row in _variants(product)],
        "inventory": [row for product in content["products"].values() for row in _sold_out(product)],
        "customers": [_customer(user) for user in content["users"].values()],
        "payment_methods": [row for user in content["users"].values() for row in _methods(user)],
        "orders": [_order(order) for order in orders],
        "order_lines": [row for order in orders for row in _lines(order)],
        "payments": [row for order in orders for row in _payments(order)],
        "shipments": [row for order in orders for row in _shipments(order)],
    }


def one_line(address: Mapping[str, str]) -> str:
    """An address as people write it."""
    return ", ".join(address[name] for name in ADDRESS if address.get(name))


def title(name: str, options: Mapping[str, str]) -> str:
    """A variant's name: "T-Shirt, blue, size M, cotton, crew neck"."""
    return ", ".join([name, *(_option(option, value) for option, value in options.items())])


def _option(option: str, value: str) -> str:
    if value in ("yes", "no"):
        return option if value == "yes" else f"not {option}"
    bare = value.replace(".", "").isdigit() or (len(value) <= 3 and value.isupper())  # "7", "XXL"
    return f"{option} {value}" if bare else value


def _products(product: Row) -> Iterator[Row]:
    for item_id, each in product["variants"].items():
        yield {
            "product_id": item_id,
            "title": title(product["name"], each["options"]),
            "category": product["name"],
            "price": each["price"],
            "attributes": json.dumps(each["options"]),
            "merchandise": True,
        }


def _variants(product: Row) -> Iterator[Row]:
    for item_id, each in product["variants"].items():
        yield {
            "product_id": item_id,
            "variant_of": product["product_id"],
            "name": product["name"],
            "available": each["available"],
        }


def _sold_out(product: Row) -> Iterator[Row]:
    """A stock level where it is known: none of what is not available."""
    for item_id, each in product["variants"].items():
        if not each["available"]:
            yield {"store_id": None, "product_id": item_id, "on_hand": 0.0}


def _customer(user: Row) -> Row:
    return {
        "customer_id": user["user_id"],
        "name": f"{user['name']['first_name']} {user['name']['last_name']}",
        "email": user["email"],
        "postcode": user["address"]["zip"],
        "address": one_line(user["address"]),
        "city": user["address"]["city"],
        "country": user["address"]["country"],
    }


def _methods(user: Row) -> Iterator[Row]:
    for method_id, each in user["payment_methods"].items():
        yield {
            "payment_method_id": method_id,
            "customer_id": user["user_id"],
            "kind": each["source"],
            "brand": each.get("brand"),
            "last_four": each.get("last_four"),
            "balance": each.get("balance"),
        }


def _order(order: Row) -> Row:
    if order["status"] not in STATUSES:
        raise ImportFailed(
            f"Expected the status of order {order['order_id']} to be {', '.join(STATUSES)}; got {order['status']!r}. "
            "Give the database as it was before any task."
        )
    return {
        "order_id": order["order_id"],
        "customer_id": order["user_id"],
        "ordered_at": AS_OF,
        "country": order["address"]["country"],
        "kind": "sale",
        "status": STATUSES[order["status"]],
        "address": one_line(order["address"]),
    }


def _lines(order: Row) -> Iterator[Row]:
    for number, item in enumerate(order["items"], start=1):
        yield {
            "order_id": order["order_id"],
            "line_number": number,
            "product_id": item["item_id"],
            "quantity": 1.0,
            "unit_price": item["price"],
            "sold_at": AS_OF,
        }


def _payments(order: Row) -> Iterator[Row]:
    for number, each in enumerate(order["payment_history"], start=1):
        yield {
            "order_id": order["order_id"],
            "payment_number": number,
            "kind": each["transaction_type"],
            "amount": each["amount"],
            "payment_method_id": each["payment_method_id"],
        }


def _shipments(order: Row) -> Iterator[Row]:
    """A parcel names items by id; of two lines with one id it takes one after the other."""
    left = [(number, item["item_id"]) for number, item in enumerate(order["items"], start=1)]
    for parcel, each in enumerate(order["fulfillments"], start=1):
        for item_id in each["item_ids"]:
            line = next((pair for pair in left if pair[1] == item_id), None)
            if line is None:
                continue
            left.remove(line)
            yield {
                "order_id": order["order_id"],
                "shipment_number": parcel,
                "tracking_id": ", ".join(each["tracking_id"]),
                "line_number": line[0],
            }


def _load(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    """Takes the rows in; a row with a known key is replaced."""
    import pandas as pd

    frame = pd.DataFrame([{name: row.get(name) for name in TABLES[table]} for row in rows], columns=list(TABLES[table]))
    connection.register("incoming", frame)
    cast = ", ".join(f'"{name}"::{kind} as "{name}"' for name, kind in TABLES[table].items())
    connection.execute(f"create or replace temp table fresh as select {cast} from incoming")
    key = KEYS[table][0] if table in ("order_lines", "payments", "shipments") else None
    keys = (key,) if key else KEYS[table]
    same = " and ".join(f"{table}.{name} is not distinct from fresh.{name}" for name in keys)
    connection.execute(f"delete from {table} using fresh where {same}")
    connection.execute(f"insert into {table} select * from fresh")
    connection.unregister("incoming")


def _file_of(folder: Path, names: tuple[str, ...], what: str) -> Path:
    if not folder.is_dir():
        raise ImportFailed(f"Expected a folder with tau2's retail {what}, but {folder} is none. Name the folder.")
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ImportFailed(f"Expected tau2's retail {what} in {folder} ({' or '.join(names)}), but there is none.")
