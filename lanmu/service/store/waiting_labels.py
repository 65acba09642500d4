"""Labels on their way to labels.csv: what it should say, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select, update

from lanmu.service.store.records import local_day
from lanmu.service.store.schema import articles, labels
from training.labels.label import DOUBTFUL


@dataclass(frozen=True, slots=True)
class WaitingLabel:
    """A line that labels.csv lacks, or (``category`` None) still has.

    ``own_id`` is the article's, ``id`` that of its line, once one was written.
    """

    article: int
    own_id: str
    id: str | None
    fingerprint: str
    category: str | None
    source: str
    date: str
    title: str
    text: str


def waiting(connection: Connection, limit: int = 500) -> list[WaitingLabel]:
    """Labels that labels.csv does not say yet, the oldest article first."""
    query = (
        select(labels.c.category.label("wanted"), labels.c.id.label("line"), articles)
        .join(articles, articles.c.number == labels.c.article)
        .where(labels.c.category.is_distinct_from(labels.c.written))
        .order_by(labels.c.article)
        .limit(limit)
    )
    return [
        WaitingLabel(
            row.number,
            row.id.strip(),
            row.line,
            row.fingerprint,
            row.wanted,
            ("annif" if row.origin == "annif" else "desk") + DOUBTFUL * (row.decision == "review"),
            row.printed_day or local_day(row.arrived),
            row.title,
            row.text,
        )
        for row in connection.execute(query)
    ]


def count_waiting(connection: Connection) -> int:
    """How many labels wait to be written."""
    condition = labels.c.category.is_distinct_from(labels.c.written)
    return int(connection.execute(select(func.count()).select_from(labels).where(condition)).scalar_one())


def name_lines(connection: Connection, due: Sequence[WaitingLabel], taken: Collection[str]) -> list[WaitingLabel]:
    """Each with the id of its line, which it keeps from now on: the article's own, so that it can be found again.

    Where another line (``taken`` are those of the file) or another article has that id, a part of the
    content's checksum follows it; an article without an id has that alone.
    """
    named: list[WaitingLabel] = []
    for label in due:
        line = label.id
        if line is None:
            line = label.own_id or f"desk-{label.fingerprint[:20]}"
            others = connection.execute(select(labels.c.article).where(labels.c.id == line)).first()
            if line in taken or others is not None:
                line = f"{line}~{label.fingerprint[:12]}"
            connection.execute(update(labels).where(labels.c.article == label.article).values(id=line))
        named.append(replace(label, id=line))
    return named


def mark_written(connection: Connection, written: Sequence[WaitingLabel]) -> None:
    """Note that labels.csv now says this."""
    for label in written:
        connection.execute(update(labels).where(labels.c.article == label.article).values(written=label.category))
