"""Control charts: which values of a series stand out from the others beyond chance and usual unrest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

LIMIT = 3.0
FEWEST_VALUES = 6
"""Of fewer values nobody can tell what is usual."""


@dataclass(frozen=True)
class Chart:
    """A series with what was to be expected, its limits and how far each value lies out, in standard errors.

    ``values``, ``usual``, ``low``, ``high`` and ``z`` float64[n].
    """

    values: NDArray[np.float64]
    usual: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    z: NDArray[np.float64]

    def out(self, limit: float = LIMIT) -> NDArray[np.bool_]:
        """Which values lie more than ``limit`` standard errors out, bool[n]."""
        return np.abs(self.z) > limit


def share_chart(
    hits: NDArray[np.float64], counts: NDArray[np.float64], seasons: NDArray[np.int64] | None = None
) -> Chart:
    """Shares ``hits / counts`` (Laney's p′ chart, 2002: the usual unrest between values widens the limits).

    ``seasons`` int64[n]: values with the same number, as those of one month in several years, are held
    against each other, and only those that stand alone against all.
    """
    counts = np.maximum(counts, 1.0)

    def error(usual: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sqrt(np.maximum(usual * (1 - usual), 1e-9) * spread)

    return _chart(hits / counts, counts, float(hits.sum() / counts.sum()), error, (0.0, 1.0), seasons)


def mean_chart(
    sums: NDArray[np.float64],
    squares: NDArray[np.float64],
    counts: NDArray[np.float64],
    seasons: NDArray[np.int64] | None = None,
) -> Chart:
    """Means ``sums / counts`` of values whose squares add up to ``squares``, with limits in the same way."""
    counts = np.maximum(counts, 1.0)
    inside = np.maximum(squares / counts - (sums / counts) ** 2, 1e-9)
    variance = float((inside * counts).sum() / counts.sum())

    def error(usual: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sqrt(variance * spread)

    return _chart(sums / counts, counts, float(sums.sum() / counts.sum()), error, (-np.inf, np.inf), seasons)


_Error: TypeAlias = "Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]"
"""Values to be expected and the sums of 1 / counts behind each difference → standard errors."""


def _chart(
    values: NDArray[np.float64],
    counts: NDArray[np.float64],
    mean: float,
    error: _Error,
    bounds: tuple[float, float],
    seasons: NDArray[np.int64] | None,
) -> Chart:
    middle = float(np.median(values)) if len(values) >= FEWEST_VALUES else mean
    usual = np.full(len(values), middle)
    chart = _with_limits(values, usual, error(usual, 1 / counts), bounds)
    if seasons is None:
        return chart
    _, season_of, years = np.unique(seasons, return_inverse=True, return_counts=True)
    if years.max() == 1:
        return chart
    usual, spread = usual.copy(), 1 / counts
    for season in np.flatnonzero(years > 1).tolist():
        mine = np.flatnonzero(season_of == season)
        # Of two years the other one; of more the middle one, which an odd year does not move.
        usual[mine] = values[mine[::-1]] if len(mine) == 2 else np.median(values[mine])
        spread[mine] += 1 / np.median(counts[mine])
    by_season = _with_limits(values, usual, error(usual, spread), bounds)
    # Of two unlike years nothing tells which is odd, but all the other months.
    two = years[season_of] == 2
    return Chart(
        values,
        usual,
        np.where(two, np.minimum(by_season.low, chart.low), by_season.low),
        np.where(two, np.maximum(by_season.high, chart.high), by_season.high),
        np.where(two & (np.abs(chart.z) < np.abs(by_season.z)), chart.z, by_season.z),
    )


def _with_limits(
    values: NDArray[np.float64],
    usual: NDArray[np.float64],
    error: NDArray[np.float64],
    bounds: tuple[float, float],
) -> Chart:
    z = (values - usual) / error
    unrest = 1.0
    if len(z) >= FEWEST_VALUES:
        # The median of moving ranges, so that the values that stand out do not widen their own limits.
        unrest = max(1.0, float(np.median(np.abs(np.diff(z)))) / 0.9539)
    half = LIMIT * error * unrest
    return Chart(values, usual, np.maximum(usual - half, bounds[0]), np.minimum(usual + half, bounds[1]), z / unrest)
