"""Lines → columns' blocks: lines that stand under one another without a break, and how they start and end."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from classifier.reading.layout.lines import Line
from classifier.reading.layout.printed import Box, link_up
from classifier.reading.page.bylines import lead_byline, line_byline
from classifier.reading.page.sentences import is_finished
from classifier.reading.patterns import pattern

_ITEM = pattern(r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]")
LARGEST_STEP = 2.3
"""Up to this distance of baselines, in type sizes, two lines may be neighbours in a column."""


@dataclass(slots=True, eq=False)
class Block:
    """Lines of one column without a break between them.

    ``starts`` says how it starts: ``paragraph``, ``middle`` of one, or empty where that is not seen;
    ``ends`` likewise.  ``first_lines`` are the numbers of lines that start paragraphs.
    """

    lines: list[Line]
    box: Box
    size: float
    pitch: float = 0.0
    starts: str = ""
    ends: str = ""
    first_lines: set[int] = field(default_factory=set)

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)


def blocks_of(lines: Sequence[Line], barriers: Sequence[Box], *, exact: bool) -> list[Block]:
    """Group a region's body lines into blocks; ``barriers`` are level rules, pictures and frames that part them."""
    chains = link_up(_below(lines, barriers, 1.07 if exact else 1.3))
    return [block(part) for links in chains for part in _at_even_steps([lines[k] for k in links])]


def block(lines: list[Line]) -> Block:
    """A block of these lines."""
    box = Box.around_all(line.box for line in lines)
    steps = [b.middle - a.middle for a, b in itertools.pairwise(lines)]
    size: Counter[float] = Counter()
    for line in lines:
        size[round(line.size, 1)] += len(line.text)
    return Block(lines, box, size.most_common(1)[0][0], median(steps) if steps else 0.0)


def _below(lines: Sequence[Line], barriers: Sequence[Box], sizes_differ: float) -> list[int]:
    """For each line the number of the one under it in its column, or -1; each is under one line at most."""
    if not lines:
        return []
    high = max(1.0, median(line.size for line in lines))
    bins: dict[int, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        bins[int(line.middle / high)].append(i)
    best: list[tuple[float, int]] = [(9e9, -1)] * len(lines)
    for i, line in enumerate(lines):
        if line.lines > 1 or line.vertical:
            continue
        reach = LARGEST_STEP * line.size
        for b in range(int(line.middle / high), int((line.middle + reach) / high) + 1):
            for j in bins.get(b, ()):
                other = lines[j]
                step = other.middle - line.middle
                if j == i or not 0.6 * line.size < step <= reach or other.lines > 1 or other.vertical:
                    continue
                if step >= best[i][0] or not 1 / sizes_differ <= other.size / line.size <= sizes_differ:
                    continue
                if _same_column(line, other) and line.role == other.role:
                    best[i] = (step, j)
    # A line between two others is not jumped over, and each line is under one.
    owner: dict[int, int] = {}
    for i, (step, j) in enumerate(best):
        if j < 0:
            continue
        upper, lower = lines[i].box, lines[j].box
        if any(_parts(bar, upper, lower) for bar in barriers):
            best[i] = (9e9, -1)
            continue
        if j in owner:
            k = owner[j]
            nearer = (step, -upper.shared_x(lower)) < (best[k][0], -lines[k].box.shared_x(lower))
            loser = k if nearer else i
            best[loser] = (9e9, -1)
            if not nearer:
                continue
        owner[j] = i
    return [j for _, j in best]


def _same_column(a: Line, b: Line) -> bool:
    """Whether two lines may stand in one column: one edge alike, an indent or a short last line at the other."""
    shared = a.box.shared_x(b.box)
    size = max(a.size, b.size)
    left, right = abs(a.box.left - b.box.left), abs(a.box.right - b.box.right)
    if left > 2.7 * size and (shared < 0.5 * min(a.box.width, b.box.width) or shared < 0.5 * a.size):
        return False
    if left <= 2.7 * size:
        return not (right > 1.2 * size and b.box.right > a.box.right + 12 * size and a.box.width > 8 * size)
    return right <= 1.2 * size


def _parts(bar: Box, a: Box, b: Box) -> bool:
    """Whether a rule or picture stands between two lines."""
    top, bottom = a.y, b.y
    if bar.bottom < top or bar.top > bottom:
        return False
    if not (top < bar.y < bottom or (bar.top > top and bar.bottom < bottom)):
        return False
    left, right = max(a.left, b.left), min(a.right, b.right)
    return min(bar.right, right) - max(bar.left, left) > 0.5 * (right - left)


def _at_even_steps(chain: list[Line]) -> list[list[Line]]:
    """A chain cut where a step is clearly wider than those around it."""
    if len(chain) < 2:
        return [chain]
    steps = [b.middle - a.middle for a, b in itertools.pairwise(chain)]
    parts, start = [], 0
    for k, step in enumerate(steps):
        around = sorted(steps[max(start, k - 4) : k] + steps[k + 1 : k + 5])
        usual = around[(len(around) - 1) // 2] if around else 1.75 * chain[k].size
        if step > 1.28 * usual + 0.05 * chain[k].size and step > usual + 0.3 * chain[k].size:
            parts.append(chain[start : k + 1])
            start = k + 1
    parts.append(chain[start:])
    return parts


# How blocks start and end ----------------------------------------------------------------------------


def see_paragraphs(blocks: Sequence[Block]) -> None:
    """Say of each block where paragraphs start in it, and how it starts and ends itself."""
    indents = _indents_are_used(blocks)
    lefts = sorted(min(line.box.left for line in b.lines) for b in blocks if len(b.lines) >= 3)
    for one in blocks:
        _see(one, indents, lefts)


def _indents_are_used(blocks: Sequence[Block]) -> bool:
    """Whether paragraphs start with an indent of two characters here."""
    indented = lines = 0
    for one in blocks:
        if len(one.lines) < 3:
            continue
        left = min(line.box.left for line in one.lines)
        lines += len(one.lines)
        indented += sum(1.3 <= (line.box.left - left) / one.size <= 2.8 for line in one.lines)
    return indented >= max(1, 0.02 * lines)


def _see(one: Block, indents: bool, lefts: list[float]) -> None:
    size, lines = one.size, one.lines
    if all(line.role == "row" for line in lines):
        one.first_lines, one.starts, one.ends = set(range(len(lines))), "paragraph", "paragraph"
        return
    edges = [_left_of(lines, k, size) for k in range(len(lines))]
    if len(lines) == 1 or (len(lines) == 2 and _is_level(lines, size) and is_finished(lines[0].text)):
        # Too few lines to know the column's edge from: the edges of other blocks tell.
        own = min(line.box.left for line in lines)
        for edge in lefts:
            if 1.3 <= (own - edge) / size <= 2.8 and not any(abs(e - own) < 0.4 * size for e in lefts):
                edges = [edge] * len(lines)
                break
    one.first_lines = set()
    rights = [_right_edge(lines, k) for k in range(len(lines))]
    for k, line in enumerate(lines):
        indent = (line.box.left - edges[k]) / size
        is_byline = bool(line_byline(line.text))
        if k == 0:
            known = len(lines) > 1 or any(abs(e - line.box.left) < 0.4 * size for e in lefts) or indent > 1
            if lead_byline(line.text) or is_byline or line.text.startswith(("（上接", "(上接")):
                one.starts = "paragraph"
            elif not (indents and known) or (indent > 3.2 and len(line.text) < 20):
                one.starts = ""
            else:
                one.starts = "paragraph" if 1.2 <= indent <= 3.2 else "middle"
            if one.starts == "paragraph":
                one.first_lines.add(0)
            continue
        before = lines[k - 1]
        if _ITEM.match(line.text) and before.text[-1:] in "。；;:：":
            one.first_lines.add(k)
            continue
        short = before.box.right < rights[k - 1] - 1.6 * size
        if indents:
            if (
                1.2 <= indent <= 3.2
                or is_byline
                or (indent > 3.2 and (short or is_finished(before.text)))
                or (short and (is_finished(before.text) or _is_centred(before, edges[k - 1], rights[k - 1], size)))
            ):
                one.first_lines.add(k)
        elif short and is_finished(before.text):
            one.first_lines.add(k)
    last = lines[-1]
    width = max(line.box.width for line in lines)
    finished = is_finished(last.text)
    if len(lines) == 1:
        one.ends = "middle" if not finished and last.box.width > 6 * size else ""
    elif last.box.right < rights[-1] - 1.6 * size and last.box.width < width - 1.6 * size:
        one.ends = "paragraph" if finished else ""
    else:
        one.ends = "" if finished else "middle"


def _is_level(lines: Sequence[Line], size: float) -> bool:
    """Whether all lines start at one edge."""
    return max(x.box.left for x in lines) - min(x.box.left for x in lines) < 0.5 * size


def _left_of(lines: Sequence[Line], k: int, size: float) -> float:
    """The column's left edge at a line: that of the lines around it, which pictures may push in."""
    near = [line.box.left for line in lines[max(0, k - 3) : k + 4]]
    least = min(near)
    own = lines[k].box.left
    if own - least <= 3.3 * size:
        return least
    # Deep in: beside a picture, the lines around it stand as deep.
    deep = [x for x in near if own - x <= 3.3 * size]
    return min(deep) if len(deep) > 1 else least


def _right_edge(lines: Sequence[Line], k: int) -> float:
    """The column's right edge at a line."""
    own, near = lines[k], lines[max(0, k - 2) : k + 3]
    alike = [line for line in near if abs(line.box.left - own.box.left) < 2.8 * own.size]
    return max(line.box.right for line in alike or near)


def _is_centred(line: Line, left: float, right: float, size: float) -> bool:
    return abs((line.box.left - left) - (right - line.box.right)) < 1.2 * size and (
        line.box.left - left > 3.2 * size or (line.bold and line.box.left - left > 1.5 * size)
    )
