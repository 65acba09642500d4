"""Why a category: each word's share of the score that set it apart, and where these words stand in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from classifier.article import WordEvidence
from classifier.engine.scoring.python_scorer import PythonScorer
from classifier.model.features import Analyser, Cut, PlainCounter, weigh
from classifier.model.weights import LinearWeights
from classifier.text import LINE_BREAK, SPACE, normalise


class Explainer:
    """Gives the words that spoke for a category and against another.

    The model is linear, so a word's share is its value times the difference of the two categories'
    weights, after calibration; the shares and the intercepts add up to the difference of the
    logits, before the article's spread divides them (weights.calibrate).  ``cut`` gives the
    words of a normalised text; without it PythonScorer's.
    """

    def __init__(self, weights: LinearWeights, cut: Cut | None = None) -> None:
        self.weights = weights
        if cut is None:
            cut = PythonScorer(weights).cut
        self.counter = PlainCounter(weights.spec, cut, weights.table.is_word)

    def evidence(self, title: str, text: str, category: int, other: int) -> list[WordEvidence]:
        """Words by their weight for ``category`` and against ``other``, the strongest (either way) first."""
        weights = self.weights
        difference = weights.calibration_matrix[category] - weights.calibration_matrix[other]
        counts = self.counter(normalise(title, weights.table.fold), normalise(text, weights.table.fold))
        find: dict[Analyser, Callable[[str], int]] = {
            "words": weights.words.find,
            "characters": weights.characters.find,
        }
        sums: dict[tuple[str, str], tuple[float, int]] = {}
        for block in weigh(weights.spec, counts, find, len(weights.words), weights.idf):
            name = block.block[0]
            field = "title" if name == "title" else "text"
            rows = block.rows + weights.spec.group(name) * weights.features
            shares = (weights.weights[rows] @ difference) * block.values
            for feature, count, share in zip(block.features, block.counts, shares.tolist(), strict=True):
                before, counted = sums.get((feature, field), (0.0, 0))
                sums[feature, field] = (before + share, max(counted, count))
        evidence = [WordEvidence(word, share, field, count) for (word, field), (share, count) in sums.items()]
        return sorted(evidence, key=lambda e: (-abs(e.weight), e.word, e.field))


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
