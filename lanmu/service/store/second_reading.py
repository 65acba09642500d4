"""Second reading: a share of the labels is read once more by another editor, who is not shown them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select
from sqlalchemy.dialects.sqlite import insert

from lanmu.service.store import colleagues
from lanmu.service.store.database import count_rows
from lanmu.service.store.labelling import Card, Labelling, seen_article
from lanmu.service.store.records import moment
from lanmu.service.store.schema import articles, readings

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """One label and what another editor read without knowing it."""

    article: int
    title: str
    first_by: str
    first: str
    second_by: str
    second: str
    at: datetime


@dataclass(frozen=True)
class Agreement:
    """How often two editors said the same; ``kappa`` takes off what chance would give (Cohen 1960).

    ``open``: where they differ and nobody has decided since.
    """

    readings: int
    agreed: int
    kappa: float | None
    open: tuple[Reading, ...]


def numbers(connection: Connection, by: str, share: float, *, limit: int = 200) -> tuple[list[int], int]:
    """The articles that this person may read a second time, the oldest label first, and how many there are.

    The drawing goes by the checksum of the content: it is random, and the same each time.
    """
    c = articles.c
    waiting = and_(
        c.state == "settled",
        c.label.is_not(None),
        c.labelled_by != by,
        c.fingerprint < _find_threshold(share),
        c.number.not_in(select(readings.c.article)),
    )
    total = count_rows(connection, articles, waiting)
    free: ColumnElement[bool] = and_(waiting, ~colleagues.is_held_by_others(by))
    query = select(c.number).where(free).order_by(c.labelled_at, c.number).limit(limit)
    return list(connection.execute(query).scalars()), total


def read(connection: Connection, card: Card, category: str, by: str) -> Labelling:
    """Keep what a second person reads; the label stays.  Raises as ``label`` does."""
    if card.step is not None and _of_step(connection, by, card.step) is not None:
        return Labelling(0, card.number, "read", category, by, again=True)
    article = seen_article(connection, card)
    values = {
        "article": card.number, "first_by": article.labelled_by or "", "first": article.label or "", "second_by": by,
        "second": category, "at": time.time(), "step": card.step,
    }  # fmt: skip
    connection.execute(insert(readings).values(values).on_conflict_do_nothing())
    colleagues.free(connection, [card.number], by)
    return Labelling(0, card.number, "read", category, by)


def take_back(connection: Connection, by: str, step: str) -> Labelling | None:
    """Forget a reading by the name of its step; None where that step was none."""
    number = _of_step(connection, by, step)
    if number is None:
        return None
    connection.execute(delete(readings).where(readings.c.article == number))
    return Labelling(0, number, "read", None, by)


def agreement(connection: Connection) -> Agreement:
    """How well the editors agree, over all second readings."""
    r = readings.c
    pairs = [tuple(row) for row in connection.execute(select(r.first, r.second))]
    differ = (
        select(readings, articles.c.title)
        .join(articles, articles.c.number == r.article)
        .where(r.first != r.second, articles.c.labelled_at < r.at)
        .order_by(r.at.desc())
        .limit(SHOWN)
    )
    sides = tuple(
        Reading(row.article, row.title, row.first_by, row.first, row.second_by, row.second, moment(row.at))
        for row in connection.execute(differ)
    )
    return Agreement(len(pairs), sum(first == second for first, second in pairs), kappa(pairs), sides)


def of_article(connection: Connection, number: int) -> Reading | None:
    """The second reading of an article."""
    query = select(readings, articles.c.title).join(articles, articles.c.number == readings.c.article)
    row = connection.execute(query.where(readings.c.article == number)).one_or_none()
    if row is None:
        return None
    return Reading(row.article, row.title, row.first_by, row.first, row.second_by, row.second, moment(row.at))


def kappa(pairs: Sequence[tuple[str, ...]]) -> float | None:
    """Cohen's kappa of pairs of categories: 1 where all agree, 0 where as many do as by chance; None of none."""
    if not pairs:
        return None
    count = len(pairs)
    agreed = sum(first == second for first, second in pairs) / count
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    chance = sum(firsts[name] * seconds[name] for name in firsts) / count**2
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def _find_threshold(share: float) -> str:
    """The checksum below which this share of all checksums lies."""
    return "g" if share >= 1 else f"{int(share * 16**12):012x}"


def _of_step(connection: Connection, by: str, step: str) -> int | None:
    query = select(readings.c.article).where(readings.c.second_by == by, readings.c.step == step)
    return connection.execute(query).scalar_one_or_none()
