"""Parquet tables of articles, whole or by row group."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Any, BinaryIO

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.packed_streams import TooMuch, Unpacking
from classifier.reading.tables.chunk import CHUNK_BYTES, ArticleChunk, TableSource, check_chunk, wrong_field
from classifier.reading.tables.fields import fields_of
from classifier.reading.tables.parquet_footer import count_column_bytes

_ROW_BYTES = 64
"""What a row counts for beside its text: a column of nothing takes a bit a row in the file, and an object here."""
_WORST_BYTES = 192 << 20
"""No batch may be larger even if each of its rows holds the longest text of the dictionary."""
_CHUNK_ROWS = 8_192
"""Unpacking drives the kernel's tables out of the processor's cache, so it is done seldom (benchmarks/archive.py)."""


def row_groups(file: BinaryIO, name: str) -> list[tuple[int, int]]:
    """For each row group of a Parquet file its rows and its unpacked bytes."""
    with _refuse_damaged(name, "reading.no_parquet"):
        metadata = _open(file).metadata
        groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        return [(group.num_rows, group.total_byte_size) for group in groups]


def parquet_chunks(file: BinaryIO, source: TableSource, groups: Sequence[int] | None = None) -> Iterator[ArticleChunk]:
    """Read a Parquet file, or only some of its row groups, as chunks.

    A file counts by what comes out of it: a text that stands once in a dictionary may be that of a
    million rows.  Raises InputRefused where that is too much, where it is damaged or lacks the field of the texts.
    """
    import numpy as np
    import pyarrow as pa

    with _refuse_damaged(source.name, "reading.no_parquet"):
        parquet = _open(file)
        names = parquet.schema_arrow.names
    fields = fields_of(names, source.options)
    if not fields.text:
        raise wrong_field(source.name, source.options.text_field, names)
    wanted = list(dict.fromkeys(f for f in fields if f in names))
    size = file.seek(0, io.SEEK_END)
    total = Unpacking(source.name, source.options.limits, size)
    with _refuse_damaged(source.name, "reading.no_parquet"):
        metadata = parquet.metadata
        described = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        try:
            Unpacking(source.name, source.options.limits, size).take(sum(max(0, g.total_byte_size) for g in described))
        except TooMuch:  # perhaps only with the columns that are not read
            Unpacking(source.name, source.options.limits, size).take(count_column_bytes(file, wanted))
        total.take(_ROW_BYTES * metadata.num_rows)
        offsets = list(accumulate((group.num_rows for group in described), initial=0))
    for group in range(len(described)) if groups is None else groups:
        position = offsets[group]
        with _refuse_damaged(source.name, "reading.damaged_group", group=group):
            group_rows, group_bytes = described[group].num_rows, described[group].total_byte_size
            rows = max(1, min(_CHUNK_ROWS, CHUNK_BYTES * group_rows // max(group_bytes, 1)))
            rows = max(1, min(rows, _WORST_BYTES // max(_longest(parquet, file, group, wanted), 1)))
            for batch in parquet.iter_batches(rows, row_groups=[group], columns=wanted, use_threads=False):
                if not batch.num_rows:
                    continue
                total.take(sum(_count_unpacked_bytes(column) for column in batch.columns))
                positions = pa.array(np.arange(position + 1, position + batch.num_rows + 1))
                position += batch.num_rows
                yield check_chunk(source, (batch.column(f) if f in wanted else None for f in fields), positions)


@contextmanager
def _refuse_damaged(name: str, code: str, **values: Any) -> Iterator[None]:
    """What Arrow says of damage becomes a refusal; names that are no UTF-8 come as a ValueError."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise InputRefused(name, say(code, **values, error=error)) from error


def _open(file: BinaryIO) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(file)


def _longest(parquet: Any, file: BinaryIO, group: int, columns: Sequence[str]) -> int:
    """The bytes of the longest texts in the dictionaries of a row group, together."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    kinds = {column: parquet.schema_arrow.field(column).type for column in columns}
    texts = [c for c, kind in kinds.items() if not pa.types.is_primitive(kind) and not pa.types.is_nested(kind)]
    if not texts:
        return 0
    coded = pq.ParquetFile(file, read_dictionary=texts, metadata=parquet.metadata)
    longest = 0
    for batch in coded.iter_batches(1, row_groups=[group], columns=texts, use_threads=False):
        for column in batch.columns:
            if pa.types.is_dictionary(column.type) and len(column.dictionary):
                longest += pc.max(pc.binary_length(column.dictionary)).as_py() or 0
        break
    return longest


def _count_unpacked_bytes(column: Any) -> int:
    """The bytes of a column's values, each counted as often as it stands there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    kind = column.type.value_type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind)):
        return int(column.nbytes)
    return pc.sum(pc.binary_length(column.dictionary).take(column.indices).cast(pa.int64())).as_py() or 0
