"""Story: one article with everything the pages say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from classifier.article import TaggedArticle
from classifier.model.decisions import REASONS, STRICT
from lanmu.service.desk.categories import ShownCategory
from lanmu.service.desk.highlighting import Explained, explain_article
from lanmu.service.desk.rendering import Desk
from lanmu.service.store.records import QueuedArticle

SHOWN_BARS = 5


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
