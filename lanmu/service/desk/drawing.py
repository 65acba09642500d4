"""Charts as geometry, in units that are pixels where there is room; the templates write them as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from lanmu.service.desk.languages import Wording
from lanmu.service.store.statistics import Period

WIDE, NARROW, HEIGHT = 1200.0, 580.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 20.0, 12.0, 30.0
LABEL_WIDTH = 92.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; ``what`` is the category or kind it stands for, ``period`` and ``count`` what it shows."""

    x: float
    y: float
    width: float
    height: float
    what: str
    period: str
    count: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis with its text."""

    at: float
    text: str


@dataclass(frozen=True)
class Drawing:
    """Boxes or a line between two axes; ``dots`` are (x, y, period, value)."""

    boxes: tuple[Box, ...] = ()
    line: str = ""
    dots: tuple[tuple[float, float, str, float], ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    width: float = WIDE
    height: float = HEIGHT
    left: float = LEFT
    base: float = HEIGHT - BOTTOM

    @property
    def right(self) -> float:
        return self.width - RIGHT


def stacked_bars(periods: Sequence[Period], order: Sequence[str], t: Wording) -> Drawing:
    """A bar a period, its categories stacked in their order."""
    top, step = scale(max((period.articles for period in periods), default=0))
    boxes: list[Box] = []
    slot = _slot(WIDE, len(periods))
    width = max(1.0, min(slot * 0.78, 64.0))
    for i, period in enumerate(periods):
        x, y = LEFT + slot * i + (slot - width) / 2, HEIGHT - BOTTOM
        for category in order:
            count = period.categories.get(category, 0)
            if count:
                height = count / top * (HEIGHT - TOP - BOTTOM)
                y -= height
                boxes.append(Box(x, y, width, height, category, t.short_day(period.name), count))
    return Drawing(tuple(boxes), x_ticks=_period_ticks(periods, t, WIDE), y_ticks=_count_ticks(top, step))


def share_line(periods: Sequence[Period], t: Wording) -> Drawing:
    """The share of each period's articles that went to review, as a line; periods without articles are left out."""
    slot = _slot(NARROW, len(periods))
    dots = tuple(
        (LEFT + slot * (i + 0.5), _height(period.review_share), t.short_day(period.name), period.review_share)
        for i, period in enumerate(periods)
        if period.articles
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, *_ in dots)
    ticks = tuple(Tick(_height(share), f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Drawing(line=line, dots=dots, x_ticks=_period_ticks(periods, t, NARROW), y_ticks=ticks, width=NARROW)


def histogram(bins: Sequence[tuple[int, int]]) -> Drawing:
    """Articles by probability, those in review upon those accepted."""
    top, step = scale(max((sum(pair) for pair in bins), default=0))
    slot = _slot(NARROW, len(bins))
    boxes: list[Box] = []
    for i, (accepted, review) in enumerate(bins):
        y = HEIGHT - BOTTOM
        for what, count in (("accepted", accepted), ("review", review)):
            if count:
                height = count / top * (HEIGHT - TOP - BOTTOM)
                y -= height
                name = f"{i / len(bins):.0%}–{(i + 1) / len(bins):.0%}"
                boxes.append(Box(LEFT + slot * i + 1, y, slot - 2, height, what, name, count))
    ticks = tuple(Tick(LEFT + _slot(NARROW, 4) * quarter, f"{quarter / 4:.0%}") for quarter in range(5))
    return Drawing(tuple(boxes), x_ticks=ticks, y_ticks=_count_ticks(top, step), width=NARROW)


def scale(most: float) -> tuple[float, float]:
    """A round end of an axis from 0 that holds ``most``, and the step of its marks (1, 2 or 5 times a power of ten)."""
    if most <= 0:
        return 1.0, 1.0
    rough = most / 4
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    step = max(step, 1.0)
    return step * ceil(most / step), step


def _height(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _count_ticks(top: float, step: float) -> tuple[Tick, ...]:
    return tuple(Tick(_height(i * step / top), f"{round(i * step):,}") for i in range(round(top / step) + 1))


def _slot(width: float, count: int) -> float:
    return (width - LEFT - RIGHT) / max(count, 1)


def _period_ticks(periods: Sequence[Period], t: Wording, width: float) -> tuple[Tick, ...]:
    slot = _slot(width, len(periods))
    every = max(1, ceil(LABEL_WIDTH / slot))
    return tuple(
        Tick(LEFT + slot * (i + 0.5), t.short_day(period.name)) for i, period in enumerate(periods) if i % every == 0
    )
