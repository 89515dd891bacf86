"""What people say -> product, customer, store, category, country, period. Asks when two readings are close.

Knows the shop's names, read once from the warehouse; knows nothing of tools or of the language model.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from analytics.warehouse import Warehouse
from assistant.country_names import COUNTRY_ALIASES
from assistant.errors import BadCall, NotFound, Unclear
from assistant.name_index import NameIndex, fold
from assistant.periods import Clock, Horizon, Period
from assistant.shop_things import Customer, Product, Store
from assistant.wording import day, listed


class Resolver:
    """Finds what was meant among the shop's own names, or says why it cannot."""

    def __init__(self, warehouse: Warehouse, as_of: date) -> None:
        self._warehouse = warehouse
        self.as_of = as_of

    def product(self, said: str) -> Product:
        """The product called so, by id, title or enough words of its title.

        Raises:
            NotFound: nothing is called like that.
            Unclear: several products fit equally well.
        """
        text = re.sub(
            r"(?i)^(?:the |our |your |a |an |some )?"
            r"(?:product |item |stock |article )?(?:code |number |id |sku |no\.? )?#?",
            "",
            said.strip(),
        )
        row = self._product_index.find(said) if not text else self._product_index.find(text)
        return self._products_by_id[self._one(row, said, "product", self._product_titles)]

    def products(self, said: Sequence[str]) -> list[Product]:
        """Each of several products; see `product`."""
        return [self.product(each) for each in said]

    def product_by_id(self, product_id: str) -> Product | None:
        """The product with exactly this id."""
        return self._products_by_id.get(product_id)

    def customer(self, said: str) -> Customer:
        """The customer with this id or name.

        Raises:
            NotFound: there is no such customer.
            Unclear: several customers have the name.
        """
        text = re.sub(
            r"(?i)^(?:the )?(?:customer|client|shopper|mr\.?|mrs\.?|ms\.?|miss)\s+(?:number |no\.? |id )?#?",
            "",
            said.strip(),
        )
        found = self._customer_index.find(text)
        names = {key: self._customers_by_id[key].name or key for key in found}
        return self._customers_by_id[self._one(found, said, "customer", names)]

    def customer_by_id(self, customer_id: str) -> Customer:
        """The customer with exactly this id: who somebody is is never guessed.

        Raises:
            NotFound: there is no such customer.
        """
        found = self._customers_by_id.get(customer_id.strip())
        if found is None:
            raise NotFound(
                f"Expected the id of one of the shop's customers; there is none with the id {customer_id!r}."
            )
        return found

    def store(self, said: str) -> Store:
        """The store with this id, name or city.

        Raises:
            NotFound: there is no such store, or the shop has none at all.
            Unclear: several stores fit.
        """
        if not self._stores_by_id:
            raise NotFound("This shop's history names no stores, so I can't look at a single one.")
        text = re.sub(r"(?i)^(?:the |our )?|(?: store| shop| branch)$", "", said.strip())
        found = self._store_index.find(text)
        names = {key: each.name for key, each in self._stores_by_id.items()}
        if not found:
            raise NotFound(f"There is no store called {said!r}; the stores are {listed(sorted(names.values()))}.")
        return self._stores_by_id[self._one(found, said, "store", names)]

    def category(self, said: str) -> str:
        """The category called so.

        Raises:
            NotFound: there is no such category, or the shop has none at all.
            Unclear: several categories fit.
        """
        if not self.categories:
            raise NotFound(
                "This shop's products have no categories: import them with the products table "
                "(`retail-assistant ingest csv`, column `category`)."
            )
        text = re.sub(
            r"(?i)^(?:the |our |all )?|(?: category| section| department| range| aisle| products| items)$",
            "",
            said.strip(),
        )
        found = self._category_index.find(text)
        if not found:
            raise NotFound(f"There is no category called {said!r}; the categories are {listed(self.categories)}.")
        return self._one(found, said, "category", {name: name for name in self.categories})

    def country(self, said: str) -> str:
        """The country called so, as the history writes it.

        Raises:
            NotFound: no order came from there.
        """
        text = fold(re.sub(r"(?i)^the ", "", said.strip()))
        by_alias = self._country_by_name.get(text)
        if by_alias:
            return by_alias
        found = self._country_index.find(text)
        if not found:
            raise NotFound(f"No orders from {said!r} are in the history; it knows {listed(self.countries)}.")
        return self._one(found, said, "country", {name: name for name in self.countries})

    def period(self, said: str | None, default: str = "last month") -> Period:
        """The days that were meant; `default` where nothing was said.

        Raises:
            BadCall: the words name no period, or one outside the history.
        """
        period = self.clock.period(said or default)
        if period is None:
            raise BadCall(
                f"I couldn't read {said!r} as a period; say for example 'last month', 'February {self.as_of.year}', "
                f"'the last 4 weeks' or '{self.clock.first} to {self.as_of}'."
            )
        if period.start > self.as_of or period.end < self.clock.first:
            raise BadCall(
                f"The history covers {day(self.clock.first)} to {day(self.as_of)}; {period.label} lies outside it."
            )
        return period

    def earlier(self, period: Period, said: str) -> Period:
        """The period to compare with ("the month before", "last year", "January 2011").

        Raises:
            BadCall: the words name no period.
        """
        found = self.clock.earlier(period, said)
        if found is None:
            raise BadCall(
                f"I couldn't read {said!r} as a period to compare with; say 'the month before' or 'last year'."
            )
        return found

    def horizon(self, said: str | None, default: str = "next 4 weeks") -> Horizon:
        """The days ahead that were meant; `default` where nothing was said.

        Raises:
            BadCall: the words name no time ahead.
        """
        horizon = self.clock.horizon(said or default)
        if horizon is None:
            raise BadCall(
                f"I couldn't read {said!r} as a time after {day(self.as_of)}; say for example 'the next 4 weeks', "
                "'next month' or 'until the end of the year'."
            )
        return horizon

    @cached_property
    def clock(self) -> Clock:
        """The shop's today and its first day."""
        return Clock(self.as_of, self._warehouse.span()[0])

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The shop's categories."""
        return tuple(sorted({each.category for each in self._products_by_id.values() if each.category}))

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The countries that orders came from."""
        orders = self._warehouse.table("orders")
        frame = self._warehouse.frame(orders.select("country").distinct())
        return tuple(sorted(frame["country"].dropna()))

    @cached_property
    def stores(self) -> tuple[Store, ...]:
        """The shop's stores."""
        return tuple(self._stores_by_id.values())

    def titles_in(self, text: str) -> list[tuple[str, str]]:
        """Products whose whole title stands in a text: (product id, the words as they stand there)."""
        return self._product_index.mentions(text)

    def in_titles(self, word: str) -> bool:
        """Whether a word stands in the title of a product, whatever its ending."""
        return self._product_index.knows_word(word)

    def name_places(self, text: str) -> list[tuple[int, int, str]]:
        """Where whole names of the shop's things stand in a text: (begin, end, kind), longest first, none twice."""
        indexes = (
            ("product", self._product_index, 2),
            ("store", self._store_names, 1),
            ("category", self._category_index, 1),
            ("country", self._country_index, 1),
        )
        found = [(start, end, kind) for kind, index, fewest in indexes for start, end, _ in index.places(text, fewest)]
        found.sort(key=lambda place: place[0] - place[1])
        kept: list[tuple[int, int, str]] = []
        for start, end, kind in found:
            if all(end <= first or last <= start for first, last, _ in kept):
                kept.append((start, end, kind))
        return kept

    def named_in(self, text: str) -> dict[str, str]:
        """Things of the shop whose whole name stands in a text: kind -> name, products first."""
        folded = f" {fold(text)} "
        found: dict[str, str] = {}
        titles = self.titles_in(text)
        if titles:
            found["product"] = titles[0][0]
        stores = [store.name for store in self.stores]
        for kind, names in (("store", stores), ("country", self.countries), ("category", self.categories)):
            for name in sorted(names, key=len, reverse=True):
                if f" {fold(name)} " in folded:
                    found.setdefault(kind, name)
        return found

    def _one(self, found: Sequence[str], said: str, kind: str, names: dict[str, str]) -> str:
        if not found:
            raise NotFound(f"I found no {kind} called {said!r} in this shop.")
        if len(found) > 1:
            choices = tuple(f"{names[key]} ({key})" if names[key] != key else key for key in found[:5])
            raise Unclear(f"Which {kind} do you mean by {said!r}: {listed(choices, 'or')}?", choices)
        return found[0]

    @cached_property
    def _products_by_id(self) -> dict[str, Product]:
        products = self._warehouse.table("products")
        wanted = products.filter(products.merchandise).select("product_id", "title", "category", "price", "cost")
        frame = self._warehouse.frame(wanted)
        return {
            row[0]: Product(row[0], row[1] or row[0], _text(row[2]), _figure(row[3]), _figure(row[4]))
            for row in frame.itertuples(index=False, name=None)
        }

    @cached_property
    def _product_titles(self) -> dict[str, str]:
        return {key: each.title for key, each in self._products_by_id.items()}

    @cached_property
    def _product_index(self) -> NameIndex:
        sales = self._warehouse.table("sales")
        sold = self._warehouse.frame(sales.group_by("product_id").aggregate(orders=sales.order_id.nunique()))
        popularity = dict(zip(sold["product_id"], sold["orders"].astype(float), strict=True))
        return NameIndex(self._product_titles, popularity)

    @cached_property
    def _customers_by_id(self) -> dict[str, Customer]:
        frame = self._warehouse.frame(self._warehouse.table("customers").select("customer_id", "name"))
        return {row[0]: Customer(row[0], _text(row[1])) for row in frame.itertuples(index=False, name=None)}

    @cached_property
    def _customer_index(self) -> NameIndex:
        return NameIndex({key: each.name or key for key, each in self._customers_by_id.items()}, strict=True)

    @cached_property
    def _stores_by_id(self) -> dict[str, Store]:
        frame = self._warehouse.frame(self._warehouse.table("stores").select("store_id", "name"))
        return {row[0]: Store(row[0], row[1] or row[0]) for row in frame.itertuples(index=False, name=None)}

    @cached_property
    def _store_index(self) -> NameIndex:
        frame = self._warehouse.frame(self._warehouse.table("stores").select("store_id", "name", "city"))
        return NameIndex(
            {row[0]: f"{row[1]} {_text(row[2]) or ''}" for row in frame.itertuples(index=False, name=None)}
        )

    @cached_property
    def _store_names(self) -> NameIndex:
        """By name alone, without the town that `store` reads, too."""
        return NameIndex({key: store.name for key, store in self._stores_by_id.items()})

    @cached_property
    def _category_index(self) -> NameIndex:
        return NameIndex({name: name for name in self.categories})

    @cached_property
    def _country_index(self) -> NameIndex:
        return NameIndex({name: name for name in self.countries}, strict=True)

    @cached_property
    def _country_by_name(self) -> dict[str, str]:
        names = {fold(name): name for name in self.countries}
        for country, aliases in COUNTRY_ALIASES.items():
            if country in self.countries:
                for alias in _alias_phrases(aliases):
                    names.setdefault(fold(alias), country)
        return names


_PHRASES = (
    "great britain|the british|united states of america|united states|republic of ireland|the netherlands"
    "|south african|south africa"
)


def _alias_phrases(aliases: str) -> list[str]:
    return re.findall(rf"{_PHRASES}|\S+", aliases)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _figure(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
