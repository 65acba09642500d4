"""Paths, folders, streams and bytes of any kind → Articles."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from classifier.article import Article
from classifier.errors import InputRefused, Refused, raise_refused
from classifier.messages import say
from classifier.reading.documents.documents import Gathering, is_small_text, read_document
from classifier.reading.file_names import GivenStems, is_hidden, is_readable, show_name, split_name
from classifier.reading.formats import ARCHIVES, READABLE, TABLES
from classifier.reading.kinds import OLE, SHARED_ENDINGS, find_packing, kind_by_content, kind_by_start
from classifier.reading.origin import Origin
from classifier.reading.packed_streams import TooMuch, Unpacking, put_back, read_whole, unpack
from classifier.reading.reading_options import Limits, Passed, ReadingOptions, ReadingRun, Scorer, chosen_kind, unheard
from classifier.reading.tables.chunk import ArticleChunk, TableSource, table_chunks

if TYPE_CHECKING:
    from classifier.reading.documents.clean_files import FileChunk

_HEAD = 65_536
Pieces = Iterator["ArticleChunk | FileChunk | list[Article]"]
"""Tables in chunks of columns, small files read together, documents as lists of Articles."""


def read_open(
    file: BinaryIO,
    name: str,
    options: ReadingOptions | None = None,
    *,
    refused: Refused = raise_refused,
    scorer: Scorer | None = None,
) -> Iterator[Article]:
    """Articles of an open binary file (local or fsspec's) of any kind, found by its name, else its content.

    Rows and members that cannot be read go to ``refused``; where the whole cannot, InputRefused is
    raised.  Zip and Parquet need a file that can seek.
    """
    run = ReadingRun(options or ReadingOptions(), refused, scorer=scorer)
    yield from _articles_of(read_pieces(file, Origin(show_name(name), stem=""), run))


def read_pieces(file: BinaryIO, origin: Origin, run: ReadingRun, members: range | None = None) -> Pieces:
    """As read_open, but tables come as chunks of columns and documents as lists of Articles.

    ``members`` reads only those of a zip (numbers in its own list).  Without a stem in ``origin`` the
    input's own name makes one.
    """
    yield from _Reading(run).pieces(file, origin, members)


def _articles_of(pieces: Pieces) -> Iterator[Article]:
    for piece in pieces:
        yield from piece if isinstance(piece, list) else piece.articles()


@dataclass(slots=True)
class _Reading:
    """One input as it is read, with all archives in it."""

    run: ReadingRun
    total: Unpacking | None = None
    depth: int = 0

    def pieces(self, file: BinaryIO, origin: Origin, members: range | None = None) -> Pieces:
        options, limits = self.run.options, self.run.options.limits
        last = origin.member if origin.stem else origin.member.rsplit("!", 1)[-1]
        stem, kind, packing = split_name(last or origin.path)
        origin = origin if origin.stem else replace(origin, stem=stem)
        if not kind and options.kind == "auto":
            file, kind, own_packing = _by_content(file, limits)
            packing = packing or own_packing
        if packing and kind != "tar":
            file = unpack(file, packing, origin.name, limits)
            if not kind:
                file, kind, _ = _by_content(file, limits)
        kind = chosen_kind(kind, options)
        if kind in SHARED_ENDINGS and options.kind == "auto":
            head = file.read(_HEAD)
            file = put_back(head, file)
            kind = kind_by_start(kind, head, whole=len(head) < _HEAD)
        if kind in ARCHIVES:
            yield from self._archive(file, kind, packing, origin, members)
        elif kind in TABLES:
            if kind == "parquet" and not file.seekable():
                file = io.BytesIO(read_whole(file, origin.name, limits.file_bytes))
            source = TableSource(origin, options, self.run.refused)
            empty = True
            for chunk in table_chunks(file, kind, source):
                empty = empty and not len(chunk)
                yield chunk
            if empty:
                raise InputRefused(origin.name, say("reading.no_row"))
        else:
            data = read_whole(file, origin.name, limits.file_bytes)
            yield read_document(data, kind, origin, self.run)

    def _member(self, file: BinaryIO, origin: Origin, gathering: Gathering) -> Pieces:
        """One member, and all that was gathered before it and is read by now."""
        options = self.run.options
        if self.run.together and (kind := is_small_text(origin.member, options)):
            gathering.add(origin, kind, read_whole(file, origin.name, options.limits.file_bytes))
            yield from gathering.take()
        else:
            yield from gathering.take_all()
            yield from self.pieces(file, origin)

    def _archive(self, file: BinaryIO, kind: str, packing: str, origin: Origin, members: range | None) -> Pieces:
        from classifier.reading.archives import ArchiveReading, archive_members

        run, limits, name = self.run, self.run.options.limits, origin.name
        if self.depth > limits.nesting:
            raise InputRefused(name, say("reading.nested", most=limits.nesting))
        if kind == "zip" and not file.seekable():
            file = io.BytesIO(read_whole(file, name, limits.file_bytes))
        if self.total is None:
            self.total = Unpacking(name, limits, _size(file))
        met = Counter[str]()
        gathering = Gathering(run)

        def refused(error: InputRefused) -> None:
            met["refused"] += 1
            gathering.settle()
            run.refused(error)

        def passed(member: str) -> None:
            met["passed"] += 1
            run.passed(f"{name}!{member}")

        inside = ArchiveReading(name, limits, self.total, run.stems, refused, passed)
        self.depth += 1
        try:
            for inner in archive_members(file, kind, packing, inside, members):
                met["read"] += 1
                try:
                    yield from self._member(inner.file, origin.inside(inner.name, inner.stem), gathering)
                except TooMuch:
                    raise
                except InputRefused as error:
                    gathering.settle()
                    run.refused(error)
        except Exception:
            yield from gathering.take_all()
            raise
        yield from gathering.take_all()
        self.depth -= 1
        if not met["refused"] + met["read"] and members is None:
            raise InputRefused(name, say("reading.archive_without_articles", readable=READABLE))


def _by_content(file: BinaryIO, limits: Limits) -> tuple[BinaryIO, str, str]:
    """The file with its head put back, and the kind or the packing that its first bytes stand for."""
    head = file.read(_HEAD)
    ended = len(head) < _HEAD
    is_ole, is_json = head.startswith(OLE), head.lstrip()[:1] in (b"{", b"[")
    while not ended and (is_ole or (is_json and b"\n" not in head.strip())) and len(head) < limits.file_bytes:
        more = file.read(4 << 20)
        head += more
        ended = not more
    packing = find_packing(head)
    return put_back(head, file), "" if packing else kind_by_content(head, whole=ended), packing


def _size(file: BinaryIO) -> int:
    """How many bytes a file has; 0 where it does not tell."""
    if not file.seekable():
        return 0
    at = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(at)
    return size


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
    stems: GivenStems | None = None,
    passed: Passed = unheard,
) -> Iterator[Article]:
    """Articles of one file, or of a folder and all in it; ``-`` is standard input.

    ``stems`` are those given so far in a run: files of the same name in other folders get their
    folder's name into their ids.  ``passed`` hears of files of kinds that are not read.  Raises
    InputRefused where the path itself cannot be read.
    """
    if str(path) == "-":
        yield from read_stdin(options, refused=refused, scorer=scorer)
        return
    run = ReadingRun(options or ReadingOptions(), refused, passed, scorer, stems or GivenStems())
    path = Path(path)
    name = show_name(str(path))
    if path.is_dir():
        readable = 0
        for inner, _ in entries_of(str(path), run.options, refused, passed=passed):
            readable += 1
            try:
                yield from _read_file(Path(inner), run)
            except InputRefused as error:
                refused(error)
        if not readable:
            raise InputRefused(name, say("reading.folder_without_articles", readable=READABLE))
        return
    yield from _read_file(path, run)


def _read_file(path: Path, run: ReadingRun) -> Iterator[Article]:
    name = show_name(str(path))
    origin = Origin(name, stem=run.stems.stem_for(name, split_name(name)[0]))
    try:
        with path.open("rb") as file:
            yield from _articles_of(_Reading(run).pieces(file, origin))
    except OSError as error:
        raise InputRefused(name, say("reading.cannot_be_read", error=error.strerror or error)) from error


def read_paths(
    paths: Iterable[str | Path],
    options: ReadingOptions | None = None,
    refused: Refused = raise_refused,
    *,
    scorer: Scorer | None = None,
    passed: Passed = unheard,
) -> Iterator[Article]:
    """Articles of files and folders in the order given; what cannot be read goes to ``refused``, the rest goes on."""
    stems = GivenStems()
    for path in paths:
        try:
            yield from read_path(path, options, refused=refused, scorer=scorer, stems=stems, passed=passed)
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


def entries_of(
    folder: str, options: ReadingOptions, refused: Refused, depth: int = 0, *, passed: Passed = unheard
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Readable files of a folder and its folders, in sorted order; links to folders are not followed.

    With each path comes its entry in its folder, which knows more of the file.
    """
    if depth > options.limits.folder_depth:
        refused(InputRefused(show_name(folder), say("reading.too_deep", most=options.limits.folder_depth)))
        return
    try:
        with os.scandir(folder) as entries:
            found = sorted((e.name, e.is_dir(follow_symlinks=False), e.is_file(), e) for e in entries)
    except OSError as error:
        said = say("reading.cannot_be_listed", error=error.strerror or error)
        refused(InputRefused(show_name(folder), said))
        return
    before = "" if folder == "." else folder if folder.endswith(os.sep) else folder + os.sep
    for name, is_folder, is_file, entry in found:
        if is_folder and not name.startswith("."):
            yield from entries_of(before + name, options, refused, depth + 1, passed=passed)
        elif is_file and not is_hidden(name):
            if is_readable(name):
                yield before + name, entry
            else:
                passed(show_name(before + name))
