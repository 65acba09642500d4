"""Charts as SVG that takes the width it is given: one chart for a phone, a wide screen and paper, without a script.

Places from left to right are per cent of the width and heights are pixels, so text keeps its size.  Marks have the
classes of a style sheet (``chart_page.css``, or the desk's) and say in their ``<title>`` what they show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from math import ceil, floor, log10, sqrt

HEIGHT = 260.0
ROW_HEIGHT = 26
MOST_LABELS = 12
"""So many columns have their names written below them; in a narrow chart every fourth of those."""
MOST_TIMES = 120
BROADEST = 0.07
"""A bar takes no more of the width, however few there are."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis with its text; a ``fine`` one is left out of a narrow chart."""

    value: float
    text: str
    fine: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from ``low`` to ``high`` along one side of a chart, with marks at some of them.

    ``name`` says what they are.  ``bend`` makes it other than straight: ``math.sqrt`` or ``math.log``.
    Where it has no ``grid``, no lines cross the chart at its marks.
    """

    low: float
    high: float
    ticks: tuple[Tick, ...] = ()
    bend: Callable[[float], float] = float
    grid: bool = True
    name: str = ""

    def place(self, value: float) -> float:
        """Where a value stands, from 0 at the axis's start to 1 at its end; what lies beyond stands at the end."""
        low, high = self.bend(self.low), self.bend(self.high)
        return min(max((self.bend(value) - low) / (high - low), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Part:
    """What some boxes of a chart stand for: its name, and its colour or the class that carries it."""

    name: str
    colour: str = ""
    style: str = ""

    @property
    def fill(self) -> str:
        """The colour as an attribute of SVG; empty where the class says it."""
        return f' fill="{escape(self.colour)}"' if self.colour else ""


@dataclass(frozen=True, slots=True)
class Column:
    """One bar of a chart: its label and the count of each part of it."""

    label: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A name with an interval, dots on it (value, style) and signs (value, text)."""

    name: str
    title: str
    span: tuple[float, float]
    dots: tuple[tuple[float, str], ...]
    signs: tuple[tuple[float, str], ...] = ()


def write_share(share: float) -> str:
    """A share from 0 to 1 as the mark of an axis."""
    return f"{100 * share:g}%"


def write_count(count: float) -> str:
    return f"{round(count):,}"


SHARES = Axis(0.0, 1.0, tuple(Tick(share, write_share(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)))


def round_axis(
    low: float,
    high: float,
    write: Callable[[float], str],
    *,
    name: str = "",
    least_step: float = 0.001,
    bend: Callable[[float], float] = float,
) -> Axis:
    """An axis that holds ``low`` and ``high``, marked at up to seven multiples of 1, 2 or 5 times a power of ten."""
    rough = max((high - low) / 5, least_step)
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    values = [round(i * step, 10) for i in range(first, max(last, first + 1) + 1)]
    ticks = tuple(Tick(value, write(value), len(values) > 5 and i % 2 > 0) for i, value in enumerate(values))
    return Axis(values[0], values[-1], ticks, bend, name=name)


def label_axis(labels: Sequence[str]) -> Axis:
    """An axis of columns one wide each; of many labels only some are written."""
    every = ceil(len(labels) / MOST_LABELS)
    ticks = tuple(
        Tick(i + 0.5, label, len(labels) > 4 and i // every % 4 > 0) for i, label in enumerate(labels) if i % every == 0
    )
    return Axis(0.0, max(len(labels), 1), ticks, grid=False)


class Plot:
    """A chart: marks are put on it in the order in which they lie over each other, then ``svg`` writes it."""

    def __init__(self, x: Axis, y: Axis, height: float = HEIGHT) -> None:
        self.x, self.y, self.height = x, y, height
        self._marks: list[str] = []

    def box(self, start: Place, end: Place, style: str, title: str, fill: str = "") -> None:
        """A rectangle from its lower left to its upper right corner; the smallest can still be seen."""
        (left, foot), (right, top) = self._at(start), self._at(end)
        size = f'width="{right - left:.2f}%" height="{max(foot - top, 0.5):.1f}"'
        self._mark("rect", f'x="{left:.2f}%" y="{top:.1f}" {size}{fill}', style, title)

    def dot(self, at: Place, style: str, title: str, radius: float = 4.5) -> None:
        x, y = self._at(at)
        self._mark("circle", f'cx="{x:.2f}%" cy="{y:.1f}" r="{radius:.1f}"', style, title)

    def stroke(self, start: Place, end: Place, style: str, title: str = "") -> None:
        """A straight line."""
        (x1, y1), (x2, y2) = self._at(start), self._at(end)
        self._mark("line", f'x1="{x1:.2f}%" y1="{y1:.1f}" x2="{x2:.2f}%" y2="{y2:.1f}"', style, title)

    def write(self, at: Place, text: str, anchor: str = "middle", beside: int = 0) -> None:
        """A text around a place, or ``beside`` pixels to its right."""
        x, y = self._at(at)
        place = f'x="{x:.2f}%" y="{y + 4:.1f}" dx="{beside}" text-anchor="{anchor}"'
        self._marks.append(f"<text {place}>{escape(text)}</text>")

    def curve(self, points: Sequence[Place], style: str) -> None:
        """A line through points."""
        self._path(points, f"line {style}")

    def band(self, points: Sequence[tuple[float, Place]], style: str) -> None:
        """The area between the low and the high value at each x."""
        lower, upper = ([(x, bounds[side]) for x, bounds in points] for side in (0, 1))
        self._path([*lower, *reversed(upper)], f"band {style}")

    def svg(self, label: str) -> str:
        """The chart; ``label`` says what it shows to those who do not see it."""
        above, below = (
            f'<p class="{side}">{escape(axis.name)}</p>' if axis.name else ""
            for side, axis in (("y-name", self.y), ("x-name", self.x))
        )
        foot = f"{self.height:g}"
        parts = [f'<div class="plot">{above}<svg height="{foot}" role="img" aria-label="{escape(label)}">']
        for tick in self.y.ticks:
            _, y = self._at((self.x.low, tick.value))
            if self.y.grid:
                parts.append(f'<line class="grid" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(f'<text x="-8" y="{y + 4:.1f}" text-anchor="end">{escape(tick.text)}</text>')
        for tick in self.x.ticks:
            x, _ = self._at((tick.value, self.y.low))
            if self.x.grid:
                parts.append(f'<line class="grid" x1="{x:.2f}%" x2="{x:.2f}%" y2="{foot}"/>')
            fine = ' class="fine"' if tick.fine else ""
            parts.append(f'<text x="{x:.2f}%" y="{foot}" dy="20" text-anchor="middle"{fine}>{escape(tick.text)}</text>')
        return "".join([*parts, *self._marks, f"</svg>{below}</div>"])

    def _at(self, place: Place) -> Place:
        """Per cent from the left, pixels from the top."""
        return 100 * self.x.place(place[0]), self.height * (1 - self.y.place(place[1]))

    def _mark(self, element: str, place: str, style: str, title: str) -> None:
        said = f"><title>{escape(title)}</title></{element}>" if title else "/>"
        self._marks.append(f'<{element} {place} class="{style}"{said}')

    def _path(self, points: Sequence[Place], style: str) -> None:
        # Only rectangles, circles and straight lines have places in per cent; a path is stretched as a whole.
        places = " ".join(f"{x:.2f},{y:.1f}" for x, y in map(self._at, points))
        self._marks.append(
            f'<svg viewBox="0 0 100 {self.height:g}" width="100%" height="{self.height:g}" preserveAspectRatio="none">'
            f'<polyline class="{style}" vector-effect="non-scaling-stroke" points="{places}"/></svg>'
        )


def stack_bars(columns: Sequence[Column], parts: Mapping[str, Part], *, shares: bool = False) -> Plot:
    """A bar a column, its parts stacked in their order; with ``shares`` all bars are of one height."""
    most = max((sum(column.counts.values()) for column in columns), default=0)
    x = label_axis([column.label for column in columns])
    plot = Plot(x, SHARES if shares else round_axis(0, most, write_count, least_step=1))
    half = min(0.39, BROADEST * x.high / 2)
    for i, column in enumerate(columns):
        whole = sum(column.counts.values())
        for part, base, top in _stack(column.counts, parts):
            share = f" · {(top - base) / whole:.1%}" if shares else ""
            low, high = (base / whole, top / whole) if shares else (base, top)
            title = f"{column.label} · {part.name} {top - base:,}{share}"
            plot.box((i + 0.5 - half, low), (i + 0.5 + half, high), f"part {part.style}", title, part.fill)
    return plot


def draw_histogram(bins: Sequence[Mapping[str, int]], parts: Mapping[str, Part], *, root: bool = False) -> Plot:
    """Articles by probability from 0 to 1, the parts of each bin stacked in their order.

    With ``root`` the axis goes by the square root, so that few can be seen beside many.
    """
    most = max((sum(counts.values()) for counts in bins), default=0)
    bend = sqrt if root else float
    plot = Plot(replace(SHARES, grid=False), round_axis(0, most, write_count, least_step=1, bend=bend))
    for i, counts in enumerate(bins):
        start, end = (i + 0.05) / len(bins), (i + 0.95) / len(bins)
        for part, base, top in _stack(counts, parts):
            title = f"{i / len(bins):.0%}–{(i + 1) / len(bins):.0%} · {part.name} {top - base:,}"
            plot.box((start, base), (end, top), f"part {part.style}", title, part.fill)
    return plot


def draw_shares(shares: Sequence[tuple[str, float | None]]) -> Plot:
    """A share from 0 to 1 for each label as a line; labels without one are left out."""
    plot = Plot(label_axis([label for label, _ in shares]), SHARES)
    known = [(i + 0.5, label, share) for i, (label, share) in enumerate(shares) if share is not None]
    plot.curve([(x, share) for x, _, share in known], "blue")
    for x, label, share in known:
        plot.dot((x, share), "dot blue", f"{label} · {share:.1%}", 3.5)
    return plot


def draw_rows(
    rows: Sequence[Row], axis: Axis, label: str, *, span: str = "span blue", rule: float | None = None
) -> str:
    """Values side by side, a row each with its name before it; ``rule`` is where a broken line crosses them all."""
    count = max(len(rows), 1)
    plot = Plot(axis, Axis(0, count), ROW_HEIGHT * count)
    if rule is not None:
        plot.stroke((rule, 0), (rule, count), "rule")
    for i, row in enumerate(rows):
        y = count - i - 0.5
        plot.stroke((row.span[0], y), (row.span[1], y), span, row.title)
        for value, sign in row.signs:
            plot.write((value, y), sign)
        for value, style in row.dots:
            plot.dot((value, y), style, row.title)
    names = "".join(f'<span title="{escape(row.name)}">{escape(row.name)}</span>' for row in rows)
    return f'<div class="rows"><div class="names">{names}</div>{plot.svg(label)}</div>'


def every_time(known: Sequence[str]) -> list[str]:
    """All years (2026) or months (2026-03) from the first to the last; only the known ones where those are too many."""
    if len(known[0]) == len("2026"):
        times = [f"{year:04d}" for year in range(int(known[0]), min(int(known[-1]), int(known[0]) + MOST_TIMES) + 1)]
    else:
        start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (known[0], known[-1]))
        times = [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(start, min(end, start + MOST_TIMES) + 1)]
    return times if set(known) <= set(times) else list(known)


def legend(parts: Iterable[Part], *, choose: bool = False) -> str:
    """The names of parts with their colours; with ``choose`` the reader picks out boxes, by ``choice_style``."""
    keys = []
    for part in parts:
        square = f'<rect class="{part.style}" width="10" height="10" rx="2"{part.fill}/>'
        key = f'<svg viewBox="0 0 10 10" aria-hidden="true">{square}</svg>{escape(part.name)}'
        keys.append(
            f'<label><input type="checkbox" id="{part.style}">{key}</label>' if choose else f"<span>{key}</span>"
        )
    return f'<div class="legend">{"".join(keys)}</div>'


def choice_style(parts: Iterable[Part]) -> str:
    """The style by which boxes of the parts that are chosen in the page's legend stand out from all others."""
    boxes = [(part.style, f".part.{part.style}") for part in parts]
    chosen = (f"body:has(#{name}:checked) {box} {{ opacity: 1; }}\n" for name, box in boxes)
    every = ", ".join(box for _, box in boxes)
    return f"body:has(.legend :checked) :is({every}) {{ opacity: .15; }}\n{''.join(chosen)}"


def _stack(counts: Mapping[str, int], parts: Mapping[str, Part]) -> Iterator[tuple[Part, int, int]]:
    """Each part that has a count, with where it begins and ends on those below."""
    base = 0
    for name, part in parts.items():
        if count := counts.get(name, 0):
            yield part, base, base + count
            base += count
