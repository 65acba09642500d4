"""Rows of a table as columns: what every reader of tables gives, in chunks of bounded size.

A chunk is Arrow arrays, ready for the kernel without a Python object an article; ``articles()``
gives the same rows as Articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from classifier.article import Article, Source
from classifier.errors import InputRefused, Refused
from classifier.ideographs import plain_ideographs
from classifier.messages import Message, say
from classifier.reading.dates import normal_date
from classifier.reading.doubts import doubt
from classifier.reading.origin import Origin
from classifier.reading.reading_options import ReadingOptions

CHUNK_ROWS = 4_096
CHUNK_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class ArticleChunk:
    """Rows of one table as columns of equal length.

    ``ids``, ``titles``, ``texts``, ``dates`` are Arrow string arrays without nulls; ``positions``
    is an Arrow int64 array of line (JSONL) or row numbers, from 1.  ``notes`` are the doubts
    about single rows, by their place in the chunk.
    """

    path: str
    member: str
    ids: Any
    titles: Any
    texts: Any
    dates: Any
    positions: Any
    notes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def articles(self) -> Iterator[Article]:
        rows = zip(
            self.ids.to_pylist(),
            self.titles.to_pylist(),
            self.texts.to_pylist(),
            self.dates.to_pylist(),
            self.positions.to_pylist(),
            strict=True,
        )
        for i, (article_id, title, text, date, position) in enumerate(rows):
            source = Source(self.path, self.member, position)
            title, text = plain_ideographs(title), plain_ideographs(text)
            iso = normal_date(date) if date else ""
            yield Article(article_id, title, text, date=iso, source=source, uncertain=self.notes.get(i, ()))


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table being read: its origin, whose stem is for rows without an id, options, and who hears of refusals."""

    origin: Origin
    options: ReadingOptions
    refused: Refused

    @property
    def name(self) -> str:
        return self.origin.name

    def refuse_row(self, position: int, reason: str | Message) -> None:
        self.refused(InputRefused(f"{self.name}:{position}", reason))


def wrong_field(name: str, field: str, known: list[str]) -> InputRefused:
    """The refusal of a table that lacks the field of the texts."""
    return InputRefused(name, say("reading.no_text_field", field=field, fields=", ".join(known[:20]) or "–"))


def check_chunk(
    source: TableSource,
    ids: Any,
    titles: Any,
    texts: Any,
    dates: Any,
    positions: Any,
    notes: Mapping[int, tuple[str, ...]] | None = None,
) -> ArticleChunk:
    """A chunk of Arrow arrays: nulls made empty, missing ids made from the position, unusable rows refused.

    ``ids``, ``titles`` and ``dates`` may be None where the table has no such column.  ``notes`` are by place.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    n = len(texts)
    columns = {"titles": titles, "texts": texts, "dates": dates}
    for key, column in columns.items():
        columns[key] = _strings(column, n)
    ids = _with_ids(source.origin.stem, _strings(ids, n) if ids is not None else None, positions)
    told = {positions[i].as_py(): said for i, said in (notes or {}).items()}
    if broken := _not_utf8([ids, *columns.values()]):
        for i in sorted(broken):
            source.refuse_row(positions[i].as_py(), say("reading.bad_bytes"))
        keep = pa.array([i not in broken for i in range(n)])
        ids, positions = ids.filter(keep), positions.filter(keep)
        columns = {key: column.filter(keep) for key, column in columns.items()}
    for key, column in columns.items():
        columns[key] = _without_nuls(column, positions, told)
    lengths = pc.binary_length(columns["texts"])
    most = 4 * source.options.limits.article_chars
    empty = pc.and_(pc.equal(lengths, 0), pc.equal(pc.binary_length(columns["titles"]), 0))
    bad = pc.or_(empty, pc.greater(pc.add(lengths, pc.binary_length(columns["titles"])), most))
    if pc.any(bad).as_py():
        for i in pc.indices_nonzero(bad).to_pylist():
            reason = say("reading.row_empty")
            if lengths[i].as_py():
                reason = say("reading.too_many_characters", most=f"{source.options.limits.article_chars:,}")
            source.refuse_row(positions[i].as_py(), reason)
        keep = pc.invert(bad)
        ids, positions = ids.filter(keep), positions.filter(keep)
        columns = {key: column.filter(keep) for key, column in columns.items()}
    assert isinstance(ids, pa.Array)
    by_place = {i: told[p] for i, p in enumerate(positions.to_pylist()) if p in told} if told else {}
    return ArticleChunk(
        source.origin.path,
        source.origin.member,
        ids,
        columns["titles"],
        columns["texts"],
        columns["dates"],
        positions,
        by_place,
    )


def _without_nuls(column: Any, positions: Any, told: dict[int, tuple[str, ...]]) -> Any:
    """The column without NUL characters, which are noted for their rows."""
    import pyarrow.compute as pc

    if not _has_nuls(column):
        return column
    for i in pc.indices_nonzero(pc.match_substring(column, "\0")).to_pylist():
        at = positions[i].as_py()
        said = doubt("nuls_left_out", count=column[i].as_py().count("\0"))
        told[at] = (*told.get(at, ()), said)
    return pc.replace_substring(column, "\0", "")


def _has_nuls(column: Any) -> bool:
    from classifier.columns import TextColumn

    texts = TextColumn.from_arrow(column)
    start, end = int(texts.offsets[0]), int(texts.offsets[-1])
    return end > start and not texts.data[start:end].all()


def _is_utf8(column: Any) -> bool:
    """Whether an Arrow string column holds what it says; readers of JSON and Parquet do not look."""
    import pyarrow as pa

    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _not_utf8(columns: list[Any]) -> set[int]:
    """The rows in which a string column holds other bytes than UTF-8."""
    import pyarrow as pa

    broken: set[int] = set()
    for column in columns:
        if not _is_utf8(column):
            raw = column.cast(pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary())
            for i, value in enumerate(raw.to_pylist()):
                try:
                    value.decode()
                except UnicodeDecodeError:
                    broken.add(i)
    return broken


def _strings(column: Any, n: int) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if column is None:
        return pa.array([""] * n, pa.string())
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        if pa.types.is_timestamp(column.type):
            column = pc.strftime(column, "%Y-%m-%d")
        else:
            column = column.cast(pa.large_string())
    return column.fill_null("") if column.null_count else column


def _with_ids(stem: str, ids: Any, positions: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if ids is not None:
        missing = pc.equal(pc.binary_length(ids), 0)
        if not pc.any(missing).as_py():
            return ids
        own = ids.to_pylist()
    else:
        own = [""] * len(positions)
    made = [i or f"{stem}-{position}" for i, position in zip(own, positions.to_pylist(), strict=True)]
    return pa.array(made, pa.string())
