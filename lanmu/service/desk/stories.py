"""Story: one article with everything the pages say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lanmu.service.desk.categories import ShownCategory
from lanmu.service.desk.highlighting import Explained, explain_article
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.translating import reason
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
        reasons=tuple(reason(words, desk.t) for words in tagged.reasons),
    )


def find_repeated_titles(articles: Iterable[QueuedArticle]) -> set[str]:
    """The titles that stand more than once in a list, where more must tell the articles apart."""
    titles = Counter(one.article.title for one in articles)
    return {title for title, count in titles.items() if count > 1}
