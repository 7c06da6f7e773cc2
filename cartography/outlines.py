"""Outlines of the départements: which one a point is in, and how far it is from one it should be in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path

from cartography.distance import KM_PER_DEGREE

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Outline:
    """A département's outer rings, and the box that holds them.

    Attributes:
        rings: closed lines of (longitude, latitude); holes are left out, none of a département's matters here.
        box: least and greatest longitude, least and greatest latitude.
    """

    rings: tuple[Ring, ...]
    box: tuple[float, float, float, float]

    @classmethod
    def of(cls, rings: Iterable[Ring]) -> Outline:
        """Make an outline of its rings.

        >>> square = Outline.of([((0, 0), (2, 0), (2, 2), (0, 2), (0, 0))])
        >>> square.box, square.holds(1, 1), square.holds(1, 3)
        ((0, 2, 0, 2), True, False)
        """
        kept = tuple(rings)
        longitudes = [x for ring in kept for x, _ in ring]
        latitudes = [y for ring in kept for _, y in ring]
        return cls(kept, (min(longitudes), max(longitudes), min(latitudes), max(latitudes)))

    def holds(self, latitude: float, longitude: float) -> bool:
        """Tell whether a point is inside."""
        west, east, south, north = self.box
        if not (west <= longitude <= east and south <= latitude <= north):
            return False
        crossings = 0
        for (x1, y1), (x2, y2) in self._edges():
            if (y1 > latitude) != (y2 > latitude):
                crossings += longitude < x1 + (latitude - y1) * (x2 - x1) / (y2 - y1)
        return crossings % 2 == 1

    def distance_km(self, latitude: float, longitude: float) -> float:
        """Return how far a point is from the outline, 0 inside; good to a few percent near it.

        >>> square = Outline.of([((0, 0), (2, 0), (2, 2), (0, 2), (0, 0))])
        >>> square.distance_km(1, 1), round(square.distance_km(1, 3))
        (0.0, 111)
        """
        if self.holds(latitude, longitude):
            return 0.0
        narrow = cos(radians(latitude))
        degrees = min(
            _to_segment((x1 - longitude) * narrow, y1 - latitude, (x2 - longitude) * narrow, y2 - latitude)
            for (x1, y1), (x2, y2) in self._edges()
        )
        return degrees * KM_PER_DEGREE

    def centre(self) -> tuple[float, float]:
        """Return the centroid (latitude, longitude) of the largest ring.

        >>> Outline.of([((0, 0), (2, 0), (2, 4), (0, 4), (0, 0))]).centre()
        (2.0, 1.0)
        """
        return max((_centroid(ring) for ring in self.rings), key=lambda found: found[0])[1:]

    def _edges(self) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
        for ring in self.rings:
            yield from pairwise(ring)


def _to_segment(x1: float, y1: float, x2: float, y2: float) -> float:
    """Return the distance of the origin to a segment."""
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, -(x1 * dx + y1 * dy) / length))
    return hypot(x1 + along * dx, y1 + along * dy)


def _centroid(ring: Ring) -> tuple[float, float, float]:
    """Return twice the area, then the centroid's latitude and longitude; a flat ring is at its first point."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = x1 * y2 - x2 * y1
        area += cross
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    if area == 0:
        return 0.0, ring[0][1], ring[0][0]
    return abs(area), y / (3 * area), x / (3 * area)


def load_outlines(path: Path) -> dict[str, Outline]:
    """Return the outline of each département code of a GeoJSON file.

    Args:
        path: features of type Polygon or MultiPolygon with a property `code`.
    """
    found = {}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        rings = [tuple((float(x), float(y)) for x, y, *_ in polygon[0]) for polygon in polygons]
        found[feature["properties"]["code"]] = Outline.of(rings)
    return found
