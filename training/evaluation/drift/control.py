"""Control charts: which values of a series stand out from the others beyond chance and usual unrest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIMIT = 3.0
FEWEST_VALUES = 6
"""Of fewer values nobody can tell what is usual."""


@dataclass(frozen=True)
class Chart:
    """A series with its centre, its limits and how far each value lies out, in standard errors.

    ``low``, ``high`` and ``z`` float64[n].
    """

    values: NDArray[np.float64]
    centre: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    z: NDArray[np.float64]

    def out(self, limit: float = LIMIT) -> NDArray[np.bool_]:
        """Which values lie more than ``limit`` standard errors out, bool[n]."""
        return np.abs(self.z) > limit


def share_chart(hits: NDArray[np.float64], counts: NDArray[np.float64]) -> Chart:
    """Shares ``hits / counts`` (Laney's p′ chart, 2002: the usual unrest between values widens the limits)."""
    counts = np.maximum(counts, 1.0)
    centre = _usual(hits / counts, hits.sum() / counts.sum())
    error = np.sqrt(max(centre * (1 - centre), 1e-9) / counts)
    return _chart(hits / counts, centre, error, 0.0, 1.0)


def mean_chart(sums: NDArray[np.float64], squares: NDArray[np.float64], counts: NDArray[np.float64]) -> Chart:
    """Means ``sums / counts`` of values whose squares add up to ``squares``, with limits in the same way."""
    counts = np.maximum(counts, 1.0)
    centre = _usual(sums / counts, sums.sum() / counts.sum())
    inside = np.maximum(squares / counts - (sums / counts) ** 2, 1e-9)
    variance = float((inside * counts).sum() / counts.sum())
    return _chart(sums / counts, centre, np.sqrt(variance / counts), -np.inf, np.inf)


def _usual(values: NDArray[np.float64], mean: float) -> float:
    """The middle value, which a few odd ones do not move; of few values, the mean."""
    return float(np.median(values)) if len(values) >= FEWEST_VALUES else float(mean)


def _chart(values: NDArray[np.float64], centre: float, error: NDArray[np.float64], least: float, most: float) -> Chart:
    z = (values - centre) / error
    unrest = 1.0
    if len(z) >= FEWEST_VALUES:
        # The median of moving ranges, so that the values that stand out do not widen their own limits.
        unrest = max(1.0, float(np.median(np.abs(np.diff(z)))) / 0.9539)
    half = LIMIT * error * unrest
    return Chart(values, centre, np.maximum(centre - half, least), np.minimum(centre + half, most), z / unrest)
