"""The words that spoke for and against a category, found again in the text as it was printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from classifier.article import TaggedArticle, WordEvidence
from classifier.model.topic_model import TopicModel
from classifier.text import LINE_BREAK, SPACE, normalise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_WORDS = 16
FAINTEST = 0.06
"""Words below this share of the strongest one's weight are left unmarked."""

STRENGTHS = (0.55, 0.22)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; ``strength`` 1 to 3 where it spoke ``for`` or ``against`` the category, else 0."""

    text: str
    side: Literal["", "for", "against"] = ""
    strength: int = 0


@dataclass(frozen=True, slots=True)
class Explained:
    """An article's title and paragraphs in pieces, and the words behind them, strongest first."""

    title: tuple[Piece, ...]
    paragraphs: tuple[tuple[Piece, ...], ...]
    evidence: tuple[WordEvidence, ...]

    @property
    def strongest(self) -> float:
        return max((abs(word.weight) for word in self.evidence), default=1.0) or 1.0


def explain_article(model: TopicModel | None, tagged: TaggedArticle) -> Explained:
    """Mark an article by what the model saw; unmarked without a model, or where it knows other categories."""
    article = tagged.article
    evidence: tuple[WordEvidence, ...] = ()
    if model is not None and len(tagged.ranking) > 1 and all(c in model.taxonomy for c, _ in tagged.ranking[:2]):
        evidence = model.explain(tagged, MOST_WORDS).evidence
        floor = FAINTEST * max((abs(word.weight) for word in evidence), default=0.0)
        evidence = tuple(word for word in evidence if abs(word.weight) >= floor > 0)
    paragraphs = [line.strip() for line in article.text.splitlines() if line.strip()]
    if model is None or not evidence:
        return Explained((Piece(article.title),), tuple((Piece(line),) for line in paragraphs), evidence)
    strongest = abs(evidence[0].weight)
    cut, fold = model.explainer.counter.cut, model.weights.table.fold

    def marked(text: str, field: str) -> tuple[Piece, ...]:
        weights = {word.word: word.weight / strongest for word in evidence if word.field == field}
        return tuple(pieces(text, weights, cut, fold))

    return Explained(marked(article.title, "title"), tuple(marked(line, "text") for line in paragraphs), evidence)


def pieces(
    text: str, weights: Mapping[str, float], cut: Callable[[str], list[str]], fold: NDArray[np.uint16]
) -> list[Piece]:
    """Cut a text where words with a weight (-1 to 1) stand; the pieces put together are the text.

    ``weights`` go by normalised words, pairs of neighbours as ``a b``; ``cut`` and ``fold`` are the
    model's.
    """
    normalised = normalise(text, fold)
    places = _places(text, normalised, fold)
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
    return _runs(text, strongest)


def _runs(text: str, weights: Sequence[float]) -> list[Piece]:
    runs: list[Piece] = []
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or weights[i] != weights[start]:
            runs.append(_piece(text[start:i], weights[start]))
            start = i
    return runs


def _piece(text: str, weight: float) -> Piece:
    if not weight:
        return Piece(text)
    strength = 3 - sum(abs(weight) < bound for bound in STRENGTHS)
    return Piece(text, "for" if weight > 0 else "against", strength)


def _places(text: str, normalised: str, fold: NDArray[np.uint16]) -> list[int] | None:
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
