"""Loads clean rows of a table by its key, and completes the history after an import. Knows no source."""

import duckdb

from analytics.columns import KEYS, TABLES
from analytics.imports.lines import is_odd, kind_of
from analytics.imports.mapping import Section

UNKNOWN_ORDER = "unknown order"

# 1-product: the most frequent unit price in the product's last 28 days of sales, the lower one on a tie.
USUAL_PRICE = """
select product_id, unit_price as price from (
  select l.product_id, l.unit_price,
         row_number() over (partition by l.product_id order by count(*) desc, l.unit_price) as place
  from order_lines l
  join (select product_id, max(sold_at::date) as day from order_lines
        where quantity > 0 and unit_price > 0 group by product_id) last on last.product_id = l.product_id
  where l.quantity > 0 and l.unit_price > 0 and l.sold_at::date > last.day - 28
  group by l.product_id, l.unit_price)
where place = 1
"""


def load_table(connection: duckdb.DuckDBPyConnection, section: Section) -> None:
    """Takes the table `clean` of a section into the table of its name; a row with a known key replaces it.

    Columns that the section leaves out keep what they held.
    """
    if section.table == "order_lines":
        _load_lines(connection, section)
        return
    table, keys = section.table, KEYS[section.table]
    if table == "orders":
        connection.execute(f"update clean set kind = {kind_of(section.kinds)}")
    values = ", ".join(
        f"n.{name}" if section.has(name) or name in keys or (table, name) == ("orders", "kind") else f"o.{name}"
        for name in TABLES[table]
    )
    same = " and ".join(f"o.{key} is not distinct from n.{key}" for key in keys)
    connection.execute(
        f"create or replace temp table merged as select {values} from clean n left join {table} o on {same}"
    )
    known = " and ".join(f"{table}.{key} is not distinct from n.{key}" for key in keys)
    connection.execute(f"delete from {table} using merged n where {known}")
    connection.execute(f"insert into {table} by name select * from merged order by {', '.join(keys)}")
    mark_odd(connection, section)


def _load_lines(connection: duckdb.DuckDBPyConnection, section: Section) -> None:
    """Replaces all lines of every order that came; a line of an order that the history lacks is refused."""
    connection.execute(
        f"insert into refused select file_, row_, '{UNKNOWN_ORDER}', "
        "'order ' || order_id || ' is not among the orders', to_json(c)::varchar from clean c anti "
        "join orders using (order_id)"
    )
    numbered = (
        "line_number"
        if section.has("line_number")
        else "row_number() over (partition by order_id order by file_, row_)"
    )
    connection.execute(
        f"create or replace temp table new_lines as select c.* replace ({numbered}::integer as line_number, "
        "coalesce(c.sold_at, o.ordered_at) as sold_at, "
        "case when o.kind = 'return' then -abs(c.quantity) else c.quantity end as quantity) "
        "from clean c join orders o using (order_id)"
    )
    connection.execute("delete from order_lines where order_id in (select order_id from new_lines)")
    connection.execute(
        "insert into order_lines by name select * exclude (file_, row_) from new_lines order by "
        "sold_at, order_id, line_number"
    )


def mark_odd(connection: duckdb.DuckDBPyConnection, section: Section) -> None:
    """Marks the products that the section says are not merchandise."""
    connection.execute(f"update products set merchandise = false where {is_odd(section.not_merchandise, 'product_id')}")


def remember_prices(connection: duckdb.DuckDBPyConnection) -> None:
    """Keeps the usual prices as they are before an import, to tell them from listed ones afterwards."""
    connection.execute(f"create or replace temp table usual_before as {USUAL_PRICE}")


def complete(connection: duckdb.DuckDBPyConnection) -> None:
    """Adds products, customers and stores that only lines and orders name, kinds, and prices where none is listed."""
    connection.execute(
        "insert into products by name select distinct product_id from order_lines "
        "anti join products using (product_id) order by product_id"
    )
    connection.execute(
        "update products set title = coalesce(title, product_id), merchandise = coalesce(merchandise, true) "
        "where title is null or merchandise is null"
    )
    connection.execute(
        "update orders set kind = case when l.most < 0 then 'return' else 'sale' end "
        "from (select order_id, max(quantity) as most from order_lines group by order_id) l "
        "where orders.order_id = l.order_id and kind is null"
    )
    connection.execute("update orders set kind = 'sale' where kind is null")
    for table, key in (("customers", "customer_id"), ("stores", "store_id")):
        connection.execute(
            f"insert into {table} by name select {key}, arg_max(country, ordered_at) as country from orders "
            f"where {key} is not null group by {key} having {key} not in (select {key} from {table}) order by {key}"
        )
    connection.execute(
        "insert into customers by name select distinct customer_id from contracts "
        "where customer_id not in (select customer_id from customers) order by customer_id"
    )
    connection.execute("update stores set name = store_id where name is null")
    # A price that equals the old usual one was no listed price: it follows the sales.
    connection.execute(
        f"update products set price = u.price from ({USUAL_PRICE}) u left join usual_before b using (product_id) "
        "where products.product_id = u.product_id and (products.price is null or products.price = b.price)"
    )
