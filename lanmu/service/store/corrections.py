"""Mending: what reading did wrong put right in the queue; articles taken out of it, by hand or by age.

The number and the fingerprint of what arrived stay, so that a file that comes again finds its
articles as they are now.  A removed article keeps its row, emptied, for the sake of what refers to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, null, select, update
from sqlalchemy.dialects.sqlite import insert

from classifier.article import Article, TaggedArticle
from lanmu.service.store import flags, leases, line_places, queue
from lanmu.service.store.labelling import seen_article
from lanmu.service.store.records import QueuedArticle
from lanmu.service.store.schema import articles, labels, readings
from lanmu.service.store.waiting_labels import STALE

MOST_PIECES = 300
_EMPTY = {
    "id": "", "title": "", "subtitle": "", "column": "", "byline": "", "reporters": [], "date": "", "printed_day": "",
    "text": "", "uncertain": [], "source_path": "", "source_member": "", "source_position": 0, "source_page": 0,
    "source_box": null(), "origin": "", "day": "",
    "ranking": [], "secondary": [], "reasons": [], "state": "removed", "label": None, "labelled_by": None,
    "labelled_at": None,
}  # fmt: skip


def pieces(connection: Connection, of: QueuedArticle) -> list[QueuedArticle]:
    """The articles that were read from the same page as this one, in their order there; this alone if from none."""
    source = of.article.source
    if not source.path:
        return [of]
    c = articles.c
    query = (
        select(c.number)
        .where(
            c.source_path == source.path,
            c.source_member == source.member,
            c.origin == of.origin,
            c.day == of.day,
            c.state != "removed",
        )
        .order_by(c.source_position, c.number)
        .limit(MOST_PIECES)
    )
    queued = (queue.get(connection, number) for number in connection.execute(query).scalars())
    return [one for one in queued if one is not None]


def rewrite(connection: Connection, number: int, tagged: TaggedArticle, model: str) -> None:
    """Give an article another title, text or column, and what the model says of it now; a person's label stays."""
    c = articles.c
    article = tagged.article
    values = queue.judgement_of(tagged, model)
    kept = connection.execute(select(c.state, c.label).where(c.number == number)).one()
    if kept.state in ("settled", "skipped"):
        values.pop("state")
    texts = {"title": article.title, "text": article.text, "column": article.column}
    connection.execute(update(articles).where(c.number == number).values({**values, **texts, "version": c.version + 1}))
    if kept.label is not None:  # so that its line is written anew
        connection.execute(update(labels).where(labels.c.article == number).values(written=STALE))


def insert_after(connection: Connection, before: QueuedArticle, tagged: TaggedArticle, model: str) -> queue.Added:
    """Put a piece that was split off into the queue, at the day and place of the article it was part of."""
    (added,) = queue.add(connection, [tagged], origin=before.origin, model=model, at=before.arrived.timestamp())
    return added


def remove(connection: Connection, number: int, *, into: int | None = None, keep_label: bool = False) -> None:
    """Empty an article; it is in no list any more.

    Merged ``into`` another, it is known when it comes again; removed otherwise, it may come again as
    a new one.  ``keep_label`` leaves its line in labels.csv, of which it is no longer the master.
    """
    c = articles.c
    values: dict[str, object] = {**_EMPTY, "into": into, "version": c.version + 1}
    if into is None:
        values["fingerprint"] = f"removed-{number}"
    connection.execute(update(articles).where(c.number == number).values(values))
    connection.execute(update(articles).where(c.into == number).values(into=into))
    flags.take_away(connection, number)
    connection.execute(leases.all_of(number))
    connection.execute(readings.delete().where(readings.c.article == number))
    line_places.forget(connection, number)
    if not keep_label:
        gone = insert(labels).values(article=number, category=None, written=None)
        connection.execute(gone.on_conflict_do_update(index_elements=["article"], set_={"category": None}))


def older_than(connection: Connection, day: str, limit: int) -> list[int]:
    """Articles that arrived before a day (ISO, local), the oldest first."""
    c = articles.c
    begins = datetime.fromisoformat(day).astimezone().timestamp()
    query = select(c.number).where(c.arrived < begins, c.state != "removed").order_by(c.number).limit(limit)
    return list(connection.execute(query).scalars())


def with_title(article: Article, title: str, column: str) -> Article:
    """The article with another headline and printed column."""
    return replace(article, title=title.strip(), column=column.strip())


def join_articles(first: Article, others: Sequence[Article]) -> Article:
    """One article of several: the first one's headline, then all texts, the others' headlines among them."""
    paragraphs = [first.text]
    for other in others:
        paragraphs += [part for part in (other.title, other.text) if part.strip()]
    return replace(first, text="\n".join(part for part in paragraphs if part))


def cut(article: Article, paragraph: int, title: str) -> tuple[Article, Article]:
    """Two articles of one, the second from this paragraph (counted from 0) on.

    Without a title the paragraph itself is the second one's headline.  Raises ValueError where one
    of them would be empty.
    """
    lines = article.text.split("\n")
    if not 0 < paragraph < len(lines):
        raise ValueError(paragraph)
    rest = lines[paragraph:]
    headline = title.strip() or rest.pop(0).strip()
    second = replace(
        article, id=f"{article.id}-2" if article.id else "", title=headline, text="\n".join(rest), subtitle="",
        byline="", reporters=(), uncertain=(),
    )  # fmt: skip
    first = replace(article, text="\n".join(lines[:paragraph]))
    if not (first.title or first.text).strip() or not (second.title or second.text).strip():
        raise ValueError(paragraph)
    return first, second


__all__ = [
    "cut", "insert_after", "join_articles", "older_than", "pieces", "remove", "rewrite", "seen_article", "with_title",
]  # fmt: skip
