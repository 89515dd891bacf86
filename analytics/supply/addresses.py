"""Where an address lies: by its postcode, by the first part of its postcode, or by the store in its town.

Knows the tables `postcodes` and `stores`; asks no map service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analytics.supply.places import Place
from analytics.warehouse import Warehouse

By = Literal["postcode", "town"]


@dataclass(frozen=True)
class Addresses:
    """Coordinates in degrees, (latitude, longitude).

    Attributes:
        postcodes: by postcode or its first part, in capitals without spaces.
        towns: by town, in lower case.
    """

    postcodes: Mapping[str, tuple[float, float]]
    towns: Mapping[str, tuple[float, float]]

    @classmethod
    def of(cls, warehouse: Warehouse) -> "Addresses":
        """Reads the shop's tables; rows without coordinates count as absent."""
        codes = warehouse.frame(warehouse.table("postcodes")).dropna()
        stores = warehouse.frame(warehouse.table("stores")).sort_values("store_id")
        stores = stores.dropna(subset=["latitude", "longitude"])
        found = {
            _plain(row["postcode"]): (float(row["latitude"]), float(row["longitude"]))
            for row in codes.to_dict("records")
        }
        towns: dict[str, tuple[float, float]] = {}
        for row in stores.to_dict("records"):
            place = (float(row["latitude"]), float(row["longitude"]))
            if isinstance(row["city"], str):
                towns.setdefault(row["city"].lower(), place)
            if isinstance(row["postcode"], str):
                found.setdefault(_plain(row["postcode"]), place)
        return cls(found, towns)

    def locate(self, name: str, postcode: str | None, town: str | None) -> tuple[Place, By] | None:
        """The place of an address, and what it was found by; None where it is not known.

        Args:
            name: what the place is called afterwards.
            postcode: whole, as written on the address.
            town: where the postcode is not known.
        """
        code = (postcode or "").upper()
        for part in (_plain(code), code.split(" ")[0]):
            if part in self.postcodes:
                return Place(name, *self.postcodes[part]), "postcode"
        if town and town.lower() in self.towns:
            return Place(name, *self.towns[town.lower()]), "town"
        return None


def _plain(postcode: object) -> str:
    return "".join(str(postcode).upper().split())
