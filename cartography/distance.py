"""Distance on the globe, for one point or a column of them."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

EARTH_KM = 6371.0
KM_PER_DEGREE = 111.2

Numbers = npt.NDArray[np.floating]


@overload
def distance_km(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float: ...
@overload
def distance_km(a_lat: float, a_lon: float, b_lat: Numbers, b_lon: Numbers) -> Numbers: ...
def distance_km(a_lat: float, a_lon: float, b_lat: float | Numbers, b_lon: float | Numbers) -> float | Numbers:
    """Return the great-circle distance between two points (haversine), in kilometres.

    Args:
        a_lat: latitude of the first point, in decimal degrees.
        a_lon: its longitude.
        b_lat: latitude of the second point, or an array of them; nan gives nan.
        b_lon: longitude of the second point, or an array as long.

    >>> round(distance_km(48.8566, 2.3522, 45.7640, 4.8357), 1)  # Paris, Lyon
    391.5
    >>> distance_km(48.8566, 2.3522, np.array([48.8566, 45.7640]), np.array([2.3522, 4.8357])).round(1).tolist()
    [0.0, 391.5]
    """
    first, second = np.radians(a_lat), np.radians(b_lat)
    half_lat, half_lon = (second - first) / 2, np.radians(np.subtract(b_lon, a_lon)) / 2
    square = np.sin(half_lat) ** 2 + np.cos(first) * np.cos(second) * np.sin(half_lon) ** 2
    # Rounding may take the square of antipodes above 1.
    found = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(square, 1.0)))
    return found if isinstance(found, np.ndarray) else float(found)
