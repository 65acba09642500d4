"""A text cut into pieces, those marked whose words spoke for or against a category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from classifier.model.features import Cut
from classifier.text import CharacterTable, normalise


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text as printed; ``weight`` is that of its word (0: none)."""

    text: str
    weight: float = 0.0


def mark_text(text: str, words: Mapping[str, float], cut: Cut, table: CharacterTable) -> list[Piece]:
    """The text in pieces that put together give it again; words (and pairs ``a b``) carry their weights.

    ``cut`` gives the words of a normalised text.  Each token is laid back onto the characters it
    came from, so that line breaks, widths and Traditional forms stay as printed.
    """
    single = {word: weight for word, weight in words.items() if " " not in word}
    paired = {tuple(word.split(" ", 1)): weight for word, weight in words.items() if " " in word}
    spans: list[tuple[int, int, float]] = []
    before: tuple[str, int] | None = None
    for token, start, end in _find_places(text, cut, table):
        weight = single.get(token, 0.0)
        pair = paired.get((before[0], token), 0.0) if before else 0.0
        if abs(pair) > abs(weight) and before is not None:
            spans.append((before[1], end, pair))
        elif weight:
            spans.append((start, end, weight))
        before = (token, start)
    return list(_pieces(text, spans))


def _find_places(text: str, cut: Cut, table: CharacterTable) -> Iterator[tuple[str, int, int]]:
    """Tokens with where they start and end in the text as printed."""
    places: list[int] = []
    for i, character in enumerate(text):
        folded = normalise(f"一{character}一", table.fold)[1:-1]
        places += [i] * len(folded.replace(" ", ""))
    at = 0
    for token in cut(normalise(text, table.fold)):
        length = len(token.replace(" ", ""))
        if length and at + length <= len(places):
            yield token, places[at], places[at + length - 1] + 1
        at += length


def _pieces(text: str, spans: list[tuple[int, int, float]]) -> Iterator[Piece]:
    at = 0
    for start, end, weight in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < at:
            continue
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start:end], weight)
        at = end
    if at < len(text):
        yield Piece(text[at:])
