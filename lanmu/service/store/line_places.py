"""Where the lines of articles of printed pages stand, packed, an article a row."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from classifier.article import PrintedPart, cut_printed, printed_from, printed_record
from lanmu.service.store.schema import printed


def keep(connection: Connection, number: int, parts: Sequence[PrintedPart]) -> None:
    """Keep where an article's lines stand."""
    text = json.dumps(printed_record(parts), ensure_ascii=False, separators=(",", ":"))
    lines = zlib.compress(text.encode("utf-8", "replace"), 6)
    row = insert(printed).values(article=number, lines=lines)
    connection.execute(row.on_conflict_do_update(index_elements=["article"], set_={"lines": lines}))


def of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[PrintedPart, ...]]:
    """The lines of these articles, by number; of those that were on printed pages."""
    rows = connection.execute(select(printed).where(printed.c.article.in_(numbers)))
    return {row.article: printed_from(json.loads(zlib.decompress(row.lines))) for row in rows}


def join(connection: Connection, number: int, other: int) -> None:
    """Add another article's lines to this one's."""
    parts = of(connection, [number, other])
    if parts:
        keep(connection, number, (*parts.get(number, ()), *parts.get(other, ())))


def cut(connection: Connection, number: int, new: int, opening: str) -> None:
    """Give a new article those lines of another from which its text begins."""
    parts = of(connection, [number]).get(number, ())
    before, after = cut_printed(parts, opening)
    if after:
        keep(connection, number, before)
        keep(connection, new, after)


def forget(connection: Connection, number: int) -> None:
    """Forget where an article's lines stand."""
    connection.execute(delete(printed).where(printed.c.article == number))
