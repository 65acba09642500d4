"""What people say of articles: accept, choose another category, skip; and back again."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.store import colleagues, queue
from lanmu.service.store.records import QueuedArticle, local_day
from lanmu.service.store.schema import articles, label_steps, labels

MOST_AT_ONCE = 1_000


class NoSuchArticle(LanmuError):
    """The queue has no article of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(say("queue.no_article", number=number))


class LabelledMeanwhile(LanmuError):
    """Another person labelled the article after this one had seen it."""


class AnotherCard(LanmuError):
    """What the person looked at is not this article, or not as it is now."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a person has before them when they judge: an article's number, and as which they saw it.

    ``seen`` is the version, ``token`` that of the card on screen (QueuedArticle.token); None: whatever they are.
    ``step`` is the desk's name of what is done, so that a step that comes twice is done once.
    """

    number: int
    seen: int | None = None
    token: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Labelling:
    """One judgement: ``action`` is accept, choose or skip; ``category`` what the article now has (None: none).

    ``again``: it was done before, and has come once more.
    """

    number: int
    article: int
    action: str
    category: str | None
    by: str
    again: bool = False


def label(connection: Connection, card: Card, category: str | None, by: str) -> Labelling:
    """Give an article its category for good: the model's own is an accept, another a choice; None puts it aside.

    A step that is known is done already, and what was done then is returned.  Raises as ``seen_article`` does.
    """
    if card.step is not None:
        known = select(label_steps).where(label_steps.c.by == by, label_steps.c.step == card.step)
        row = connection.execute(known).one_or_none()
        if row is not None:
            return Labelling(row.number, row.article, row.action, row.category, by, True)
    return _note_label(connection, seen_article(connection, card), category, by, step=card.step)


def label_many(connection: Connection, given: Iterable[tuple[int, str | None]], by: str) -> list[Labelling]:
    """Give many articles (by number) their categories, as one step that undo takes back.

    None accepts the model's category, where nobody has labelled the article yet.  What has the category
    already stays as it is; what is no longer there is left out.
    """
    labels = dict(given)
    if len(labels) > MOST_AT_ONCE:
        raise LanmuError(say("queue.too_many", count=f"{len(labels):,}", most=f"{MOST_AT_ONCE:,}"))
    batch = secrets.token_hex(8)
    done: list[Labelling] = []
    for number, category in labels.items():
        article = queue.get(connection, number)
        if article is not None and (article.state != "settled" or category not in (None, article.label)):
            done.append(_note_label(connection, article, category or article.tagged.category, by, batch=batch))
    return done


def flag(connection: Connection, card: Card, by: str, note: str) -> Labelling:
    """Ask colleagues about an article; it stays in review, for them.  Raises as ``label`` does."""
    article = seen_article(connection, card)
    colleagues.ask(connection, card.number, by, note)
    colleagues.free(connection, [card.number], by)
    return Labelling(0, card.number, "flag", article.label, by)


def undo(connection: Connection, by: str, *, of: str | None = None, step: str | None = None) -> list[Labelling]:
    """Take back this person's last step (a bulk accept as a whole), or the one named ``of``; empty where there is none.

    An article that another label has changed since is left as it is.  ``step`` is the desk's
    name of this undoing, which is done once however often it comes.
    """
    own = select(label_steps).where(label_steps.c.by == by).order_by(label_steps.c.number.desc())
    if step is not None and (done := list(connection.execute(own.where(label_steps.c.undone_step == step)))):
        return [Labelling(row.number, row.article, row.action, row.before_label, by, True) for row in done]
    last = own.where(label_steps.c.undone_at.is_(None))
    first = connection.execute((last if of is None else last.where(label_steps.c.step == of)).limit(1)).one_or_none()
    if first is None:
        return []
    rows = [first]
    if first.batch is not None:
        rows = list(connection.execute(last.where(label_steps.c.batch == first.batch)))
    at = time.time()
    taken: list[Labelling] = []
    for row in rows:
        connection.execute(
            update(label_steps).where(label_steps.c.number == row.number).values(undone_at=at, undone_step=step)
        )
        later = select(label_steps.c.number).where(
            label_steps.c.article == row.article,
            label_steps.c.number > row.number,
            label_steps.c.undone_at.is_(None),
        )
        if connection.execute(later.limit(1)).one_or_none() is not None:
            continue
        _write(connection, row.article, row.before_state, row.before_label, row.before_by, row.before_at)
        taken.append(Labelling(row.number, row.article, row.action, row.before_label, by))
    return taken


def seen_article(connection: Connection, card: Card) -> QueuedArticle:
    """The article on a card, if it is still as a person saw it.

    Raises NoSuchArticle; LabelledMeanwhile where its version has changed since; AnotherCard where the token is
    not this article's.
    """
    article = queue.get(connection, card.number)
    if article is None:
        raise NoSuchArticle(card.number)
    if card.seen is not None and card.seen != article.version:
        who = article.labelled_by or say("queue.somebody")
        raise LabelledMeanwhile(say("queue.labelled_meanwhile", person=who, number=card.number))
    if card.token is not None and not secrets.compare_digest(card.token.encode(), article.token.encode()):
        raise AnotherCard(say("queue.another_card", number=card.number))
    return article


def _note_label(
    connection: Connection, article: QueuedArticle, category: str | None, by: str, *, batch: str | None = None,
    step: str | None = None,
) -> Labelling:  # fmt: skip
    at = time.time()
    action = "skip" if category is None else "accept" if category == article.tagged.category else "choose"
    statement = insert(label_steps).values(
        article=article.number,
        action=action,
        category=category,
        by=by,
        at=at,
        day=local_day(at),
        batch=batch,
        step=step,
        before_state=article.state,
        before_label=article.label,
        before_by=article.labelled_by,
        before_at=None if article.labelled_at is None else article.labelled_at.timestamp(),
    )
    number = connection.execute(statement.returning(label_steps.c.number)).scalar_one()
    _write(connection, article.number, "skipped" if category is None else "settled", category, by, at)
    colleagues.answer(connection, article.number)
    colleagues.free(connection, [article.number], by)
    return Labelling(number, article.number, action, category, by)


def _write(
    connection: Connection, number: int, state: str, category: str | None, by: str | None, at: float | None
) -> None:
    """Set an article's state and label, and what labels.csv is to say of it."""
    c = articles.c
    values = {"state": state, "label": category, "labelled_by": by, "labelled_at": at, "version": c.version + 1}
    connection.execute(update(articles).where(c.number == number).values(values))
    wanted = insert(labels).values(article=number, category=category, written=None)
    connection.execute(wanted.on_conflict_do_update(index_elements=["article"], set_={"category": category}))
