"""How blocks follow one another: which goes on where another breaks off.

Each block has one successor at most.  What a pair of blocks costs comes from where they stand
(below, in the next column, under one headline) and from how the first ends and the second
starts (in the middle of a paragraph, or with one); the cheapest set of pairs is taken, as in the
assignment problem (Kuhn 1955).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from classifier.reading.layout.heads import Head
from classifier.reading.layout.printed import Box, link_up
from classifier.reading.layout.printed_columns import Block
from classifier.reading.page.joining import word_pairs

NEVER = 1e6
MOST_ASSIGNED = 250
"""With more blocks than this, pairs are taken one after the other: the cheapest set would take seconds."""
SUBHEAD_CHARS = 24


class Surroundings:
    """What stands between and above the blocks of one region."""

    def __init__(
        self,
        blocks: Sequence[Block],
        heads: Sequence[Head],
        level_rules: Sequence[Box],
        upright_rules: Sequence[Box],
        pictures: Sequence[Box],
        body: float,
    ) -> None:
        self.blocks, self.heads, self.pictures, self.body = blocks, heads, pictures, body
        self.level_rules, self.upright_rules = level_rules, upright_rules
        self.by_top = sorted(blocks, key=lambda block: block.box.top)
        self.tops = [block.box.top for block in self.by_top]
        self.columns = {block: self._column(block) for block in blocks}
        self.head_above: dict[Block, Head | None] = {}
        self.next_above: dict[Block, Head | Block | None] = {}
        self.ruled_above: dict[Block, bool] = {}
        for block in blocks:
            self._look_up(block)
        self._widen_short_headlines()
        self.beside: dict[Block, Head] = {}
        for h in heads:
            if h.vertical:
                self._look_beside(h)

    def _column(self, block: Block) -> Box:
        """The place that a block's column takes: a single line may be shorter than its column."""
        box = block.box
        if len(block.lines) > 1:
            return box
        best, best_gap = box, 15 * self.body
        for other in self.blocks:
            b = other.box
            if len(other.lines) < 2 or b.left > box.left + 0.5 * self.body or b.right < box.right - 0.5 * self.body:
                continue
            gap = max(0.0, -box.shared_y(b))
            if gap < best_gap and b.width > box.width:
                best, best_gap = b, gap
        return Box(best.left, box.top, best.right, box.bottom)

    def _look_up(self, block: Block) -> None:
        """The nearest headline above a block in its column, and what stands right above it."""
        above: Head | None = None
        nearest: Head | Block | None = None
        bottom = -1e9
        top = block.box.top
        ruled = max(
            (
                r.top
                for r in self.level_rules
                if r.bottom < top + 0.6 * self.body and r.shared_x(block.box) > 0.5 * block.box.width
            ),
            default=-1e9,
        )
        for h in self.heads:
            if h.vertical or h.box.bottom > top + 0.6 * self.body:
                continue
            if h.box.bottom < ruled + 0.3 * self.body and top - h.box.bottom > 2.5 * self.body:
                continue  # A rule ends what stands above it, but for one right under a headline.
            shared = h.box.shared_x(block.box)
            if shared >= 0.25 * min(block.box.width, h.box.width) and h.box.bottom > bottom:
                above = nearest = h
                bottom = h.box.bottom
        for other in self.blocks:
            if other is block or other.box.bottom > top + 0.6 * self.body or other.box.bottom <= bottom:
                continue
            if other.box.bottom < ruled + 0.3 * self.body:
                continue
            if other.box.shared_x(block.box) >= 0.3 * min(block.box.width, other.box.width):
                nearest, bottom = other, other.box.bottom
        self.head_above[block] = above
        self.next_above[block] = nearest
        self.ruled_above[block] = ruled > (nearest.box.bottom if nearest is not None else -1e9) - 0.5 * self.body

    def _widen_short_headlines(self) -> None:
        """Give a headline that is shorter than its row of columns the columns beside those that it touches."""
        for _ in range(6):
            more: dict[Block, Head] = {}
            for block in self.blocks:
                if isinstance(self.next_above[block], Head):
                    continue
                mates = [
                    (gap, m) for m in self.blocks if m is not block and (gap := self._gutter(block, m)) is not None
                ]
                for _, mate in sorted(mates, key=lambda x: x[0]):
                    h = self.next_above[mate]
                    if isinstance(h, Head) and self._may_reach(h, block, mate):
                        more[block] = h
                        break
            if not more:
                return
            for block, h in more.items():
                self.head_above[block] = self.next_above[block] = h

    def _gutter(self, block: Block, mate: Block) -> float | None:
        """The gap to a column of the same make beside a block, their tops level; None where it is none."""
        a, b = block.box, mate.box
        if abs(a.top - b.top) > 0.7 * self.body or not 0.97 < block.size / mate.size < 1.03:
            return None
        if min(len(block.lines), len(mate.lines)) > 2 and not 0.9 < a.width / b.width < 1.1:
            return None
        gap = b.left - a.right if b.left > a.left else a.left - b.right
        return gap if 0 < gap < 3.4 * self.body else None

    def _may_reach(self, h: Head, block: Block, mate: Block) -> bool:
        """Whether a headline over ``mate`` may stand over ``block`` too: it is not set flush with mate's outer edge."""
        a, b = block.box, mate.box
        if a.left < b.left and abs(h.box.left - b.left) < self.body:
            return False
        above = self.next_above[block]
        if isinstance(above, Block) and above.box.bottom > h.box.top - 0.5 * self.body:
            return False
        left, right = (a, b) if a.left < b.left else (b, a)
        return not any(
            left.right - 0.3 * self.body <= (r.left + r.right) / 2 <= right.left + 0.3 * self.body
            and r.top < h.box.top + 0.5 * h.box.height
            and r.bottom > a.top
            for r in self.upright_rules
        )

    def _look_beside(self, h: Head) -> None:
        """The block that a headline set from top to bottom belongs to: the first to its right, else to its left."""
        best, best_cost = None, 4.5 * self.body + h.size
        for block in self.blocks:
            if block.box.shared_y(h.box) < 0.4 * min(block.box.height, h.box.height):
                continue
            right, left = block.box.left - h.box.right, h.box.left - block.box.right
            other = self.head_above[block]
            lower = other is not None and other.box.top > h.box.top - self.body and self.next_above[block] is other
            if lower or self.crossed(h.box, block.box):  # another headline stands over it, below the top of this one
                continue
            for gap, more in ((right, 0.0), (left, 2 * self.body)):
                cost = gap + more + 0.1 * abs(block.box.top - h.box.top)
                if -0.5 * self.body < gap and cost < best_cost:
                    best, best_cost = block, cost
        if best is not None:
            self.beside[best] = h

    def crossed(self, a: Box, b: Box) -> bool:
        """Whether an upright rule stands between two boxes side by side."""
        left, right = (a, b) if a.left < b.left else (b, a)
        top, bottom = max(a.top, b.top), min(a.bottom, b.bottom)
        middle = (top + bottom) / 2
        return any(
            left.right - 0.5 * self.body <= (r.left + r.right) / 2 <= right.left + 0.5 * self.body
            and (r.top <= middle <= r.bottom or min(r.bottom, bottom) - max(r.top, top) > 0.3 * abs(bottom - top))
            for r in self.upright_rules
        )

    def ruled(self, upper: Box, lower: Box) -> bool:
        """Whether a level rule stands between a block and one below it."""
        left, right = max(upper.left, lower.left), min(upper.right, lower.right)
        return any(
            upper.bottom - 0.5 * self.body <= r.top <= lower.top + 0.5 * self.body
            and min(r.right, right) - max(r.left, left) > 0.5 * (right - left)
            for r in self.level_rules
        )

    def headed_between(self, upper: Box, lower: Box) -> bool:
        """Whether a headline stands between a block and one below it."""
        left, right = max(upper.left, lower.left), min(upper.right, lower.right)
        return any(
            upper.bottom - self.body <= h.box.top
            and h.box.bottom <= lower.top + self.body
            and min(h.box.right, right) - max(h.box.left, left) > 0.1 * (right - left)
            for h in self.heads
            if not h.vertical
        )

    def filled(self, box: Box) -> float:
        """How much of a gap pictures and frames fill, from 0 to 1."""
        if box.height <= 0 or box.width <= 0:
            return 0.0
        return max(
            (max(0.0, p.shared_y(box)) / box.height for p in self.pictures if p.shared_x(box) > 0.3 * box.width),
            default=0.0,
        )


def chains_of(around: Surroundings) -> list[list[Block]]:
    """Blocks in the order they are read, a list for each run of text."""
    blocks = list(around.blocks)
    n = len(blocks)
    if not n:
        return []
    cost = np.full((2 * n, 2 * n), NEVER)
    for i, before in enumerate(blocks):
        cost[i, n + i] = end_cost(before)
        for j, after in enumerate(blocks):
            if i != j and (price := pair_cost(before, after, around)) < NEVER:
                cost[i, j] = price
    for j, after in enumerate(blocks):
        cost[n + j, j] = start_cost(after, around)
    cost[n:, n:] = 0.0
    following = assign(cost)[:n] if n <= MOST_ASSIGNED else _assign_cheapest_first(cost)
    successors = {i: j for i, j in enumerate(following) if j < n}
    _open_rings(successors, cost)
    links = link_up([successors.get(i, -1) for i in range(n)])
    return sorted(([blocks[i] for i in own] for own in links), key=lambda own: (own[0].box.top, own[0].box.left))


def _open_rings(successors: dict[int, int], cost: np.ndarray) -> None:
    """Cut rings, in which every block goes on in another, where that costs most."""
    seen: set[int] = set()
    for start in list(successors):
        ring, i = [], start
        while i in successors and i not in seen:
            seen.add(i)
            ring.append(i)
            i = successors[i]
        if ring and i in ring:
            del successors[max(ring[ring.index(i) :], key=lambda k: cost[k, successors[k]])]


def end_cost(block: Block) -> float:
    return {"middle": 4.5, "paragraph": 0.0}.get(block.ends, 1.0)


def start_cost(block: Block, around: Surroundings) -> float:
    """What it costs that an article starts here."""
    above = around.next_above[block]
    if block in around.beside:
        return {"middle": 3.5, "paragraph": 0.0}.get(block.starts, 0.5)
    if above is not None and above is around.head_above[block]:
        gap = max(0.0, block.box.top - above.box.bottom) / around.body
        first = not any(
            other is not block
            and around.next_above[other] is above
            and other.box.left < block.box.left - around.body
            and other.box.top < block.box.bottom
            for other in around.blocks
        )
        cost = (0.0 if first else 3.0) + 0.3 * max(0.0, gap - 3)
        return cost + {"middle": 3.5, "paragraph": 0.0}.get(block.starts, 0.5)
    cost = {"middle": 7.0, "paragraph": 3.0}.get(block.starts, 4.0)
    if around.ruled_above[block]:
        cost -= 0.5
    return cost


def pair_cost(before: Block, after: Block, around: Surroundings) -> float:
    """What it costs that ``after`` goes on where ``before`` breaks off."""
    a, b, body = before.box, after.box, around.body
    wide_a, wide_b = around.columns[before], around.columns[after]
    shared = wide_a.shared_x(wide_b)
    told = _text_cost(before, after)
    ratio = max(before.size, after.size) / min(before.size, after.size)
    if ratio >= 1.03:
        # A line of its own in slightly larger type is a sub-head.
        subhead = any(len(x.lines) == 1 and len(x.text) <= SUBHEAD_CHARS for x in (before, after))
        told += 0.5 if subhead else 2.5 * min(4.0, (ratio - 1.0) / 0.05)
    if before.pitch and after.pitch and not 0.93 < before.pitch / after.pitch < 1.07:
        told += 2.0
    if shared > 0.5 * min(wide_a.width, wide_b.width) and b.top > a.bottom - 0.8 * body:
        return _below_cost(before, after, around) + told
    if b.left > a.right - 0.6 * body:
        return _beside_cost(before, after, around) + told
    return NEVER


def _below_cost(before: Block, after: Block, around: Surroundings) -> float:
    a, b, body = before.box, after.box, around.body
    if around.headed_between(a, b):
        return NEVER
    first = bisect_right(around.tops, max(a.top + 0.5 * body, a.bottom - body))
    last = bisect_left(around.tops, min(b.bottom - 0.5 * body, b.top + body))
    if any(
        o is not before
        and o is not after
        and o.box.bottom < b.bottom - 0.5 * body
        and min(o.box.shared_x(a), o.box.shared_x(b)) > 0.3 * min(o.box.width, b.width)
        and o.box.bottom < b.top + body
        for o in around.by_top[first:last]
    ):
        return NEVER
    gap = max(0.0, b.top - a.bottom) / body
    wide = max(a.width, b.width) / min(a.width, b.width)
    cost = 0.3
    if around.ruled(a, b):
        cost += 4.5
    filled = around.filled(Box(max(a.left, b.left), a.bottom, min(a.right, b.right), b.top))
    cost += 0.6 if filled > 0.5 else min(9.0, 0.9 * max(0.0, gap - 0.6))
    if wide > 1.25 and len(before.lines) > 1 and len(after.lines) > 1:
        aligned = abs(a.left - b.left) < 3 * body or abs(a.right - b.right) < 1.5 * body
        cost += 0.8 if aligned else 2.5
        if b.width < a.width and any(
            o is not after
            and o.box.right < b.left
            and o.box.left > a.left - 3 * body
            and abs(o.box.top - b.top) < 1.5 * body
            for o in around.blocks
        ):
            cost += 3.0
    return cost


def _beside_cost(before: Block, after: Block, around: Surroundings) -> float:
    a, b, body = before.box, after.box, around.body
    gap = b.left - a.right
    if b.top > a.bottom + body:
        return NEVER
    h_before, h_after = around.head_above[before], around.head_above[after]
    cost = 1.0
    reach = 3.6 * body
    if gap > reach:
        # A whole column may be taken by pictures or a frame.
        middle = Box(a.right, max(a.top, b.top), b.left, min(a.bottom, b.bottom))
        if any(p.shared_x(middle) > 0.55 * middle.width and p.shared_y(middle) > 0 for p in around.pictures):
            cost += 1.5
        elif gap > reach + 14 * body or len(before.lines) > 2:
            return NEVER
        else:
            short = before.lines[-1].box.right if len(before.lines) == 1 else a.right
            cost += 1.0 + 0.1 * (b.left - short) / body
    # Between the two no other column may stand.
    if any(
        o is not before
        and o is not after
        and o.box.left > a.right - body
        and o.box.right < b.left + body
        and o.box.shared_y(b) > 0
        and o.box.bottom > b.top
        for o in around.blocks
    ):
        return NEVER
    if around.crossed(a, b):
        cost += 2.2
    above = around.next_above[after]
    same = h_before is not None and h_before is h_after
    if same:
        cost -= 2.5
    elif h_after is not None and above is h_after:
        # Another headline stands right over it: an article of its own, most likely.
        cost += 5.0
        if h_before is not None and h_after.box.top > h_before.box.bottom:
            cost += 1.0
    if isinstance(above, Block):
        # It stands under other text: only what a rule or a gap parts from that text may go on from elsewhere.
        apart = (b.top - above.box.bottom) / body
        parted = around.ruled_above[after] or apart > 1.2
        if above.box.right <= a.right + body and above is not before:
            cost += 1.0
        cost += 1.0 if parted else 3.0
        if around.filled(Box(b.left, above.box.bottom, b.right, b.top)) > 0.5:
            cost += 2.0
    if b.top < a.top - 1.2 * body and not same:
        cost += 0.4
    wide = max(a.width, b.width) / min(a.width, b.width)
    if min(len(before.lines), len(after.lines)) > 2:
        cost += min(3.0, 4.0 * max(0.0, wide - 1.08))
    if abs(b.bottom - a.bottom) < 1.5 * body or abs(b.top - a.top) < 0.8 * body:
        cost -= 0.5
    return cost


def _text_cost(before: Block, after: Block) -> float:
    ends, starts = before.ends, after.starts
    if ends == "middle" and starts != "paragraph":
        return (-2.0 if starts == "middle" else -0.5) + _joint_cost(before, after)
    costs = {("middle", "paragraph"): 4.5, ("paragraph", "middle"): 4.5, ("paragraph", "paragraph"): 0.3}
    return costs.get((ends, starts), 0.0)


def _joint_cost(before: Block, after: Block) -> float:
    """Two characters that make a word where two blocks meet speak for the pair."""
    a, b = before.lines[-1].text[-1:], after.lines[0].text[:1]
    if a.isascii() and b.isascii() and a.isalnum() and b.isalnum():
        return -0.8
    if b in "，。；：、！？”’）》":
        return 2.0
    return -0.8 if b in word_pairs().get(a, "") else 0.4


def _assign_cheapest_first(cost: np.ndarray) -> list[int]:
    """As assign, for a crowd of blocks: pairs are taken from the cheapest on, where they are better than none."""
    n = len(cost) // 2
    saved = np.diag(cost[:n, n:])[:, None] + np.diag(cost[n:, :n])[None, :] - cost[:n, :n]
    following = list(range(n, 2 * n))
    taken: set[int] = set()
    rows, columns = np.nonzero(saved > 0)
    for k in np.argsort(-saved[rows, columns], kind="stable"):
        i, j = int(rows[k]), int(columns[k])
        if following[i] >= n and j not in taken:
            following[i] = j
            taken.add(j)
    return following


def assign(cost: np.ndarray) -> list[int]:
    """For each row the column of the cheapest assignment (Kuhn 1955, in Jonker and Volgenant's form, 1987)."""
    n = len(cost)
    rows_value, columns_value = np.zeros(n + 1), np.zeros(n + 1)
    row_of = np.full(n + 1, 0)
    for i in range(1, n + 1):
        row_of[0] = i
        at = 0
        least = np.full(n + 1, np.inf)
        before = np.zeros(n + 1, dtype=int)
        used = np.zeros(n + 1, dtype=bool)
        while True:
            used[at] = True
            row = row_of[at]
            reduced = cost[row - 1] - rows_value[row] - columns_value[1:]
            better = ~used[1:] & (reduced < least[1:])
            least[1:][better] = reduced[better]
            before[1:][better] = at
            free = np.where(used, np.inf, least)
            free[0] = np.inf
            following = int(np.argmin(free))
            step = free[following]
            rows_value[row_of[used]] += step
            columns_value[used] -= step
            least[~used] -= step
            at = following
            if row_of[at] == 0:
                break
        while at:
            row_of[at] = row_of[before[at]]
            at = int(before[at])
    columns = [0] * n
    for column in range(1, n + 1):
        columns[row_of[column] - 1] = column - 1
    return columns
