"""The tables of a shop's history and their columns, written once. Knows no data."""

from typing import Final

TABLES: Final[dict[str, dict[str, str]]] = {
    "products": {
        "product_id": "VARCHAR",
        "title": "VARCHAR",
        "description": "VARCHAR",
        "category": "VARCHAR",
        "brand": "VARCHAR",
        "price": "DOUBLE",
        "cost": "DOUBLE",
        "attributes": "VARCHAR",  # JSON object: {"colour": "blue", "material": "cotton", ...}
        "supplier_id": "VARCHAR",
        "pack_size": "DOUBLE",  # units in which the supplier sells it; null: single units
        "merchandise": "BOOLEAN",  # false: postage, fees, adjustments, samples, vouchers
    },
    "stores": {
        "store_id": "VARCHAR",
        "name": "VARCHAR",
        "city": "VARCHAR",
        "country": "VARCHAR",
        "postcode": "VARCHAR",
        "latitude": "DOUBLE",
        "longitude": "DOUBLE",
        "picks_online": "BOOLEAN",  # whether orders without a store are taken from its shelves
    },
    "customers": {
        "customer_id": "VARCHAR",
        "name": "VARCHAR",
        "email": "VARCHAR",
        "postcode": "VARCHAR",
        "address": "VARCHAR",
        "city": "VARCHAR",
        "country": "VARCHAR",
        "joined_on": "DATE",
    },
    "orders": {
        "order_id": "VARCHAR",
        "customer_id": "VARCHAR",  # null: unknown customer
        "store_id": "VARCHAR",  # null: the shop has no stores, or an online order
        "ordered_at": "TIMESTAMP",
        "country": "VARCHAR",
        "kind": "VARCHAR",  # 'sale' or 'return'
        "status": "VARCHAR",  # placed, dispatched, delivered, cancelled, returned; null: not recorded
        "dispatched_at": "TIMESTAMP",
        "delivered_at": "TIMESTAMP",
        "returns_order_id": "VARCHAR",  # a return's original order, where known
        "address": "VARCHAR",
    },
    "order_lines": {
        "order_id": "VARCHAR",
        "line_number": "INTEGER",
        "product_id": "VARCHAR",
        "quantity": "DOUBLE",  # negative on returns
        "unit_price": "DOUBLE",  # what was paid for one unit, discount already taken off
        "discount": "DOUBLE",  # money taken off one unit
        "promotion_id": "VARCHAR",
        "sold_at": "TIMESTAMP",
    },
    "inventory": {
        "store_id": "VARCHAR",
        "product_id": "VARCHAR",
        "on_hand": "DOUBLE",
        "on_order": "DOUBLE",
        "lead_time_days": "DOUBLE",
        "counted_on": "DATE",
    },
    "stock_counts": {  # what was on hand at the close of earlier days, however often the shop counts
        "store_id": "VARCHAR",
        "product_id": "VARCHAR",
        "counted_on": "DATE",
        "on_hand": "DOUBLE",
    },
    "stock_outs": {  # spans without stock, both days included; ends_on null: still out
        "store_id": "VARCHAR",
        "product_id": "VARCHAR",
        "starts_on": "DATE",
        "ends_on": "DATE",
    },
    "suppliers": {
        "supplier_id": "VARCHAR",
        "name": "VARCHAR",
        "lead_time_days": "DOUBLE",
        "lead_time_sd_days": "DOUBLE",
        "minimum_order_quantity": "DOUBLE",  # units per product and order
        "order_cost": "DOUBLE",  # money per order placed
    },
    "promotions": {  # one row per promotion and product or category it covers
        "promotion_id": "VARCHAR",
        "name": "VARCHAR",
        "starts_on": "DATE",
        "ends_on": "DATE",  # last day included
        "product_id": "VARCHAR",
        "category": "VARCHAR",
        "discount": "DOUBLE",  # share of the price, 0.2 = 20 % off
        "channel": "VARCHAR",
    },
    "offers_sent": {  # who got an offer, and who was held out of it: what an offer changes is learnt from both
        "offer_id": "VARCHAR",
        "customer_id": "VARCHAR",
        "sent_on": "DATE",
        "got_it": "BOOLEAN",  # false: held out, drawn by chance
        "discount": "DOUBLE",  # share of the price, 0.1 = 10 % off
        "channel": "VARCHAR",
    },
    "contracts": {  # contract shops: who has left, and what is known of everyone's contract
        "customer_id": "VARCHAR",
        "has_left": "BOOLEAN",
        "attributes": "VARCHAR",  # JSON object: {"tenure": "12", "contract": "two years", ...}
    },
    "price_changes": {
        "product_id": "VARCHAR",
        "effective_on": "DATE",
        "price": "DOUBLE",
    },
    "reviews": {
        "review_id": "VARCHAR",
        "product_id": "VARCHAR",
        "customer_id": "VARCHAR",
        "reviewed_on": "DATE",
        "rating": "INTEGER",
        "title": "VARCHAR",
        "text": "VARCHAR",
    },
    "competitor_prices": {
        "competitor": "VARCHAR",
        "product_id": "VARCHAR",
        "price": "DOUBLE",
        "observed_on": "DATE",
    },
    "postcodes": {  # where addresses lie: a row for a whole postcode, or for its first part ("LS12")
        "postcode": "VARCHAR",
        "latitude": "DOUBLE",
        "longitude": "DOUBLE",
    },
    "delivery_windows": {  # when an order may be brought, whatever the day; null: any time
        "order_id": "VARCHAR",
        "opens": "VARCHAR",  # time of day, "09:00"
        "closes": "VARCHAR",
    },
    "variants": {  # which products are one product in several colours, sizes ...
        "product_id": "VARCHAR",
        "variant_of": "VARCHAR",  # id of the product that has variants
        "name": "VARCHAR",  # of that product: "T-Shirt"
        "available": "BOOLEAN",  # null: the stock levels tell
    },
    "payment_methods": {
        "payment_method_id": "VARCHAR",
        "customer_id": "VARCHAR",
        "kind": "VARCHAR",  # gift_card, credit_card, paypal, ...
        "brand": "VARCHAR",
        "last_four": "VARCHAR",
        "balance": "DOUBLE",  # of a gift card; null else
    },
    "payments": {
        "order_id": "VARCHAR",
        "payment_number": "INTEGER",
        "kind": "VARCHAR",  # 'payment' or 'refund'
        "amount": "DOUBLE",
        "payment_method_id": "VARCHAR",
    },
    "shipments": {  # one row per parcel and line of the order that it holds
        "order_id": "VARCHAR",
        "shipment_number": "INTEGER",
        "tracking_id": "VARCHAR",
        "line_number": "INTEGER",
    },
    "rejected": {  # every source row that a cleaning rule took, with its reason
        "source": "VARCHAR",
        "row_number": "BIGINT",
        "rule": "VARCHAR",
        "reason": "VARCHAR",
        "row": "VARCHAR",  # the source row as JSON
    },
    "imports": {
        "source": "VARCHAR",
        "file": "VARCHAR",
        "imported_at": "TIMESTAMP",
        "rows_read": "BIGINT",
        "rows_kept": "BIGINT",
    },
}

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "products": ("product_id",),
    "stores": ("store_id",),
    "customers": ("customer_id",),
    "orders": ("order_id",),
    "order_lines": ("order_id", "line_number"),
    "inventory": ("store_id", "product_id"),
    "stock_counts": ("store_id", "product_id", "counted_on"),
    "stock_outs": ("store_id", "product_id", "starts_on"),
    "suppliers": ("supplier_id",),
    "promotions": ("promotion_id", "product_id", "category"),
    "offers_sent": ("offer_id", "customer_id"),
    "contracts": ("customer_id",),
    "price_changes": ("product_id", "effective_on"),
    "reviews": ("review_id",),
    "competitor_prices": ("competitor", "product_id", "observed_on"),
    "postcodes": ("postcode",),
    "delivery_windows": ("order_id",),
    "variants": ("product_id",),
    "payment_methods": ("payment_method_id",),
    "payments": ("order_id", "payment_number"),
    "shipments": ("order_id", "shipment_number", "line_number"),
}

# Every figure of a report comes from this view: merchandise lines with a price, returns negative.
SALES_VIEW: Final = """
create or replace view sales as
select l.order_id, l.line_number, o.customer_id, o.store_id, l.sold_at, o.country, o.kind, l.product_id, p.title,
       p.category, l.quantity, l.unit_price, l.quantity * l.unit_price as value, l.discount, l.promotion_id
from order_lines l
join orders o on o.order_id = l.order_id
join products p on p.product_id = l.product_id
where p.merchandise and l.unit_price > 0
"""
