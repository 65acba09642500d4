"""JSON Lines: whole, or a range of bytes aligned on lines so that a huge file can be cut into shards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.encoding import utf8_stream
from classifier.reading.packed_streams import stretch
from classifier.reading.reading_options import ReadingOptions
from classifier.reading.tables.chunk import ArticleChunk, TableSource, check_chunk
from classifier.reading.tables.fields import Fields, fields_of
from classifier.reading.tables.json_rows import JsonRows

_BLOCK = 4 << 20
_READ = 256 << 10
_MOST_KEYS = 1_000
_KEY_BYTES = 200
_KEY_END = re.compile(rb'"\s*:')


@dataclass(frozen=True, slots=True)
class LineRange:
    """Lines that start in bytes ``start`` to ``end`` of a file; the first of them is number ``first_line``."""

    start: int
    end: int
    first_line: int


def line_ranges(file: BinaryIO, size: int) -> Iterator[LineRange]:
    """Cut a JSONL file into ranges of about ``size`` bytes, each of whole lines, in one pass over it."""
    start = position = 0
    first = line = 1
    file.seek(0)
    while block := file.read(_BLOCK):
        at = 0
        while position + len(block) - start >= size:
            cut = block.find(b"\n", max(at, start + size - 1 - position))
            if cut < 0:
                break
            line += block.count(b"\n", at, cut + 1)
            end = position + cut + 1
            yield LineRange(start, end, first)
            start, first, at = end, line, cut + 1
        line += block.count(b"\n", at)
        position += len(block)
    if position > start:
        yield LineRange(start, position, first)


def jsonl_chunks(
    file: BinaryIO, source: TableSource, lines: LineRange | None = None, *, check_fields: bool = True
) -> Iterator[ArticleChunk]:
    """Read JSON Lines as chunks; with ``lines``, only those of a range that line_ranges gave.

    A line that is no JSON object goes to ``source.refused``.  Raises InputRefused where no line of
    the first block has the field of the texts, or the file is no text.
    """
    encoding, number = source.options.encoding, 1
    if lines is not None:
        file = stretch(file, lines.start, lines.end)
        number = lines.first_line
        encoding = encoding or ("utf-8" if number > 1 else "")
    most = source.options.limits.line_bytes
    for block in _blocks(utf8_stream(file, source.name, encoding), number, source):
        chunk = _arrow_chunk(block, source) if len(block.data) <= most and b"\0" not in block.data else None
        if chunk is not None:
            check_fields = False
            yield chunk
            continue
        rows = JsonRows(source, check_fields=check_fields)
        for i, raw in enumerate(block.data.split(b"\n"), block.first_line):
            if len(raw) > most:
                source.refuse_row(i, say("reading.line_too_long", most=f"{most:,}"))
            else:
                rows.add(raw, i)
        if rows.rows:
            yield rows.take()
            check_fields = False


@dataclass(frozen=True, slots=True)
class _Block:
    data: bytes
    first_line: int


def _blocks(file: BinaryIO, number: int, source: TableSource) -> Iterator[_Block]:
    """Whole lines of a binary file; a line too long is refused, not kept."""
    most = source.options.limits.line_bytes
    waiting: list[bytes] = []
    size = 0  # of the line that is waiting for its end, kept or not
    broken: InputRefused | None = None
    while broken is None:
        piece, broken = _piece(file, _BLOCK)
        if not piece:
            break
        first, last = piece.find(b"\n"), piece.rfind(b"\n")
        if first < 0:
            size += len(piece)
            waiting = [*waiting, piece] if size <= most else []
            continue
        start = 0
        if size + first > most:
            source.refuse_row(number, say("reading.line_too_long", most=f"{most:,}"))
            number += 1
            waiting, start = [], first + 1
        if start <= last:
            data = b"".join([*waiting, piece[start:last]])
            yield _Block(data, number)
            number += data.count(b"\n") + 1
        waiting, size = [piece[last + 1 :]], len(piece) - last - 1
    if broken is not None:
        raise broken
    if size > most:
        source.refuse_row(number, say("reading.line_too_long", most=f"{most:,}"))
    elif size:
        yield _Block(b"".join(waiting), number)


def _piece(file: BinaryIO, size: int) -> tuple[bytes, InputRefused | None]:
    """Up to ``size`` bytes; where the file breaks off, those before the break and the refusal."""
    read = getattr(file, "read1", file.read)
    pieces: list[bytes] = []
    while size > 0:
        try:
            data = read(min(size, _READ))
        except InputRefused as refusal:
            return b"".join(pieces), refusal
        if not data:
            break
        pieces.append(data)
        size -= len(data)
    return b"".join(pieces), None


def _arrow_chunk(block: _Block, source: TableSource) -> ArticleChunk | None:
    """A block read by Arrow, or None where it holds a line that needs a closer look."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import json as arrow_json

    options = source.options
    fields = fields_of(_first_keys(block.data), options)
    if not fields.text:
        return None
    keys: list[str] = []
    if fields != (options.id_field, options.title_field, options.text_field, options.date_field):
        keys = _keys(block.data)
        nameless = {i for i, name in enumerate(fields) if not name}
        if len(keys) > _MOST_KEYS or fields_of(keys, options) != fields or _has_others(keys, fields, nameless, options):
            return None
    lines = block.data.count(b"\n") + 1
    try:
        table = arrow_json.read_json(
            pa.BufferReader(block.data),
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(block.data) + 1),
            parse_options=arrow_json.ParseOptions(
                explicit_schema=pa.schema([(f, pa.string()) for f in dict.fromkeys(fields) if f]),
                unexpected_field_behavior="ignore",
            ),
        )
    except pa.ArrowException:
        return None
    if table.num_rows != lines or table.column(fields.text).null_count:
        return None
    missing = {i for i, name in enumerate(fields) if name and table.column(name).null_count}
    if missing and _has_others(keys or _keys(block.data), fields, missing, options):
        return None
    positions = pa.array(np.arange(block.first_line, block.first_line + lines))
    return check_chunk(source, (table.column(f) if f else None for f in fields), positions)


def _has_others(keys: list[str], named: Fields, wanted: set[int], options: ReadingOptions) -> bool:
    """Whether a row may call the ``wanted`` of id, title, text and date otherwise than they are ``named``."""
    others = (key for key in keys if key not in named)
    return any(fields_of((key, named.text), options)[i] == key for key in others for i in wanted)


def _first_keys(data: bytes) -> tuple[str, ...]:
    """The keys of a block's first line; none where it is no object."""
    end = data.find(b"\n")
    try:
        value = json.loads(data[: end if end >= 0 else len(data)])
    except (ValueError, RecursionError):
        return ()
    return tuple(value) if isinstance(value, dict) else ()


def _keys(data: bytes) -> list[str]:
    """All keys of a block's objects, and perhaps what looks like keys within texts."""
    keys: dict[str, None] = {}
    before = (piece[-_KEY_BYTES:] for piece in _KEY_END.split(data))
    for key in {piece.rpartition(b'"')[2]: None for piece in before}:
        try:
            keys[json.loads(b'"' + key + b'"')] = None
        except ValueError:
            continue
    return list(keys)
