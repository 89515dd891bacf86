"""The shop's own system reports an order and hears which offers it calls for."""

from datetime import date
from types import SimpleNamespace

from fastapi.testclient import TestClient

from analytics.offer_triggers import DueOffer
from ui.access import Access
from ui.api import build_api
from ui.api_access import Doorman
from ui.visitors import Visitors

TOKEN = {"Authorization": "Bearer s3cret"}
ORDER = {"order_id": "O1", "customer_id": "C9", "products": ["tea"]}


class Triggers:
    """Every order calls for a welcome."""

    def on_order(self, customer_id, products, day):
        return (DueOffer("welcome", customer_id, tuple(products), 0.05, date(2024, 12, 31), None, 0.0),)


def client(shop, announced):
    def announce(kind, key, customer_id, body):
        new = key not in announced
        announced.setdefault(key, (kind, customer_id, body))
        return new

    shop.triggers = Triggers()
    shop.records.announce = announce
    access = Access(loopback=False, password="s3cret")
    return TestClient(build_api(shop, access, Doorman(access), Visitors(shop)), base_url="http://127.0.0.1:7860",
                      raise_server_exceptions=False)  # fmt: skip


def test_an_order_brings_its_offers_once(shop):
    announced = {}
    api = client(shop, announced)
    first = api.post("/orders", json=ORDER, headers=TOKEN)
    assert first.status_code == 201
    body = first.json()
    assert body["new"] == 1
    assert (body["offers"][0]["offer"], body["offers"][0]["products"]) == ("welcome", ["TEA"])
    assert api.post("/orders", json=ORDER, headers=TOKEN).json()["new"] == 0
    assert [kind for kind, _, _ in announced.values()] == ["offer.due"]


def test_nobody_but_staff_may_report_orders(shop):
    announced = {}
    assert client(shop, announced).post("/orders", json=ORDER).status_code == 401
    assert not announced


def test_an_order_without_products_is_refused(shop):
    announced: dict[str, SimpleNamespace] = {}
    refused = client(shop, announced).post("/orders", json={**ORDER, "products": []}, headers=TOKEN)
    assert refused.status_code == 422
    assert not announced
