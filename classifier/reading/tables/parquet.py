"""Parquet tables of articles, whole or by row group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from classifier.errors import InputRefused
from classifier.reading.tables.chunk import CHUNK_BYTES, ArticleChunk, TableSource, checked_chunk, wrong_field

_CHUNK_ROWS = 8_192
"""Unpacking drives the kernel's tables out of the processor's cache, so it is done seldom (benchmarks/archive.py)."""


def row_groups(file: BinaryIO, name: str) -> list[tuple[int, int]]:
    """For each row group of a Parquet file its rows and its unpacked bytes."""
    metadata = _opened(file, name).metadata
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    return [(group.num_rows, group.total_byte_size) for group in groups]


def parquet_chunks(file: BinaryIO, source: TableSource, groups: Sequence[int] | None = None) -> Iterator[ArticleChunk]:
    """Read a Parquet file, or only some of its row groups, as chunks.

    Raises InputRefused where it is damaged or lacks the field of the texts.
    """
    import numpy as np
    import pyarrow as pa

    parquet = _opened(file, source.name)
    options = source.options
    names = parquet.schema_arrow.names
    if options.text_field not in names:
        raise wrong_field(source.name, options.text_field, names)
    fields = (options.id_field, options.title_field, options.text_field, options.date_field)
    wanted = list(dict.fromkeys(f for f in fields if f in names))
    metadata = parquet.metadata
    offsets = [0]
    for i in range(metadata.num_row_groups):
        offsets.append(offsets[-1] + metadata.row_group(i).num_rows)
    for group in range(metadata.num_row_groups) if groups is None else groups:
        position = offsets[group]
        described = metadata.row_group(group)
        rows = max(1, min(_CHUNK_ROWS, CHUNK_BYTES * described.num_rows // max(described.total_byte_size, 1)))
        try:
            for batch in parquet.iter_batches(rows, row_groups=[group], columns=wanted, use_threads=False):
                if not batch.num_rows:
                    continue
                positions = pa.array(np.arange(position + 1, position + batch.num_rows + 1))
                position += batch.num_rows
                ids, titles, texts, dates = (batch.column(f) if f in wanted else None for f in fields)
                yield checked_chunk(source, ids, titles, texts, dates, positions)
        except (pa.ArrowException, OSError) as error:
            raise InputRefused(source.name, f"row group {group} cannot be read ({error}); get a whole copy") from error


def _opened(file: BinaryIO, name: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(file)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputRefused(name, f"cannot be read as Parquet ({error}); get a whole copy") from error
