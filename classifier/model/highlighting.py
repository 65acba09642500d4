"""A text cut into pieces, those marked whose words spoke for or against a category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from classifier.model.features import Cut
from classifier.text import LINE_BREAK, SPACE, normalise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STRENGTHS = (0.55, 0.22)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text as printed; ``weight`` is that of the strongest word on it, from -1 to 1 (0: none)."""

    text: str
    weight: float = 0.0

    @property
    def side(self) -> Literal["", "for", "against"]:
        return "for" if self.weight > 0 else "against" if self.weight else ""

    @property
    def strength(self) -> int:
        """How strong the word is, from 1 to 3 (0: none)."""
        return 3 - sum(abs(self.weight) < bound for bound in STRENGTHS) if self.weight else 0


def mark_text(text: str, weights: Mapping[str, float], cut: Cut, fold: NDArray[np.uint16]) -> list[Piece]:
    """Cut a text where words with a weight stand; the pieces put together are the text.

    ``weights`` go by normalised words, pairs of neighbours as ``a b``; ``cut`` and ``fold`` are the
    model's.  Each word is laid back onto the characters it came from, so that line breaks, widths and
    Traditional forms stay as printed; a text whose words cannot be laid back is one piece.
    """
    normalised = normalise(text, fold)
    places = _find_places(text, normalised, fold)
    tokens = cut(normalised)
    if not weights or places is None or "".join(tokens) != normalised:
        return [Piece(text)]
    strongest = [0.0] * len(text)
    start, before = 0, ""
    begin_before = 0
    for token in tokens:
        end = start + len(token)
        for word, begin in ((token, start), (f"{before} {token}", begin_before)):
            weight = weights.get(word, 0.0)
            if weight:
                for i in range(places[begin], places[end - 1] + 1):
                    if abs(weight) > abs(strongest[i]):
                        strongest[i] = weight
        before, begin_before, start = token, start, end
    return list(_join_runs(text, strongest))


def _join_runs(text: str, weights: list[float]) -> Iterator[Piece]:
    for weight, run in groupby(zip(text, weights, strict=True), key=lambda pair: pair[1]):
        yield Piece("".join(character for character, _ in run), weight)


def _find_places(text: str, normalised: str, fold: NDArray[np.uint16]) -> list[int] | None:
    """Where each character of the normalised text stands in the text; None where they do not fit."""
    places: list[int] = []
    for i, character in enumerate(text):
        code = int(fold[ord(character)]) if ord(character) <= 0xFFFF else ord(character)
        if code in (0, SPACE, LINE_BREAK):
            continue
        if len(places) < len(normalised) and normalised[len(places)] == " ":
            places.append(i)
        if len(places) >= len(normalised) or ord(normalised[len(places)]) != code:
            return None
        places.append(i)
    return places if len(places) == len(normalised) else None
