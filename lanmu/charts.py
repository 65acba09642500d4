"""Charts as geometry, and as SVG: what the desk and the page of an archive's run draw.

Units are pixels where there is room. The desk's templates write a Drawing themselves, with their style
sheet's colours; ``svg`` writes one for a page that stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10, sqrt

WIDE, NARROW, HEIGHT = 1200.0, 580.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 20.0, 12.0, 30.0
LABEL_WIDTH = 92.0


@dataclass(frozen=True, slots=True)
class Column:
    """One bar of a chart: its label and the count of each part of it."""

    label: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; ``what`` is the part it stands for, ``period`` its column's label and ``count`` what it shows."""

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
    """Boxes or a line between two axes; ``dots`` are (x, y, label, value), ``rules`` the x of dashed lines."""

    boxes: tuple[Box, ...] = ()
    line: str = ""
    dots: tuple[tuple[float, float, str, float], ...] = ()
    rules: tuple[float, ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    width: float = WIDE
    height: float = HEIGHT
    left: float = LEFT
    base: float = HEIGHT - BOTTOM

    @property
    def right(self) -> float:
        return self.width - RIGHT


def stack_bars(
    columns: Sequence[Column], order: Sequence[str], *, shares: bool = False, width: float = WIDE
) -> Drawing:
    """A bar a column, its parts stacked in their order; with ``shares`` all bars are of one height."""
    top, step = scale(max((sum(column.counts.values()) for column in columns), default=0))
    slot = _slot(width, len(columns))
    broad = max(1.0, min(slot * 0.78, 64.0))
    boxes: list[Box] = []
    for i, column in enumerate(columns):
        x, base = LEFT + slot * i + (slot - broad) / 2, 0
        whole = sum(column.counts.values()) if shares else top
        for what in order:
            if count := column.counts.get(what, 0):
                y, below = _height((base + count) / whole), _height(base / whole)
                boxes.append(Box(x, y, broad, below - y, what, column.label, count))
                base += count
    ticks = _share_ticks() if shares else _count_ticks(top, step)
    return Drawing(tuple(boxes), x_ticks=_column_ticks(columns, width), y_ticks=ticks, width=width)


def draw_shares(shares: Sequence[tuple[str, float | None]], *, width: float = NARROW) -> Drawing:
    """A share from 0 to 1 for each label as a line; labels without one are left out."""
    slot = _slot(width, len(shares))
    dots = tuple(
        (LEFT + slot * (i + 0.5), _height(share), label, share)
        for i, (label, share) in enumerate(shares)
        if share is not None
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, *_ in dots)
    columns = [Column(label, {}) for label, _ in shares]
    return Drawing(line=line, dots=dots, x_ticks=_column_ticks(columns, width), y_ticks=_share_ticks(), width=width)


def draw_histogram(
    bins: Sequence[Mapping[str, int]], order: Sequence[str], *, root: bool = False, width: float = NARROW
) -> Drawing:
    """Articles by probability from 0 to 1, the parts of each bin stacked in their order.

    With ``root`` the axis goes by the square root, so that few can be seen beside many.
    """
    top, step = scale(max((sum(counts.values()) for counts in bins), default=0))
    slot = _slot(width, len(bins))
    boxes: list[Box] = []
    for i, counts in enumerate(bins):
        name = f"{i / len(bins):.0%}–{(i + 1) / len(bins):.0%}"
        base = 0
        for what in order:
            if count := counts.get(what, 0):
                y, below = (_height(_place(n / top, root)) for n in (base + count, base))
                boxes.append(Box(LEFT + slot * i + 1, y, slot - 2, below - y, what, name, count))
                base += count
    ticks = tuple(Tick(LEFT + _slot(width, 4) * quarter, f"{quarter / 4:.0%}") for quarter in range(5))
    return Drawing(tuple(boxes), x_ticks=ticks, y_ticks=_count_ticks(top, step, root), width=width)


def scale(most: float) -> tuple[float, float]:
    """A round end of an axis from 0 that holds ``most``, and the step of its marks (1, 2 or 5 times a power of ten)."""
    if most <= 0:
        return 1.0, 1.0
    rough = most / 4
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    step = max(step, 1.0)
    return step * ceil(most / step), step


def svg(drawing: Drawing, fills: Mapping[str, str], names: Mapping[str, str], label: str) -> str:
    """A drawing as SVG for a page that stands alone.

    ``fills`` has the colour of each part, ``names`` what a box's tooltip calls it, and ``label`` says
    what the chart shows to those who do not see it. All texts are escaped.
    """
    parts = [
        f'<svg class="drawing" viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img" '
        f'aria-label="{escape(label)}">'
    ]
    for tick in drawing.y_ticks:
        parts.append(
            f'<line class="grid" x1="{drawing.left:g}" x2="{drawing.right:g}" y1="{tick.at:.1f}" y2="{tick.at:.1f}"/>'
            f'<text x="{drawing.left - 8:g}" y="{tick.at + 4:.1f}" text-anchor="end">{escape(tick.text)}</text>'
        )
    for tick in drawing.x_ticks:
        parts.append(
            f'<text x="{tick.at:.1f}" y="{drawing.base + 20:g}" text-anchor="middle">{escape(tick.text)}</text>'
        )
    for box in drawing.boxes:
        said = escape(f"{box.period} · {names.get(box.what, box.what)} {box.count:,}")
        parts.append(
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{max(box.height, 0.5):.1f}" '
            f'fill="{escape(fills.get(box.what, "#888888"))}"><title>{said}</title></rect>'
        )
    for x in drawing.rules:
        parts.append(f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP:g}" y2="{drawing.base:g}"/>')
    return "".join([*parts, "</svg>"])


def place_of_share(share: float, width: float = NARROW) -> float:
    """The x of a probability from 0 to 1 in draw_histogram."""
    return LEFT + share * (width - LEFT - RIGHT)


def _place(share: float, root: bool) -> float:
    return sqrt(share) if root else share


def _height(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _count_ticks(top: float, step: float, root: bool = False) -> tuple[Tick, ...]:
    marks = range(round(top / step) + 1)
    return tuple(Tick(_height(_place(i * step / top, root)), f"{round(i * step):,}") for i in marks)


def _share_ticks() -> tuple[Tick, ...]:
    return tuple(Tick(_height(share), f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0))


def _slot(width: float, count: int) -> float:
    return (width - LEFT - RIGHT) / max(count, 1)


def _column_ticks(columns: Sequence[Column], width: float) -> tuple[Tick, ...]:
    slot = _slot(width, len(columns))
    every = max(1, ceil(LABEL_WIDTH / slot))
    return tuple(Tick(LEFT + slot * (i + 0.5), column.label) for i, column in enumerate(columns) if i % every == 0)
