"""Rows of a table as columns: what every reader of tables gives, in chunks of bounded size.

A chunk is Arrow arrays, ready for the kernel without a Python object an article; ``articles()``
gives the same rows as Articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from classifier.article import Article, Source
from classifier.errors import InputRefused, Refused
from classifier.messages import Message, say
from classifier.reading.dates import normal_date
from classifier.reading.doubts import doubt
from classifier.reading.formats import format_of, load_reader
from classifier.reading.origin import Origin
from classifier.reading.reading_options import ReadingOptions
from classifier.text import plain_ideographs

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
        columns = (self.ids, self.titles, self.texts, self.dates, self.positions)
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
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


def table_chunks(file: BinaryIO, kind: str, source: TableSource) -> Iterator[ArticleChunk]:
    """Read a whole table of ``kind`` (jsonl, json, csv, tsv, parquet, spreadsheet) from an open binary file.

    A row that cannot be read goes to ``source.refused``; a table that cannot be read raises
    InputRefused, a kind that is no table's LanmuError.
    """
    chunks: Iterator[ArticleChunk] = load_reader(format_of(kind, "table"))(file, source)
    return chunks


def wrong_field(name: str, field: str, known: list[str]) -> InputRefused:
    """The refusal of a table that lacks the field of the texts."""
    return InputRefused(name, say("reading.no_text_field", field=field, fields=", ".join(known[:20]) or "–"))


def check_chunk(
    source: TableSource,
    columns: Iterable[Any],
    positions: Any,
    notes: Mapping[int, tuple[str, ...]] | None = None,
) -> ArticleChunk:
    """A chunk of Arrow arrays: nulls made empty, missing ids made from the position, unusable rows refused.

    ``columns`` are the ids, titles, texts and dates; of these all but the texts may be None where the table has no
    such column.  ``notes`` are by place.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ids, titles, texts, dates = (_strings(column, len(positions)) for column in columns)
    ids = _with_ids(source.origin.stem, ids, positions)
    told = {positions[i].as_py(): said for i, said in (notes or {}).items()}
    if broken := _not_utf8([ids, titles, texts, dates]):
        for i in sorted(broken):
            source.refuse_row(positions[i].as_py(), say("reading.bad_bytes"))
        keep = pa.array([i not in broken for i in range(len(positions))])
        ids, titles, texts, dates, positions = (c.filter(keep) for c in (ids, titles, texts, dates, positions))
    titles, texts, dates = (_without_nuls(column, positions, told) for column in (titles, texts, dates))
    lengths, title_lengths = pc.binary_length(texts), pc.binary_length(titles)
    most = source.options.limits.article_chars
    empty = pc.and_(pc.equal(lengths, 0), pc.equal(title_lengths, 0))
    bad = pc.or_(empty, pc.greater(pc.add(lengths, title_lengths), 4 * most))
    if pc.any(bad).as_py():
        for i in pc.indices_nonzero(bad).to_pylist():
            reason = say("reading.row_empty")
            if lengths[i].as_py():
                reason = say("reading.too_many_characters", most=f"{most:,}")
            source.refuse_row(positions[i].as_py(), reason)
        keep = pc.invert(bad)
        ids, titles, texts, dates, positions = (c.filter(keep) for c in (ids, titles, texts, dates, positions))
    by_place = {i: told[p] for i, p in enumerate(positions.to_pylist()) if p in told} if told else {}
    origin = source.origin
    return ArticleChunk(origin.path, origin.member, ids, titles, texts, dates, positions, by_place)


def _without_nuls(column: Any, positions: Any, told: dict[int, tuple[str, ...]]) -> Any:
    """The column without NUL characters, which are noted for their rows."""
    import pyarrow.compute as pc

    from classifier.columns import TextColumn

    texts = TextColumn.from_arrow(column)
    start, end = int(texts.offsets[0]), int(texts.offsets[-1])
    if end == start or texts.data[start:end].all():
        return column
    for i in pc.indices_nonzero(pc.match_substring(column, "\0")).to_pylist():
        at = positions[i].as_py()
        said = doubt("nuls_left_out", count=column[i].as_py().count("\0"))
        told[at] = (*told.get(at, ()), said)
    return pc.replace_substring(column, "\0", "")


def _not_utf8(columns: list[Any]) -> set[int]:
    """The rows in which a string column holds other bytes than UTF-8; readers of JSON and Parquet do not look."""
    import pyarrow as pa

    broken: set[int] = set()
    for column in columns:
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
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
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        column = pc.strftime(column, "%Y-%m-%d")
    elif not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        column = column.cast(pa.large_string())
    return column.fill_null("") if column.null_count else column


def _with_ids(stem: str, ids: Any, positions: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pc.any(pc.equal(pc.binary_length(ids), 0)).as_py():
        return ids
    own = zip(ids.to_pylist(), positions.to_pylist(), strict=True)
    return pa.array([given or f"{stem}-{position}" for given, position in own], pa.string())
