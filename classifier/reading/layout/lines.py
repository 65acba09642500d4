"""Pieces of text → runs (text set without a gap) → lines of columns, and headlines set from top to bottom."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from classifier.reading.layout.printed import Box, PrintedPage, Role, TextPiece, link_up
from classifier.reading.patterns import pattern
from classifier.text import plain_ideographs

WORD_GAP = 0.72
"""Up to this gap, in type sizes, characters are one run; columns stand further apart."""
LARGEST_BLANK = 2.6
"""Up to this gap, in type sizes, runs of one row may be one line with a blank in it."""
STRETCHED_BLANK = 6.0
"""Up to this gap they are one where the rows around run across it and none ends there."""
LARGEST_HEADLINE_BLANK = 1.6
"""The same in a headline."""
LEAST_STRETCHED = 4
"""A line with this many single characters apart from each other, or more, is stretched."""
_STRETCHED = pattern(rf"(?:[\u3000-\u9fff\uff00-\uffef,.;:!?] ){{{LEAST_STRETCHED},}}")
HEADLINE = 1.17
"""From this size on, against the body's, type is a headline's."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as it stands in one column.

    ``vertical`` lines run from top to bottom.  ``lines`` is above one for a block whose lines are not
    known apart.
    """

    text: str
    box: Box
    size: float
    bold: bool = False
    role: Role = ""
    vertical: bool = False
    lines: int = 1

    @property
    def middle(self) -> float:
        return self.box.y


def body_size(page: PrintedPage) -> float:
    """The size that most of a page's text is set in."""
    counts: Counter[float] = Counter()
    step = 0.25 if page.exact else page.height / 4000
    for piece in page.pieces:
        counts[round(piece.size / step) * step] += len(piece.text.strip())
    if not counts:
        return 0.0
    smoothed = {s: n + counts.get(s - step, 0) + counts.get(s + step, 0) for s, n in counts.items()}
    return max(smoothed, key=lambda s: (smoothed[s], counts[s])) or step


def lines_of_pieces(pieces: Sequence[TextPiece], body: float, barriers: Sequence[Box] = ()) -> list[Line]:
    """Put pieces of text together to the lines of columns, in no order.

    ``barriers`` are upright rules: no line runs across one.
    """
    pieces = [p for p in pieces if p.text.strip()] if all(len(p.text) > 1 for p in pieces) else list(pieces)
    stacked, rest = _stack_headlines(pieces, body)
    # Pieces that follow one another without a gap are a run.
    chains = ([rest[i] for i in links] for links in link_up(_following(rest, WORD_GAP, barriers)))
    runs = [run for own in chains if (run := _line(own))]
    lines = [*stacked, *_without_blanks(runs, body, barriers)]
    for i, line in enumerate(lines):
        text = line.text
        if text.count(" ") >= LEAST_STRETCHED:  # it may be stretched to its column's width
            text = _STRETCHED.sub(lambda match: match[0].replace(" ", ""), text)
        lines[i] = replace(line, text=plain_ideographs(text))
    return lines


# Runs ----------------------------------------------------------------------------------------------


def _following(pieces: Sequence[TextPiece], gap: float, barriers: Sequence[Box]) -> list[int]:
    """For each piece the number of the one right of it in its run, or -1."""
    if not pieces:
        return []
    sizes = sorted(p.size for p in pieces)
    high = max(1.0, sizes[len(sizes) // 2])
    bins: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for i, p in enumerate(pieces):
        bins[int((p.box.top + p.box.bottom) / 2 / high)].append((p.box.left, i))
    for row in bins.values():
        row.sort()
    following = [-1] * len(pieces)
    taken: dict[int, tuple[float, int]] = {}
    order = sorted(range(len(pieces)), key=lambda i: pieces[i].box.left)
    for i in order:
        p = pieces[i]
        if p.lines > 1:
            continue
        middle, size = (p.box.top + p.box.bottom) / 2, p.size
        low, far = p.box.right - 0.62 * size, p.box.right + gap * size * 1.3
        reach = 0.4 * size
        best, best_at = -1, far
        for b in range(int((middle - reach) / high), int((middle + reach) / high) + 1):
            row = bins.get(b, [])
            for k in range(bisect_left(row, (low, -1)), len(row)):
                left, j = row[k]
                if left >= best_at:
                    break
                q = pieces[j]
                if j == i or q.lines > 1 or left <= p.box.left + 0.2 * size or not 0.7 <= q.size / size <= 1.43:
                    continue
                other = (q.box.top + q.box.bottom) / 2
                if abs(other - middle) > 0.36 * min(size, q.size) or left - p.box.right > gap * min(size, q.size):
                    continue
                if q.role != p.role:
                    continue
                best, best_at = j, left
        if best < 0:
            continue
        q = pieces[best]
        if barriers and _is_crossed(p.box.right - 0.3 * size, best_at + 0.3 * size, middle, barriers):
            continue
        before = taken.get(best)
        if before is not None:
            if before[0] >= p.box.right:
                continue
            following[before[1]] = -1
        taken[best] = (p.box.right, i)
        following[i] = best
    return following


def _is_crossed(left: float, right: float, y: float, barriers: Sequence[Box]) -> bool:
    return any(left <= (b.left + b.right) / 2 <= right and b.top <= y <= b.bottom for b in barriers)


def _line(chain: Sequence[TextPiece]) -> Line | None:
    """One run of pieces from left to right; a gap clearly wider than the others is a blank."""
    while chain and not chain[0].text.strip():
        chain = chain[1:]
    while chain and not chain[-1].text.strip():
        chain = chain[:-1]
    if not chain:
        return None
    if len(chain) == 1:
        only = chain[0]
        return Line(only.text.strip(), only.box, only.size, only.bold, only.role, lines=only.lines)
    gaps = sorted(b.box.left - a.box.right for a, b in itertools.pairwise(chain))
    usual = max(0.0, gaps[len(gaps) // 2])
    sizes = Counter(round(p.size, 2) for p in chain)
    size = sizes.most_common(1)[0][0]
    text = chain[0].text
    for a, b in itertools.pairwise(chain):
        gap = b.box.left - a.box.right
        if gap > 0.24 * size + 1.6 * usual and not text.endswith((" ", "\u3000")) and not b.text.startswith(" "):
            text += " "
        text += b.text
    box = Box.around_all(p.box for p in chain)._replace(left=chain[0].box.left)
    bold = sum(len(p.text) for p in chain if p.bold) > 0.6 * sum(len(p.text) for p in chain)
    return Line(" ".join(text.split(" ")).strip(), box, size, bold, chain[0].role)


# Headlines from top to bottom ------------------------------------------------------------------------


def _stack_headlines(pieces: Sequence[TextPiece], body: float) -> tuple[list[Line], list[TextPiece]]:
    """Headlines set from top to bottom, and the pieces that are in none."""
    large = [i for i, p in enumerate(pieces) if p.size >= 1.3 * body and 1 <= len(p.text.strip()) <= 3 and p.lines == 1]
    tall = [
        i
        for i, p in enumerate(pieces)
        if len(p.text.strip()) > 3 and p.box.height > 2.5 * p.box.width and p.box.width > 0.9 * body and p.lines == 1
    ]
    stacked = [
        Line(pieces[i].text.strip(), pieces[i].box, pieces[i].box.width, pieces[i].bold, vertical=True) for i in tall
    ]
    gone = set(tall)
    below = {}
    for i in large:
        p, best = pieces[i], None
        for j in large:
            q = pieces[j]
            if j == i or not 0.85 <= q.size / p.size <= 1.18 or abs(q.box.x - p.box.x) > 0.22 * p.size:
                continue
            step = (q.box.y - p.box.y) / p.size
            if 0.5 < step < 2.4 and (best is None or step < best[0]):
                best = (step, j)
        if best is not None:
            below[i] = best
    right = _nearest_beside(pieces, large)
    starts = set(below) - {j for _, j in below.values()}
    columns: list[list[int]] = []
    for start in sorted(starts):
        chain, i = [start], start
        while i in below and len(chain) < 60:
            i = below[i][1]
            chain.append(i)
        if len(chain) >= 4:
            columns.append(chain)
    for chain in columns:
        if any(i in gone for i in chain):
            continue
        down = sorted(below[i][0] for i in chain[:-1])[(len(chain) - 1) // 2]
        across = sorted(right[i] for i in chain if i in right)
        if 2 * len(across) >= len(chain) and across[len(across) // 2] <= down + 0.02:
            continue  # Their neighbours in the row are nearer: lines of equal length, one above the other.
        chain = _with_odd_ones(chain, pieces, large, gone)
        own = [pieces[i] for i in chain]
        box = Box.around_all(p.box for p in own)
        stacked.append(Line("".join(p.text.strip() for p in own), box, own[0].size, own[0].bold, vertical=True))
        gone.update(chain)
    return stacked, [p for i, p in enumerate(pieces) if i not in gone]


def _nearest_beside(pieces: Sequence[TextPiece], large: Sequence[int]) -> dict[int, float]:
    """How far the nearest piece to the left or right is, from middle to middle in type sizes, where one is near."""
    nearest: dict[int, float] = {}
    for i in large:
        p = pieces[i]
        for j in large:
            q = pieces[j]
            if i == j or not 0.85 <= q.size / p.size <= 1.18 or abs(q.box.y - p.box.y) > 0.36 * p.size:
                continue
            # Narrow signs (quotes, digits) are as far as if they were as wide as the rest.
            step = abs(q.box.x - p.box.x) / p.size
            if step < 1.9:
                nearest[i] = min(nearest.get(i, 9.0), step)
    return nearest


def _with_odd_ones(chain: list[int], pieces: Sequence[TextPiece], large: Sequence[int], gone: set[int]) -> list[int]:
    """A column of characters with the dashes and brackets that stand off its middle."""
    first = pieces[chain[0]]
    x, size = first.box.x, first.size
    top, bottom = first.box.top, pieces[chain[-1]].box.bottom
    near = [
        i
        for i in large
        if i not in chain
        and i not in gone
        and 0.85 <= pieces[i].size / size <= 1.18
        and abs(pieces[i].box.x - x) < 0.62 * size
    ]
    own = set(chain)
    near.sort(key=lambda i: abs(pieces[i].box.top - top))
    for i in near:
        if top - size < pieces[i].box.y < bottom + size:
            own.add(i)
            top, bottom = min(top, pieces[i].box.top), max(bottom, pieces[i].box.bottom)
    return sorted(own, key=lambda i: pieces[i].box.top + pieces[i].box.bottom)


# Lines -----------------------------------------------------------------------------------------------


def _without_blanks(runs: list[Line], body: float, barriers: Sequence[Box]) -> list[Line]:
    """Runs of one row with a blank between, not a gutter, put together.

    A gap is a gutter where the rows around it keep it free too; where they run across, it is a blank.
    """
    grid = _Grid(runs, body)
    order = sorted(range(len(runs)), key=lambda i: runs[i].box.left)
    merged: dict[int, Line] = {}
    gone: set[int] = set()
    for i in order:
        if i in gone:
            continue
        line = merged.get(i, runs[i])
        while (j := grid.right_of(line, gone | {i})) is not None:
            other = runs[j]
            gap_left, gap_right = line.box.right, other.box.left
            if barriers and _is_crossed(gap_left, gap_right, line.middle, barriers):
                break
            if line.role != other.role or grid.is_gutter(line, other):
                break
            close = max(line.size, other.size) < HEADLINE * body and gap_right - gap_left < 0.5 * line.size
            apart = "" if close else " "
            line = Line(
                line.text + apart + other.text,
                line.box.around(other.box),
                line.size if len(line.text) >= len(other.text) else other.size,
                line.bold and other.bold,
                line.role,
            )
            gone.add(j)
            grid.runs[i] = line
        merged[i] = line
    return [merged[i] for i in order if i not in gone and i in merged]


class _Grid:
    """Runs found by where they stand."""

    def __init__(self, runs: Sequence[Line], body: float) -> None:
        self.body = max(body, 1.0)
        self.runs = list(runs)
        self.bins: dict[int, list[int]] = defaultdict(list)
        for i, run in enumerate(runs):
            top, bottom = (run.box.top, run.box.bottom) if run.lines > 1 else (run.middle, run.middle)
            for b in range(int(top / self.body), int(bottom / self.body) + 1):
                self.bins[b].append(i)

    def near(self, top: float, bottom: float) -> Iterable[int]:
        seen: set[int] = set()
        for b in range(int(top / self.body), int(bottom / self.body) + 1):
            for i in self.bins.get(b, ()):
                if i not in seen:
                    seen.add(i)
                    yield i

    def right_of(self, line: Line, without: set[int]) -> int | None:
        """The next run in the row, where a blank's width parts it at most."""
        blank = STRETCHED_BLANK if line.size < HEADLINE * self.body else LARGEST_HEADLINE_BLANK
        best, best_left = None, line.box.right + blank * line.size
        if line.vertical or line.lines > 1:
            return None
        for j in self.near(line.middle - 0.4 * line.size, line.middle + 0.4 * line.size):
            other = self.runs[j]
            if j in without or other.vertical or other.lines > 1 or other.box.left < line.box.right - 0.62 * line.size:
                continue
            if abs(other.middle - line.middle) > 0.3 * line.size or not 0.87 <= other.size / line.size <= 1.15:
                continue
            if other.box.left < best_left:
                best, best_left = j, other.box.left
        return best

    def is_gutter(self, line: Line, other: Line) -> bool:
        """Whether the gap between two runs of a row is a gutter between columns."""
        left, right, size = line.box.right, other.box.left, line.size
        reach = 3.4 * max(size, self.body) if size < HEADLINE * self.body else 8 * self.body + size
        large = size >= HEADLINE * self.body
        body = self.body
        # How many lines above and below the gap run across it, end at it, and begin at it.
        across, lefts, rights = [0, 0], [0, 0], [0, 0]
        for j in self.near(line.box.top - reach, line.box.bottom + reach):
            near = self.runs[j]
            if near is line or near is other:
                continue
            if near.lines == 1 and abs(near.middle - line.middle) < 0.5 * min(size, near.size):
                continue
            if large and near.size >= HEADLINE * body and near.middle < line.middle:
                continue
            box, side = near.box, near.middle > line.middle
            if box.left <= left - 0.3 * body and box.right >= right + 0.3 * body:
                # A byline or a short headline in the middle of columns says nothing of the gap between them.
                alike = 0.87 <= near.size / size <= 1.15
                across[side] += large or (alike and (left - box.left) + (box.right - right) > 8 * body)
            elif box.width <= 4 * body:
                continue
            elif left - (2.2 if large else 1.2) * body < box.right <= right + 0.2 * body:
                lefts[side] += 1
            elif max(left - 0.2 * body, right - 2.6 * body) <= box.left < right + (2.6 if large else 0.7) * body:
                rights[side] += 1
        over, along = sum(across), 0.5 * (sum(lefts) + sum(rights))
        if large:
            # Two headlines side by side stand over a gutter; a blank in one stands where chance put it.
            return right - left > 0.3 * body and any(lefts) and any(rights) and along > over
        if any(lefts[side] and rights[side] and not across[side] for side in (0, 1)):
            return True
        if right - left > LARGEST_BLANK * size:
            return over < 2 or along > 0
        if over == 0 and along == 0:
            return right - left > 1.2 * size
        return along >= over
