"""Where an article stands on printed pages, line by line: enough to show the page again without its PDF or scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Shares = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of the page's width and height."""
OPENING = 12
"""How many of a text's first characters are searched for to find the line it starts on."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of an article as it is printed; ``size`` is the type's, as a share of the page's height."""

    text: str
    box: Shares
    size: float
    upright: bool = False


@dataclass(frozen=True, slots=True)
class PrintedPart:
    """What of an article stands on one page.

    ``shape`` is the page's height over its width; ``frames`` are around the headline, each block of
    text and each caption.
    """

    page: int
    shape: float
    frames: tuple[Shares, ...]
    lines: tuple[PrintedLine, ...]


def printed_record(parts: Sequence[PrintedPart]) -> list[Any]:
    """Parts as JSON values: ``printed_from`` reads them back."""
    return [
        [p.page, p.shape, [list(f) for f in p.frames], [[x.text, *x.box, x.size, int(x.upright)] for x in p.lines]]
        for p in parts
    ]


def printed_from(record: Sequence[Any]) -> tuple[PrintedPart, ...]:
    """The parts of ``printed_record``."""
    return tuple(
        PrintedPart(
            page,
            shape,
            tuple((left, top, right, bottom) for left, top, right, bottom in frames),
            tuple(
                PrintedLine(text, (left, top, right, bottom), size, bool(upright))
                for text, left, top, right, bottom, size, upright in lines
            ),
        )
        for page, shape, frames, lines in record
    )


def cut_printed(parts: Sequence[PrintedPart], opening: str) -> tuple[tuple[PrintedPart, ...], tuple[PrintedPart, ...]]:
    """The parts before the line that a text begins on, and those from it on; all are before where it is not found."""
    wanted = "".join(opening.split())[:OPENING]
    lines = [(p, line) for p in parts for line in p.lines]
    text, starts = "", []
    for _, line in lines:
        starts.append(len(text))
        text += "".join(line.text.split())
    at = text.find(wanted) if wanted else -1
    if at < 0:
        return tuple(parts), ()
    first = max(k for k, start in enumerate(starts) if start <= at)
    return _parts_of(parts, lines[:first]), _parts_of(parts, lines[first:])


def _parts_of(
    parts: Sequence[PrintedPart], lines: Sequence[tuple[PrintedPart, PrintedLine]]
) -> tuple[PrintedPart, ...]:
    """The parts with these lines only, and frames drawn around what is left of each."""
    own_parts = []
    for part in parts:
        own = tuple(line for p, line in lines if p is part)
        frames = []
        for frame in part.frames:
            inside = [line.box for line in own if _holds(frame, line.box)]
            if inside:
                frames.append(_around(inside))
        if own:
            own_parts.append(PrintedPart(part.page, part.shape, tuple(frames), own))
    return tuple(own_parts)


def _holds(frame: Shares, box: Shares) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3]


def _around(boxes: Sequence[Shares]) -> Shares:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
