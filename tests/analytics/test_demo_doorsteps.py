"""Where the demo shop's customers live, and when its open orders may be brought."""

import pandas as pd

from analytics.demo.doorsteps import delivery_windows, postcodes
from analytics.demo.people import TOWNS
from analytics.demo.settings import STORES, DemoSettings
from analytics.supply import Place, minutes_of


def test_every_district_of_the_customers_has_a_place_near_its_store():
    places = postcodes().set_index("postcode")
    for town, districts, store, _ in TOWNS:
        for district in districts.split():
            here = Place(district, *places.loc[district])
            if store < len(STORES):
                near = STORES[store]
                km = here.km_to(Place(near.name, near.latitude, near.longitude))
                assert km < 60, (town, district, km)
    assert len(places) == sum(len(districts.split()) for _, districts, _, _ in TOWNS)


def test_about_half_of_the_open_orders_ask_for_a_time_and_the_same_ones_each_time():
    orders = pd.DataFrame(
        {
            "order_id": [str(i) for i in range(400)],
            "status": ["placed"] * 300 + ["delivered"] * 100,
            "store_id": [None] * 200 + ["S1"] * 100 + [None] * 100,
        }
    )
    found = delivery_windows(orders, DemoSettings())
    assert 70 < len(found) < 130  # of 200 that are open and to be sent
    assert set(found["order_id"]) <= {str(i) for i in range(200)}
    assert all(minutes_of(a) < minutes_of(b) for a, b in zip(found["opens"], found["closes"], strict=True))
    assert found.equals(delivery_windows(orders, DemoSettings()))
    assert delivery_windows(orders.iloc[200:], DemoSettings()).empty
