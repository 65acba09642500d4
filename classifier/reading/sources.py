"""Paths, folders, streams and bytes of any kind → Articles."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.reading.documents.documents import read_document
from classifier.reading.kinds import (
    ARCHIVES,
    READABLE,
    TABLES,
    chosen_kind,
    is_readable,
    kind_by_content,
    ocr_kind,
    packed_by_content,
    split_name,
)
from classifier.reading.options import ReadingOptions, Scorer
from classifier.reading.streams import put_back, read_whole, unpacked
from classifier.reading.tables.chunk import ArticleChunk, Refused, TableSource
from classifier.reading.tables.reader import table_chunks

_HEAD = 2_048
_HEAD_OF_OCR = 16_384


def raise_refused(error: InputRefused) -> None:
    """What happens to a refusal where nobody listens: it is raised."""
    raise error


def read_open(
    file: BinaryIO,
    name: str,
    options: ReadingOptions | None = None,
    *,
    member: str = "",
    refused: Refused = raise_refused,
    scorer: Scorer | None = None,
    depth: int = 0,
) -> Iterator[Article]:
    """Articles of an open binary file (local or fsspec's) of any kind, found by its name, else its content.

    Rows and members that cannot be read go to ``refused``; where the whole cannot, InputRefused is
    raised.  Zip and Parquet need a file that can seek.
    """
    for piece in read_pieces(file, name, options, member=member, refused=refused, scorer=scorer, depth=depth):
        yield from piece.articles() if isinstance(piece, ArticleChunk) else piece


def read_pieces(
    file: BinaryIO,
    name: str,
    options: ReadingOptions | None = None,
    *,
    member: str = "",
    members: range | None = None,
    refused: Refused = raise_refused,
    scorer: Scorer | None = None,
    depth: int = 0,
) -> Iterator[ArticleChunk | list[Article]]:
    """As read_open, but tables come as chunks of columns and documents as lists of Articles.

    ``members`` reads only those of a zip (numbers in its own list).
    """
    options = options or ReadingOptions()
    full_name = f"{name}!{member}" if member else name
    stem, kind, packing = split_name(member or name)
    if not kind and options.kind == "auto":
        head = file.read(_HEAD)
        file = put_back(head, file)
        packing = packing or packed_by_content(head)
        kind = "" if packing else kind_by_content(head)
    if packing and kind != "tar":
        file = unpacked(file, packing, full_name, options.limits)
        if not kind:
            head = file.read(_HEAD)
            file = put_back(head, file)
            kind = kind_by_content(head)
    kind = chosen_kind(kind, options)
    if kind in ("json", "html") and options.kind == "auto":
        head = file.read(_HEAD_OF_OCR)
        file = put_back(head, file)
        kind = ocr_kind(kind, head)
    if kind in ARCHIVES:
        yield from _read_archive(file, kind, packing, name, member, members, options, refused, scorer, depth)
    elif kind in TABLES:
        if kind == "parquet" and not file.seekable():
            file = io.BytesIO(read_whole(file, full_name, options.limits.file_bytes))
        source = TableSource(name, member, stem, options, refused)
        empty = True
        for chunk in table_chunks(file, kind, source):
            empty = empty and not len(chunk)
            yield chunk
        if empty:
            raise InputRefused(full_name, "holds no article; there is nothing to read")
    else:
        data = read_whole(file, full_name, options.limits.file_bytes)
        yield read_document(data, kind, name, options, stem=stem, member=member, scorer=scorer)


def read_bytes(
    data: bytes,
    name: str,
    options: ReadingOptions | None = None,
    *,
    refused: Refused = raise_refused,
    scorer: Scorer | None = None,
) -> list[Article]:
    """Articles of an input held in memory (an upload, a message); ``name`` says what kind it is."""
    return list(read_open(io.BytesIO(data), name, options, refused=refused, scorer=scorer))


def read_path(
    path: str | Path,
    options: ReadingOptions | None = None,
    *,
    refused: Refused = raise_refused,
    scorer: Scorer | None = None,
) -> Iterator[Article]:
    """Articles of one file, or of a folder and all in it; ``-`` is standard input.

    Raises InputRefused where the path itself cannot be read.
    """
    if str(path) == "-":
        yield from read_stdin(options, refused=refused, scorer=scorer)
        return
    options = options or ReadingOptions()
    path = Path(path)
    name = str(path)
    if path.is_dir():
        readable = 0
        for inner in files_of(path, options, refused):
            readable += 1
            try:
                yield from read_path(inner, options, refused=refused, scorer=scorer)
            except InputRefused as error:
                if refused is raise_refused:
                    raise
                refused(error)
        if not readable:
            raise InputRefused(name, f"is a folder without articles; what is read is {READABLE}")
        return
    try:
        with path.open("rb") as file:
            yield from read_open(file, name, options, refused=refused, scorer=scorer)
    except OSError as error:
        raise InputRefused(
            name, f"cannot be read ({error.strerror or error}); check the path and its rights"
        ) from error


def read_paths(
    paths: Iterable[str | Path],
    options: ReadingOptions | None = None,
    refused: Refused = raise_refused,
    *,
    scorer: Scorer | None = None,
) -> Iterator[Article]:
    """Articles of files and folders in the order given; what cannot be read goes to ``refused``, the rest goes on."""
    for path in paths:
        try:
            yield from read_path(path, options, refused=refused, scorer=scorer)
        except InputRefused as error:
            refused(error)


def read_stdin(
    options: ReadingOptions | None = None,
    *,
    stream: BinaryIO | None = None,
    refused: Refused = raise_refused,
    scorer: Scorer | None = None,
) -> Iterator[Article]:
    """Articles of standard input, of whatever kind its first bytes show; they are named ``stdin``."""
    yield from read_open(stream or cast(BinaryIO, sys.stdin.buffer), "stdin", options, refused=refused, scorer=scorer)


def files_of(folder: Path, options: ReadingOptions, refused: Refused, depth: int = 0) -> Iterator[Path]:
    """Readable files of a folder and its folders, in sorted order; links to folders are not followed."""
    if depth > options.limits.folder_depth:
        refused(InputRefused(str(folder), f"lies more than {options.limits.folder_depth} folders deep; move it up"))
        return
    try:
        with os.scandir(folder) as entries:
            found = sorted((e.name, e.is_dir(follow_symlinks=False), e.is_file()) for e in entries)
    except OSError as error:
        refused(InputRefused(str(folder), f"cannot be listed ({error.strerror or error}); check its rights"))
        return
    for name, is_folder, is_file in found:
        if is_folder and not name.startswith("."):
            yield from files_of(folder / name, options, refused, depth + 1)
        elif is_file and is_readable(name):
            yield folder / name


def _read_archive(
    file: BinaryIO,
    kind: str,
    packing: str,
    name: str,
    member: str,
    members: range | None,
    options: ReadingOptions,
    refused: Refused,
    scorer: Scorer | None,
    depth: int,
) -> Iterator[ArticleChunk | list[Article]]:
    from classifier.reading.archives import archive_members

    full_name = f"{name}!{member}" if member else name
    if depth > options.limits.nesting:
        raise InputRefused(full_name, f"is an archive in archives, more than {options.limits.nesting} deep; unpack it")
    if kind == "zip" and not file.seekable():
        file = io.BytesIO(read_whole(file, full_name, options.limits.file_bytes))
    met = 0

    def refused_member(error: InputRefused) -> None:
        nonlocal met
        met += 1
        refused(error)

    for inner in archive_members(file, kind, packing, full_name, options.limits, refused_member, members):
        met += 1
        path = f"{member}!{inner.name}" if member else inner.name
        try:
            yield from read_pieces(
                inner.file, name, options, member=path, refused=refused, scorer=scorer, depth=depth + 1
            )
        except InputRefused as error:
            if refused is raise_refused:
                raise
            refused(error)
    if not met:
        raise InputRefused(full_name, f"is an archive without articles; what is read is {READABLE}")
