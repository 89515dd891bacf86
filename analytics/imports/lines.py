"""Loads clean sales lines into orders, lines, products, customers and stores. Knows the history, not the source."""

import duckdb

from analytics.imports.mapping import Kinds, NotMerchandise, Section
from analytics.imports.text import literal

_LINE = "order_id, product_id, quantity, unit_price, discount, promotion_id, sold_at"
_ORDER_DETAILS = (
    "customer_id",
    "store_id",
    "country",
    "status",
    "dispatched_at",
    "delivered_at",
    "returns_order_id",
    "address",
)
_PRODUCT_DETAILS = ("description", "category", "brand", "cost", "attributes", "supplier_id")
_CUSTOMER_DETAILS = ("name", "email", "postcode", "address", "city")


def load_sales(connection: duckdb.DuckDBPyConnection, section: Section) -> None:
    """Takes the table `clean` of a [sales] section into the history."""
    connection.execute(
        f"create or replace temp table sold as select * replace ({kind_of(section.kinds)} as kind) from clean; "
        "update sold set quantity = -abs(quantity) where kind = 'return'"
    )
    connection.execute(
        "create or replace temp table sold_before as "
        "select product_id, max(sold_at) as last_sold from order_lines group by product_id"
    )
    _lines(connection, section)
    _orders(connection)
    _products(connection, section.not_merchandise)
    _people(connection)


def kind_of(kinds: Kinds) -> str:
    """SQL for an order's or line's kind where the source marks one, else null."""
    returned = (
        [f"lower(trim(kind)) in ({', '.join(literal(v) for v in kinds.return_values)})"] if kinds.return_values else []
    )
    if kinds.return_prefix:
        returned.append(f"starts_with(order_id, {literal(kinds.return_prefix)})")
    adjusted = f"starts_with(order_id, {literal(kinds.adjustment_prefix)})" if kinds.adjustment_prefix else "false"
    return f"case when {' or '.join(returned) or 'false'} then 'return' when {adjusted} then 'adjustment' end"


def _lines(connection: duckdb.DuckDBPyConnection, section: Section) -> None:
    """Replaces the lines of every order that came, or joins them: a line then counts as often as on the fuller side."""
    came = f"select {_LINE}, line_number, (file_, row_) as place from sold"
    if section.joins_orders:
        nth = (
            "row_number() over (partition by order_id, product_id, quantity, unit_price, sold_at order by place) as nth"
        )
        known = (
            f"select {_LINE}, line_number, ('', line_number) as place from order_lines "
            "where order_id in (select order_id from sold)"
        )
        came = (
            f"select * from (select *, {nth} from ({known})) union all by name "
            f"select n.* from (select *, {nth} from ({came})) n anti join (select *, {nth} from ({known})) k "
            "on n.order_id = k.order_id and n.product_id = k.product_id and n.quantity = k.quantity "
            "and n.unit_price = k.unit_price and n.sold_at = k.sold_at and n.nth = k.nth"
        )
    numbered = (
        "line_number"
        if section.has("line_number")
        else "row_number() over (partition by order_id order by place)::integer"
    )
    connection.execute(
        f"create or replace temp table new_lines as select order_id, {numbered} as line_number, "
        f"product_id, quantity, unit_price, discount, promotion_id, sold_at from ({came})"
    )
    connection.execute("delete from order_lines where order_id in (select order_id from sold)")
    connection.execute(
        "insert into order_lines by name select * from new_lines order by sold_at, order_id, line_number"
    )


def _orders(connection: duckdb.DuckDBPyConnection) -> None:
    """One order per id; the earliest line says when. An order is a return where all its lines are."""
    details = ", ".join(f"arg_max({name}, sold_at) as {name}" for name in _ORDER_DETAILS)
    connection.execute(
        f"create or replace temp table new_orders as select order_id, {details}, "
        "min(kind) filter (kind = 'adjustment') as adjusted, bool_and(coalesce(kind, '') = 'return') "
        "as returned from sold group by order_id"
    )
    connection.execute("delete from orders where order_id in (select order_id from new_orders)")
    connection.execute(
        "insert into orders by name select n.* exclude (adjusted, returned), l.ordered_at, "
        "coalesce(adjusted, case when returned or l.most < 0 then 'return' else 'sale' end) as kind "
        "from new_orders n join (select order_id, min(sold_at) as ordered_at, max(quantity) as most from order_lines "
        "group by order_id) l using (order_id) order by ordered_at, order_id"
    )


def _products(connection: duckdb.DuckDBPyConnection, not_merchandise: NotMerchandise) -> None:
    """A product's title is its most frequent one, the most recent on a tie; other details are the latest ones."""
    details = ", ".join(f"arg_max({name}, sold_at) as {name}" for name in _PRODUCT_DETAILS)
    connection.execute(
        "create or replace temp table new_products as with titles as ("
        "  select product_id, title, row_number() over (partition by product_id "
        "    order by count(*) desc, max(sold_at) desc, title) as place "
        "  from sold where title is not null group by product_id, title) "
        f"select product_id, t.title, d.* exclude (product_id) from (select product_id, {details}, "
        "  arg_max(list_price, sold_at) as price, max(sold_at) as last_sold from sold group by product_id) d "
        "left join (select product_id, title from titles where place = 1) t using (product_id)"
    )
    # What an older file says never overwrites what a newer one said.
    newer = "(b.last_sold is null or n.last_sold >= b.last_sold)"
    sets = ", ".join(
        f"{name} = case when {newer} then coalesce(n.{name}, products.{name}) else "
        f"coalesce(products.{name}, n.{name}) end"
        for name in ("title", "price", *_PRODUCT_DETAILS)
    )
    odd = is_odd(not_merchandise, "product_id")
    connection.execute(
        f"update products set {sets} from new_products n left join sold_before b using (product_id) "
        "where products.product_id = n.product_id"
    )
    connection.execute(
        "insert into products by name select * exclude (last_sold), true as merchandise from new_products "
        "anti join products using (product_id) order by product_id"
    )
    connection.execute(
        f"update products set merchandise = not ({odd}) where product_id in (select product_id from new_products)"
    )


def is_odd(not_merchandise: NotMerchandise, column: str) -> str:
    """SQL that is true for codes that are not merchandise."""
    tests = []
    if not_merchandise.codes:
        tests.append(f"{column} in ({', '.join(literal(code) for code in not_merchandise.codes)})")
    if not_merchandise.pattern:
        tests.append(f"regexp_full_match({column}, {literal(not_merchandise.pattern)})")
    return " or ".join(tests) or "false"


def _people(connection: duckdb.DuckDBPyConnection) -> None:
    """Customers with their most recent country and details, and stores."""
    details = ", ".join(f"arg_max(customer_{name}, sold_at) as {name}" for name in _CUSTOMER_DETAILS)
    connection.execute(
        f"create or replace temp table new_customers as select customer_id, {details}, c.country from sold "
        "join (select customer_id, arg_max(country, ordered_at) as country from orders group by customer_id) c "
        "using (customer_id) where customer_id is not null group by customer_id, c.country"
    )
    sets = ", ".join(f"{name} = coalesce(n.{name}, customers.{name})" for name in (*_CUSTOMER_DETAILS, "country"))
    connection.execute(f"update customers set {sets} from new_customers n where customers.customer_id = n.customer_id")
    connection.execute(
        "insert into customers by name select * from new_customers anti join customers using "
        "(customer_id) order by customer_id"
    )
    connection.execute(
        "create or replace temp table new_stores as select store_id, arg_max(store_name, sold_at) as name, "
        "arg_max(store_city, sold_at) as city from sold where store_id is not null group by store_id"
    )
    connection.execute(
        "update stores set name = coalesce(n.name, stores.name), city = coalesce(n.city, stores.city) "
        "from new_stores n where stores.store_id = n.store_id"
    )
    connection.execute(
        "insert into stores by name select store_id, coalesce(name, store_id) as name, city from new_stores "
        "anti join stores using (store_id) order by store_id"
    )
