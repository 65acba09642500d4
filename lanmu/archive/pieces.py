"""One file → the pieces it can be read in, and how much work each is."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from classifier.errors import InputRefused, LanmuError
from classifier.messages import say
from classifier.reading.encoding import encoding_of_file
from classifier.reading.file_names import is_readable, show_name, split_name
from classifier.reading.formats import ARCHIVES, FORMATS
from classifier.reading.reading_options import ReadingOptions, chosen_kind
from lanmu.archive.locations import Found, open_source
from lanmu.archive.plan import Cut, Piece
from lanmu.archive.stems import SeenStems

PACKED_COST = 4
"""A packed byte is about this many bytes of text."""
MEMBER_COST = 10_000
"""What reading a member of an archive costs at least: it is unpacked and read alone."""
_LISTING_COST = 400
"""A zip's list is read again for each of its pieces; none is smaller than this for each member in the list."""
_AT_MOST = {"parquet": PACKED_COST, "tar": 8, "zip": 64}
"""How many times its bytes a file of a kind may be worth; where that is no more than a shard, it is not looked into."""
_WIDE = ("utf-16", "utf-32")

Costed = tuple[Piece, int]


def is_document(path: str, options: ReadingOptions) -> bool:
    """Whether reading this file is Python's work, and not Arrow's."""
    _, kind, _ = split_name(path)
    kind = chosen_kind(kind, options)
    return _file_cost(kind) > 0


def _file_cost(kind: str) -> int:
    """What reading a file costs beside its bytes; what a file of an unknown kind costs is seen when it is read."""
    return FORMATS[kind].cost if kind in FORMATS else MEMBER_COST


def is_archive(path: str) -> bool:
    """Whether this file holds others."""
    return split_name(path)[1] in ARCHIVES


def pieces_of(file: Found, base: str, options: ReadingOptions, size: int) -> Iterator[Costed]:
    """Cut a file into pieces of about ``size`` bytes of text, each with its cost.

    What cannot be cut, or not even be read, is one piece: reading it will say what is wrong.
    """
    _, kind, packing = split_name(file.path)
    kind = chosen_kind(kind, options)
    whole = Piece(file.path, file.size, file.stamp)
    packed = bool(packing) or kind in ("zip", "parquet", "spreadsheet")
    cost = file.size * (PACKED_COST if packed else 1) + _file_cost(kind)
    cut = None if packing else _CUTTERS.get(kind)
    if cut is None or file.size * _AT_MOST.get(kind, 1) <= size:
        yield whole, max(cost, 1)
        return
    try:
        with open_source(file.path, base) as stream:
            pieces = list(cut(stream, file, options, size))
    except (LanmuError, OSError, ValueError, zipfile.BadZipFile, tarfile.TarError, NotImplementedError):
        pieces = []
    yield from pieces or [(whole, max(cost, 1))]


def _lines(stream: BinaryIO, file: Found, options: ReadingOptions, size: int) -> Iterator[Costed]:
    from classifier.reading.tables.jsonl import line_ranges

    encoding = options.encoding or encoding_of_file(stream, file.path)
    if encoding.lower().startswith(_WIDE):
        return
    told = "" if encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig", "ascii") else encoding
    for lines in line_ranges(stream, size):
        piece = Piece(file.path, file.size, file.stamp, "lines", lines.start, lines.end, lines.first_line, told)
        yield piece, lines.end - lines.start


def _groups(stream: BinaryIO, file: Found, options: ReadingOptions, size: int) -> Iterator[Costed]:
    from classifier.reading.tables.parquet import row_groups

    yield from _runs("groups", file, [max(most, 1) for _, most in row_groups(stream, file.path)], size)


def _rows(stream: BinaryIO, file: Found, options: ReadingOptions, size: int) -> Iterator[Costed]:
    from classifier.reading.tables.csv import row_ranges

    encoding = options.encoding or encoding_of_file(stream, file.path)
    if encoding.lower().startswith(_WIDE):
        return
    delimiter = "\t" if split_name(file.path)[1] == "tsv" else ""
    for rows in row_ranges(stream, size, delimiter, file.path, options):
        piece = Piece(
            file.path, file.size, file.stamp, "rows", rows.start, rows.end, rows.first_row, encoding, rows.heading
        )
        yield piece, rows.end - rows.start


def _blocks(stream: BinaryIO, file: Found, options: ReadingOptions, size: int) -> Iterator[Costed]:
    from classifier.reading.archives import tar_ranges

    name = show_name(file.path)
    seen = SeenStems()
    for part in tar_ranges(stream, _member_cost, size):
        taken = seen.taken_before(f"{name}/{member}" for member in part.names)
        yield Piece(file.path, file.size, file.stamp, "blocks", part.start, part.end, taken=taken), part.cost


def _members(stream: BinaryIO, file: Found, options: ReadingOptions, size: int) -> Iterator[Costed]:
    with zipfile.ZipFile(stream) as archive:
        infos = archive.infolist()
        if len(infos) > options.limits.members:
            raise InputRefused(file.path, say("score.too_many_members"))
        costs = [0 if info.is_dir() else _member_cost(info.filename, info.file_size) for info in infos]
    yield from _runs("members", file, costs, max(size, len(infos) * _LISTING_COST))


def _member_cost(name: str, size: int) -> int:
    if not is_readable(name):
        return 0
    _, kind, packing = split_name(name)
    factor = PACKED_COST if packing or kind in ARCHIVES else 1
    return max(size * factor + max(_file_cost(kind), MEMBER_COST), 1)


def _runs(cut: Cut, file: Found, costs: list[int], size: int) -> Iterator[Costed]:
    """Neighbours taken together up to about ``size``; those that cost nothing, and nothing else, are left out."""
    start = cost = 0
    for i, more in enumerate(costs):
        if cost and cost + more > size:
            yield Piece(file.path, file.size, file.stamp, cut, start, i), cost
            start, cost = i, 0
        cost += more
    if cost:
        piece = Piece(file.path, file.size, file.stamp)
        yield (replace(piece, cut=cut, start=start, end=len(costs)) if start else piece), cost


_CUTTERS: dict[str, Any] = {
    "jsonl": _lines,
    "parquet": _groups,
    "zip": _members,
    "csv": _rows,
    "tsv": _rows,
    "tar": _blocks,
}
