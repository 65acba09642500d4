"""A page as it is printed: pieces of text with their places, and the rules, frames and pictures between them.

All lengths are in one unit a page (points in a PDF, pixels in a scan); ``y`` grows downwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Role = Literal["", "headline", "caption", "furniture", "body", "row"]


class Box(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def x(self) -> float:
        """The middle, from left to right."""
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        """The middle, from top to bottom."""
        return (self.top + self.bottom) / 2

    def shared_x(self, other: Box) -> float:
        """How much of their horizontal ranges two boxes share; negative is the gap between them."""
        return min(self.right, other.right) - max(self.left, other.left)

    def shared_y(self, other: Box) -> float:
        """How much of their vertical ranges two boxes share; negative is the gap between them."""
        return min(self.bottom, other.bottom) - max(self.top, other.top)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def around(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    @staticmethod
    def around_all(boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of some, of which there is one at least."""
        held = list(boxes)
        return Box(
            min(b.left for b in held), min(b.top for b in held), max(b.right for b in held), max(b.bottom for b in held)
        )

    def sides(self) -> list[Box]:
        """Its four sides as thin rules."""
        return [
            Box(self.left, self.top, self.right, self.top + 0.5),
            Box(self.left, self.bottom - 0.5, self.right, self.bottom),
            Box(self.left, self.top, self.left + 0.5, self.bottom),
            Box(self.right - 0.5, self.top, self.right, self.bottom),
        ]


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of printed text: a character, some words, a line, or a block of lines.

    ``size`` is the type's height.  ``role`` is what the source says the piece is, where it says so;
    ``row`` is a table's.
    ``lines`` is above one for a block whose lines are not known apart.
    """

    text: str
    box: Box
    size: float
    bold: bool = False
    role: Role = ""
    lines: int = 1


@dataclass(frozen=True, slots=True)
class DamagedPage:
    """A page that cannot be read; ``late``: it takes too much time or memory.

    Number 0: a part of the file that is some page's, or several pages'.
    """

    number: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One page: its size, its text in any order, and what is drawn besides text.

    ``rules`` are thin lines, ``frames`` drawn or tinted rectangles.  ``number`` counts from one.
    ``exact`` says that sizes and places are those of the typesetter, not measured on a picture.
    ``aside`` is text that runs another way than the page's (up its edge, aslant over it).  ``unmapped``
    counts characters that the source cannot name; ``unplaced`` is text that it gives no place.
    """

    number: int
    width: float
    height: float
    pieces: tuple[TextPiece, ...]
    rules: tuple[Box, ...] = ()
    frames: tuple[Box, ...] = ()
    pictures: tuple[Box, ...] = ()
    exact: bool = True
    aside: tuple[TextPiece, ...] = ()
    unmapped: int = 0
    unplaced: tuple[str, ...] = ()


def gather(count: int, pairs: Iterable[tuple[int, int]], are_together: Callable[[int, int], bool]) -> list[list[int]]:
    """Numbers from 0 on in groups of those that are together, directly or by way of others.

    ``are_together`` is asked of ``pairs``, but for those that are in one group by then.
    """
    owner = list(range(count))

    def root(i: int) -> int:
        while owner[i] != i:
            owner[i] = owner[owner[i]]
            i = owner[i]
        return i

    for i, j in pairs:
        if root(i) != root(j) and are_together(i, j):
            owner[root(j)] = root(i)
    groups: dict[int, list[int]] = {}
    for i in range(count):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())


def link_up(following: Sequence[int]) -> list[list[int]]:
    """Numbers from 0 on in chains, each from one that follows none; ``following`` has for each the next one, or -1."""
    chains = []
    for first in sorted(set(range(len(following))) - set(following)):
        links = [first]
        while (i := following[links[-1]]) >= 0:
            links.append(i)
        chains.append(links)
    return chains
