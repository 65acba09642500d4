"""Small files of text, many at a time: few calls of the system for each, and one look over all their bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from classifier.article import Article
from classifier.reading.kinds import chosen_kind, split_name
from classifier.reading.names import show_name
from classifier.reading.options import ReadingOptions
from lanmu.archive.locations import is_url
from lanmu.archive.plan import Piece
from lanmu.archive.rows import Batch

GROUP_FILES, GROUP_BYTES = 1_024, 1 << 20
"""So many files are read together at most, and so many bytes: what is in the processor's cache is read again sooner."""
FEWEST = 16
"""Fewer files are not worth it."""
_READ_ONLY = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""Opening does not wait, should a pipe stand where a file was planned."""


def group_small(pieces: Iterable[Piece], options: ReadingOptions) -> Iterator[list[Piece]]:
    """The pieces in their order: small files of text that follow one another together, each other one alone."""
    group: list[Piece] = []
    size = 0
    for piece in pieces:
        small = _is_small(piece, options)
        if group and (not small or len(group) >= GROUP_FILES or size + piece.size > GROUP_BYTES):
            yield from _together(group)
            group, size = [], 0
        if small:
            group.append(piece)
            size += piece.size
        else:
            yield [piece]
    yield from _together(group)


def read_small(
    pieces: Sequence[Piece], base: str, options: ReadingOptions, read_alone: Callable[[Piece, bytes], list[Article]]
) -> Batch:
    """The articles of small files of text; what is not one article of clean text is ``read_alone``.

    That is given what the file holds, or nothing where it is not as it was planned or cannot be read.
    """
    from classifier.reading.documents.clean_files import read_clean_files

    contents = [_content(piece, base) for piece in pieces]
    found = read_clean_files(contents, options.limits)
    names = [show_name(piece.path) for piece in pieces]
    ids = [piece.stem or split_name(name)[0] for piece, name in zip(pieces, names, strict=True)]
    others = {i: read_alone(pieces[i], contents[i]) for i, is_read in enumerate(found.is_read.tolist()) if not is_read}
    return Batch.of_clean_files(found, ids, names, others)


def _is_small(piece: Piece, options: ReadingOptions) -> bool:
    if piece.cut != "whole" or options.encoding or is_url(piece.path):
        return False
    from classifier.reading.documents.clean import may_be_clean

    if not may_be_clean(piece.size, options.limits):
        return False
    _, kind, packing = split_name(piece.path)
    return not packing and chosen_kind(kind, options) in ("text", "plain")


def _together(group: list[Piece]) -> Iterator[list[Piece]]:
    if len(group) >= FEWEST:
        yield group
    else:
        yield from ([piece] for piece in group)


def _content(piece: Piece, base: str) -> bytes:
    """What a file holds; nothing where it is not as it was planned or cannot be read."""
    try:
        file = os.open(os.path.join(base, piece.path), _READ_ONLY)  # noqa: PTH118
        try:
            state = os.fstat(file)
            if state.st_size != piece.size or str(state.st_mtime_ns) != piece.stamp:
                return b""
            content = os.read(file, piece.size + 1)
        finally:
            os.close(file)
    except OSError:
        return b""
    return content if len(content) == piece.size else b""
