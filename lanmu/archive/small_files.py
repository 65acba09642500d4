"""Small files of text, many at a time: few calls of the system for each, and one look over all their bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from classifier.article import Article
from classifier.reading.documents.clean import FEWEST_FILES, GROUP_BYTES, GROUP_FILES, may_be_clean
from classifier.reading.documents.documents import is_small_text
from classifier.reading.file_names import show_name, split_name
from classifier.reading.origin import Origin
from classifier.reading.reading_options import ReadingOptions
from lanmu.archive.locations import is_url
from lanmu.archive.plan import Piece

if TYPE_CHECKING:
    from classifier.reading.documents.clean_files import FileChunk


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
) -> FileChunk:
    """The articles of small files of text; what is not one article of clean text is ``read_alone``.

    That is given what the file holds, or nothing where it is not as it was planned or cannot be read.
    """
    from classifier.reading.documents.clean_files import read_files

    contents = [_content(piece, base) for piece in pieces]
    names = [show_name(piece.path) for piece in pieces]
    origins = [Origin(name, stem=piece.stem or split_name(name)[0]) for piece, name in zip(pieces, names, strict=True)]
    return read_files(origins, contents, options.limits, lambda i: read_alone(pieces[i], contents[i]))


def _is_small(piece: Piece, options: ReadingOptions) -> bool:
    whole = piece.cut == "whole" and not is_url(piece.path)
    return whole and may_be_clean(piece.size, options.limits) and bool(is_small_text(piece.path, options))


def _together(group: list[Piece]) -> Iterator[list[Piece]]:
    if len(group) >= FEWEST_FILES:
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
