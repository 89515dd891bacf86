"""Places with coordinates and the road between them. Knows geometry, no map service and no shop."""

import math
from dataclasses import dataclass

ROAD_FACTOR = 1.3  # roads are longer than the straight line
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Place:
    """A place with coordinates in degrees.

    Raises:
        ValueError: the coordinates are none on this earth.
    """

    name: str
    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError(
                f"{self.name}: expected a latitude between -90 and 90 and a longitude between -180 and 180, got "
                f"{self.latitude:g} and {self.longitude:g}. Were the two exchanged?"
            )

    def km_to(self, other: "Place") -> float:
        """Road distance, estimated from the great circle."""
        one, two = math.radians(self.latitude), math.radians(other.latitude)
        half = math.radians(other.longitude - self.longitude) / 2
        chord = math.sin((two - one) / 2) ** 2 + math.cos(one) * math.cos(two) * math.sin(half) ** 2
        return ROAD_FACTOR * 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))
