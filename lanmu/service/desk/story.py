"""Story: one article with everything the pages say of it, and the words behind its category marked in its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from classifier.article import TaggedArticle, WordEvidence
from classifier.model.decisions import REASONS, STRICT
from classifier.model.explanation import Piece, mark_text
from classifier.model.topic_model import TopicModel
from lanmu.service.desk.categories import ShownCategory
from lanmu.service.desk.rendering import Desk
from lanmu.service.store.records import QueuedArticle

SHOWN_BARS = 5
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


@dataclass(frozen=True, slots=True)
class Bar:
    """A category with its probability."""

    category: ShownCategory
    probability: float


@dataclass(frozen=True)
class Story:
    """``counts`` is the category that counts now, ``best`` the model's, ``bars`` its ranking's first ones."""

    queued: QueuedArticle
    explained: Explained
    counts: ShownCategory
    best: ShownCategory
    runner_up: ShownCategory | None
    bars: tuple[Bar, ...]
    reasons: tuple[str, ...]


def tell_story(desk: Desk, queued: QueuedArticle) -> Story:
    """An article made ready for a page, explained by the current model."""
    champion = desk.service.champion
    tagged, categories = queued.tagged, desk.categories
    ranking = tagged.ranking
    return Story(
        queued=queued,
        explained=explain_article(champion.model if champion.ready else None, tagged),
        counts=categories[queued.category],
        best=categories[tagged.category],
        runner_up=categories[ranking[1][0]] if len(ranking) > 1 else None,
        bars=tuple(Bar(categories[category], probability) for category, probability in ranking[:SHOWN_BARS]),
        reasons=tuple(_say_reason(desk, tagged, code) for code in tagged.reasons),
    )


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


def _say_reason(desk: Desk, tagged: TaggedArticle, code: str) -> str:
    """Why an article is in review; of a strict category what it takes now, where the article still has not got it."""
    champion = desk.service.champion
    if code == REASONS[STRICT] and champion.ready:
        rule = champion.model.review
        least = dict(zip(champion.model.taxonomy.ids, rule.least, strict=False)).get(tagged.category, 0.0)
        if least > 1:
            return desk.t("strict.why_never")
        if tagged.probability < least:
            return desk.t("strict.why", share=f"{100 * least:g}%")
    return desk.t.reason(code)


def find_repeated_titles(articles: Iterable[QueuedArticle]) -> set[str]:
    """The titles that stand more than once in a list, where more must tell the articles apart."""
    titles = Counter(one.article.title for one in articles)
    return {title for title, count in titles.items() if count > 1}
