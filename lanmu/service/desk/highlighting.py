"""An article as the desk shows it: the words that spoke for and against its category marked where they were printed."""

from __future__ import annotations

from dataclasses import dataclass

from classifier.article import TaggedArticle, WordEvidence
from classifier.model.highlighting import Piece, mark_text
from classifier.model.topic_model import TopicModel

MOST_WORDS = 16
FAINTEST = 0.06
"""Words below this share of the strongest one's weight are left unmarked."""


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
        return tuple(mark_text(text, weights, cut, fold))

    return Explained(marked(article.title, "title"), tuple(marked(line, "text") for line in paragraphs), evidence)
