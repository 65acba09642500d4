"""Articles read and decided on → rows of a part: Arrow columns, no Python object an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from classifier.article import CODES, Article
from classifier.columns import TextColumn
from classifier.model.decisions import REASONS, Decisions, list_reasons
from classifier.reading.dates import normal_date
from classifier.reading.documents.clean import date_of
from classifier.reading.tables.chunk import ArticleChunk

if TYPE_CHECKING:
    from classifier.model.topic_model import TopicModel
    from classifier.reading.documents.clean_files import FileChunk

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("category", pa.string(), nullable=False),
        pa.field("category_name", pa.string(), nullable=False),
        pa.field("probability", pa.float32(), nullable=False),
        pa.field("decision", pa.string(), nullable=False),
        pa.field("secondary", pa.list_(pa.string()), nullable=False),
        pa.field("reasons", pa.list_(pa.string()), nullable=False),
        pa.field("ranking", pa.list_(pa.struct([("category", pa.string()), ("probability", pa.float32())]))),
        pa.field("path", pa.string(), nullable=False),
        pa.field("member", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("date", pa.string()),
        pa.field("column", pa.string()),
        pa.field("subtitle", pa.string()),
        pa.field("byline", pa.string()),
        pa.field("uncertain", pa.list_(pa.string())),
        pa.field("page", pa.int32()),
        pa.field("box", pa.list_(pa.float64())),
        pa.field("media_topic", pa.string()),
        pa.field("gbt_20093", pa.string()),
    ]
)
"""The tag contract as columns, with the source flat: ``path``, ``member``, ``position``, ``page``, ``box``."""

_CODED = pa.dictionary(pa.int16(), pa.string())
_CODED_ENTRY = pa.struct([("category", _CODED), ("probability", pa.float32())])
CODED_SCHEMA = pa.schema(
    [
        f.with_type(_CODED) if f.name in ("category", "category_name", "decision")
        else f.with_type(pa.list_(_CODED_ENTRY)) if f.name == "ranking"
        else f
        for f in SCHEMA
    ]
)  # fmt: skip
"""The same with what comes from a short list as numbers in it: a ranking without a string a category.

Parquet keeps no trace of it: without Arrow's own schema beside it, readers see SCHEMA.
"""

_BATCH_ROWS = 2_048
_BATCH_CHARS = 2_000_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles about to be scored: ``columns`` of SCHEMA, as far as reading knows them, and their ``texts``.

    All are Arrow arrays of equal length; those that a piece lacks are null for its articles.  The texts are
    scored and not kept.
    """

    columns: dict[str, Any]
    texts: Any

    def __len__(self) -> int:
        return len(self.columns["id"])

    @classmethod
    def of_chunk(cls, chunk: ArticleChunk) -> Batch:
        n = len(chunk)
        columns = {
            "id": _plain(chunk.ids),
            "title": _plain(chunk.titles),
            "date": _dates(chunk.dates),
            "path": pa.repeat(well_formed(chunk.path), n),
            "member": pa.repeat(well_formed(chunk.member), n),
            "position": chunk.positions,
        }
        if chunk.notes:
            notes = [list(chunk.notes[i]) if i in chunk.notes else None for i in range(n)]
            columns["uncertain"] = pa.array(notes, pa.list_(pa.string()))
        return cls(columns, chunk.texts)

    @classmethod
    def of_articles(cls, articles: Sequence[Article]) -> Batch:
        def column(values: Iterable[str]) -> Any:
            return pa.array([well_formed(value) for value in values], pa.string())

        def optional(name: str) -> Any:
            return pa.array([well_formed(getattr(a, name)) or None for a in articles], pa.string())

        notes = [[well_formed(note) for note in a.uncertain] or None for a in articles]
        boxes = [None if a.source.box is None else list(a.source.box) for a in articles]
        columns = {
            "id": column(a.id for a in articles),
            "title": column(a.title for a in articles),
            "path": column(a.source.path for a in articles),
            "member": column(a.source.member for a in articles),
            "position": pa.array([a.source.position for a in articles], pa.int64()),
            **{name: optional(name) for name in ("date", "column", "subtitle", "byline")},
            "uncertain": pa.array(notes, pa.list_(pa.string())),
            "page": pa.array([a.source.page or None for a in articles], pa.int32()),
            "box": pa.array(boxes, pa.list_(pa.float64())),
        }
        return cls(columns, column(a.text for a in articles))

    @classmethod
    def of_files(cls, chunk: FileChunk) -> Batch:
        """From small files of text that were read together."""
        found, origins, others = chunk.found, chunk.origins, chunk.others
        n = len(origins)
        bylines = [None if (byline := found.bylines.get(i)) is None else byline.printed or None for i in range(n)]
        dates = [date_of(origin.path, found.bylines.get(i)) or None for i, origin in enumerate(origins)]
        columns = {
            "id": pa.array([well_formed(origin.stem) for origin in origins], pa.string()),
            "title": _strings(found.titles),
            "path": pa.array([well_formed(origin.path) for origin in origins], pa.string()),
            "member": pa.array([well_formed(origin.member) for origin in origins], pa.string()),
            "position": pa.repeat(pa.scalar(0, pa.int64()), n),
            "date": pa.array(dates, pa.string()),
            "byline": pa.array(bylines, pa.string()),
        }
        texts = _strings(found.texts)
        if not others:
            return cls(columns, texts)
        # What was read alone comes after the others, and then every article to its place.
        order: list[int] = []
        articles: list[Article] = []
        for i in range(n):
            if i in others:
                order += range(n + len(articles), n + len(articles) + len(others[i]))
                articles += others[i]
            else:
                order.append(i)
        more, places = cls.of_articles(articles), pa.array(order, pa.int64())

        def both(mine: Any, theirs: Any) -> Any:
            return pa.concat_arrays([pa.nulls(n, theirs.type) if mine is None else mine, theirs]).take(places)

        return cls({name: both(columns.get(name), c) for name, c in more.columns.items()}, both(texts, more.texts))


def batches(pieces: Iterable[ArticleChunk | FileChunk | list[Article]]) -> Iterator[Batch]:
    """Chunks as they come; lists of Articles gathered until scoring them pays."""
    waiting: list[Article] = []
    characters = 0
    for piece in pieces:
        if not isinstance(piece, list):
            if waiting:
                yield Batch.of_articles(waiting)
                waiting, characters = [], 0
            if len(piece):
                yield Batch.of_chunk(piece) if isinstance(piece, ArticleChunk) else Batch.of_files(piece)
            continue
        waiting += piece
        characters += sum(len(article.text) for article in piece)
        if len(waiting) >= _BATCH_ROWS or characters >= _BATCH_CHARS:
            yield Batch.of_articles(waiting)
            waiting, characters = [], 0
    if waiting:
        yield Batch.of_articles(waiting)


class RowMaker:
    """Batches → rows as a model decides; ``ranking`` is how many categories each lists (0: all)."""

    def __init__(self, model: TopicModel, ranking: int = 0) -> None:
        self.model = model
        self.ids = np.array(model.taxonomy.ids, object)
        self.listed = min(ranking, len(self.ids)) if ranking else len(self.ids)
        self.id_column = pa.array(model.taxonomy.ids, pa.string())
        self.name_column = pa.array([category.name for category in model.taxonomy], pa.string())
        self.code_columns = {
            name: pa.array([getattr(category, name) or None for category in model.taxonomy], pa.string())
            for name in CODES
            if any(getattr(category, name) for category in model.taxonomy)
        }
        self.decision_column = pa.array(["accepted", "review"], pa.string())
        self.reason_column = pa.array([list(list_reasons(b)) for b in range(2 * max(REASONS))], pa.list_(pa.string()))

    def decide(self, batch: Batch) -> Decisions:
        return self.model.decide(TextColumn.from_arrow(batch.columns["title"]), TextColumn.from_arrow(batch.texts))

    def rows(self, batch: Batch, decisions: Decisions) -> Any:
        """A RecordBatch of CODED_SCHEMA."""
        n = len(batch)
        order, ranked = _sort_categories(decisions.probabilities)
        best = pa.array(order[:, 0])
        shown = round_probabilities(ranked)
        columns = {
            **batch.columns,
            "category": _code_column(best, self.id_column),
            "category_name": _code_column(best, self.name_column),
            "probability": pa.array(shown[:, 0]),
            "decision": _code_column(pa.array((decisions.reasons > 0).astype(np.int16)), self.decision_column),
            "secondary": self._secondary(order, ranked),
            "reasons": self.reason_column.take(pa.array(decisions.reasons)),
            "ranking": self._ranking(order[:, : self.listed], shown[:, : self.listed]),
            **{name: codes.take(best) for name, codes in self.code_columns.items()},
        }
        arrays = [columns[f.name] if f.name in columns else pa.nulls(n, f.type) for f in CODED_SCHEMA]
        return pa.RecordBatch.from_arrays(arrays, schema=CODED_SCHEMA)

    def _secondary(self, order: Any, ranked: Any) -> Any:
        two = self.model.review.with_second(ranked)
        offsets = np.zeros(len(order) + 1, np.int32)
        np.cumsum(two, out=offsets[1:])
        chosen = self.id_column.take(pa.array(order[two, 1]))
        return pa.ListArray.from_arrays(pa.array(offsets), chosen)

    def _ranking(self, order: Any, shown: Any) -> Any:
        n, k = order.shape
        offsets = pa.array(np.arange(n + 1, dtype=np.int32) * k)
        entries = pa.StructArray.from_arrays(
            [_code_column(pa.array(order.ravel()), self.id_column), pa.array(shown.ravel())], fields=list(_CODED_ENTRY)
        )
        return pa.ListArray.from_arrays(offsets, entries)


def _sort_categories(probabilities: Any) -> tuple[Any, Any]:
    """Categories (int16) and their probabilities, the most probable first, of equal ones the first in the taxonomy."""
    falling = -probabilities
    order = np.argsort(falling, axis=1)
    ranked = np.take_along_axis(falling, order, axis=1)
    # a stable sort takes three times as long, and hardly an article has two equal probabilities
    tied = np.flatnonzero((ranked[:, 1:] == ranked[:, :-1]).any(axis=1))
    if len(tied):
        order[tied] = np.argsort(falling[tied], axis=1, kind="stable")
    return order.astype(np.int16), -ranked


def _code_column(numbers: Any, names: Any) -> Any:
    return pa.DictionaryArray.from_arrays(numbers, names, safe=False)


def round_probabilities(probabilities: Any) -> Any:
    """Probabilities as they are written: to six places, float32."""
    return (np.rint(probabilities * 1e6) / 1e6).astype(np.float32)


def well_formed(text: str) -> str:
    """The text as Arrow takes it: without lone surrogates (of broken file names)."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _strings(column: TextColumn) -> Any:
    """A column as Arrow has it, over the same text."""
    offsets = column.offsets.astype(np.int32)
    return pa.StringArray.from_buffers(len(column), pa.py_buffer(offsets), pa.py_buffer(column.data))


def _plain(column: Any) -> Any:
    return column.cast(pa.string()) if column.type != pa.string() else column


def _dates(column: Any) -> Any:
    """A date column in ISO form, null where there is none; each different value is looked at once."""
    coded = _plain(column).dictionary_encode()
    values = [_date(value) for value in coded.dictionary.to_pylist()]
    return pa.array(values, pa.string()).take(coded.indices)


@lru_cache(20_000)
def _date(value: str) -> str | None:
    return normal_date(value) or None if value else None
