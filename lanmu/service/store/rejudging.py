"""Articles that wait for review, judged again by a newer model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from classifier.article import Article, TaggedArticle
from lanmu.service.store.queue import judgement_of
from lanmu.service.store.records import make_queued_article
from lanmu.service.store.schema import articles


def count_stale(connection: Connection, model: str) -> int:
    """How many articles wait for review that another model than this one tagged."""
    c = articles.c
    query = select(func.count()).select_from(articles).where(c.state == "review", c.model != model)
    return int(connection.execute(query).scalar_one())


def stale(connection: Connection, model: str, *, limit: int) -> list[tuple[int, Article]]:
    """Those articles with their numbers, the oldest first."""
    c = articles.c
    query = select(articles).where(c.state == "review", c.model != model).order_by(c.number).limit(limit)
    return [(row.number, make_queued_article(row).article) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class JudgedAgain:
    """``accepted``: how many need no review any more; ``changed``: whose category or decision is another now."""

    accepted: int
    changed: tuple[int, ...]


def judge_again(connection: Connection, judged: Sequence[tuple[int, TaggedArticle]], model: str) -> JudgedAgain:
    """Note what the model says now; an article that a person has labelled meanwhile stays as it is."""
    c = articles.c
    accepted = 0
    changed: list[int] = []
    for number, tagged in judged:
        before = connection.execute(select(c.category).where(c.number == number, c.state == "review")).one_or_none()
        if before is None:
            continue
        connection.execute(update(articles).where(c.number == number).values(judgement_of(tagged, model)))
        accepted += tagged.decision == "accepted"
        if tagged.decision == "accepted" or before.category != tagged.category:
            changed.append(number)
    return JudgedAgain(accepted, tuple(changed))
