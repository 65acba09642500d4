"""Labels on their way to labels.csv: what it should say, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, insert, select, update

from lanmu.service.store.database import count_rows
from lanmu.service.store.records import local_day
from lanmu.service.store.schema import articles, label_files, labels
from training.labels.checks import is_usable_id
from training.labels.label import DOUBTFUL, Label, cell_text

MOST_LABEL_FILES = 5_000
STALE = ""
"""What ``written`` is where labels.csv says something of the article that may no longer be right."""


@dataclass(frozen=True, slots=True)
class WaitingLabel:
    """A line that labels.csv lacks, or (one without a category) still has.

    ``label`` is the line; its id is empty until a line was written.  ``own_id`` is the article's;
    ``stale``: what the file has says something of the article that is no longer so.
    """

    article: int
    own_id: str
    fingerprint: str
    version: int
    stale: bool
    label: Label


@dataclass(frozen=True, slots=True)
class LabelFileState:
    """What labels.csv was once it had been written: its SHA-256 and when it was changed, in nanoseconds."""

    digest: str
    modified: int


def waiting(connection: Connection, after: int = 0, limit: int = 500) -> list[WaitingLabel]:
    """Labels that labels.csv does not say yet, of articles ``after`` this number, the oldest first."""
    query = (
        select(labels.c.category.label("wanted"), labels.c.id.label("line"), labels.c.written.label("says"), articles)
        .join(articles, articles.c.number == labels.c.article)
        .where(
            labels.c.category.is_distinct_from(labels.c.written),
            labels.c.article > after,
            (articles.c.state != "removed") | labels.c.category.is_(None),
        )
        .order_by(labels.c.article)
        .limit(limit)
    )
    return [
        WaitingLabel(
            row.number,
            row.id.strip(),
            row.fingerprint,
            row.version,
            row.says == STALE,
            Label(
                row.line or "",
                row.wanted or "",
                ("annif" if row.origin == "annif" else "desk") + DOUBTFUL * (row.decision == "review"),
                row.printed_day or local_day(row.arrived),
                row.title,
                row.text,
            ),
        )
        for row in connection.execute(query)
    ]


def count_waiting(connection: Connection) -> int:
    """How many labels wait to be written."""
    return count_rows(connection, labels, labels.c.category.is_distinct_from(labels.c.written))


def articles_of(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """The articles of the queue whose lines in labels.csv have these ids."""
    query = select(labels.c.id, labels.c.article).where(labels.c.id.in_(ids[:500]))
    return {row.id: row.article for row in connection.execute(query)}


def line_of(connection: Connection, article: int) -> str:
    """The id of an article's line in labels.csv; empty where it has none."""
    return connection.execute(select(labels.c.id).where(labels.c.article == article)).scalar_one_or_none() or ""


def name_lines(connection: Connection, due: Sequence[WaitingLabel], taken: Collection[str]) -> list[WaitingLabel]:
    """Each with the id of its line, which it keeps from now on: the article's own, so that it can be found again.

    Where another line (``taken`` are those of the file) or another article has that id, a part of the
    content's checksum follows it; an article without an id has that alone.
    """
    named: list[WaitingLabel] = []
    for one in due:
        line = one.label.id
        if not line:
            line = cell_text(one.own_id).strip()
            if not is_usable_id(line):
                line = f"desk-{one.fingerprint[:20]}"
            others = connection.execute(select(labels.c.article).where(labels.c.id == line)).first()
            if line in taken or others is not None:
                line = f"{line}~{one.fingerprint[:12]}"
            connection.execute(update(labels).where(labels.c.article == one.article).values(id=line))
        named.append(replace(one, label=replace(one.label, id=line)))
    return named


def mark_written(connection: Connection, written: Sequence[WaitingLabel], state: LabelFileState | None) -> None:
    """Note that labels.csv (as ``state`` has it, if it is there) says this; what has changed meanwhile is due again."""
    for one in written:
        now = connection.execute(select(articles.c.version).where(articles.c.number == one.article)).scalar_one()
        says = (one.label.category or None) if now == one.version else STALE
        connection.execute(update(labels).where(labels.c.article == one.article).values(written=says))
    if state is not None:
        noted = insert(label_files).values(digest=state.digest, modified=state.modified)
        number = connection.execute(noted.returning(label_files.c.number)).scalar_one()
        connection.execute(delete(label_files).where(label_files.c.number <= number - MOST_LABEL_FILES))


def read_again(connection: Connection, says: Mapping[str, str]) -> int:
    """Note what labels.csv says (category by id) where that is not what it was noted to say; how many differ."""
    query = select(labels.c.article, labels.c.id, labels.c.written).where(labels.c.id.is_not(None))
    changed = [(row.article, says.get(row.id)) for row in connection.execute(query) if says.get(row.id) != row.written]
    for article, written in changed:
        connection.execute(update(labels).where(labels.c.article == article).values(written=written))
    return len(changed)


def is_older_copy(connection: Connection, state: LabelFileState) -> bool:
    """Whether labels.csv is not what was last written here, but what it was once before, or a file from before then."""
    c = label_files.c
    last = connection.execute(select(label_files).order_by(c.number.desc()).limit(1)).one_or_none()
    if last is None or last.digest == state.digest:
        return False
    known = select(c.number).where(c.digest == state.digest)
    return state.modified < last.modified or connection.execute(known).first() is not None
