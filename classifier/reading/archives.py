"""Members of zip and tar archives, read in place and bounded against bombs."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from classifier.errors import InputRefused, Refused
from classifier.messages import say
from classifier.reading.file_names import GivenStems, is_hidden, is_readable, split_name, tar_name, zip_name
from classifier.reading.formats import FORMATS
from classifier.reading.packed_streams import BoundedStream, Unpacking, unpack
from classifier.reading.reading_options import LIMITS, Limits

_HEADER_BYTES = 1 << 20
"""A tar's own records (long names, attributes) are read whole; none is longer than a few paths."""
_RECORDS = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE)
_SOLARIS_RECORD = b"X"


@dataclass(frozen=True, slots=True)
class Member:
    """A readable member of an archive, open until the next one is asked for; ``stem`` is for its id."""

    name: str
    file: BinaryIO
    stem: str


@dataclass(frozen=True, slots=True)
class ArchiveReading:
    """What reading an archive's members shares with the run: bounds, names given, who hears of what is not read."""

    name: str
    limits: Limits
    total: Unpacking
    stems: GivenStems
    refused: Refused
    passed: Callable[[str], None]


def archive_members(
    file: BinaryIO, kind: str, packing: str, reading: ArchiveReading, members: range | None = None
) -> Iterator[Member]:
    """The readable members of an archive in its own order, each as a bounded binary stream.

    Nothing is written to disk and no member's name is used as a path.  A member that cannot be
    read goes to ``reading.refused``, the name of one of a kind that is not read to ``reading.passed``; an
    archive that cannot be read raises InputRefused.  ``members`` takes only those of a zip's list.
    """
    if kind == "zip":
        return _zip_members(file, reading, members)
    return _tar_members(unpack(file, packing, reading.name, reading.limits) if packing else file, reading)


def _zip_members(file: BinaryIO, reading: ArchiveReading, members: range | None) -> Iterator[Member]:
    name, limits, total = reading.name, reading.limits, reading.total
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputRefused(name, say("reading.no_zip", error=error)) from error
    with archive:
        infos = archive.infolist()
        if code := _office_file(infos):
            raise InputRefused(name, say(code))
        if len(infos) > limits.members:
            raise InputRefused(name, say("reading.too_many_members", most=f"{limits.members:,}"))
        members = range(len(infos)) if members is None else members
        for number, info in enumerate(infos):
            member = zip_name(info.filename, bool(info.flag_bits & 0x800))[: limits.member_name_chars]
            if info.is_dir() or is_hidden(member) or number >= members.stop:
                continue
            wanted = number >= members.start
            if not is_readable(member):
                if wanted:
                    reading.passed(member)
                continue
            stem = reading.stems.stem_for(f"{name}/{member}", split_name(member)[0])
            if not wanted:
                continue
            total.take_member()
            full_name = f"{name}!{member}"
            if info.flag_bits & 0x1:
                reading.refused(InputRefused(full_name, say("reading.locked_member")))
                continue
            if info.file_size > limits.ratio_from_bytes and info.file_size > limits.ratio * max(info.compress_size, 1):
                reading.refused(InputRefused(full_name, say("reading.bomb", ratio=f"{limits.ratio:.0f}")))
                continue
            try:
                opened = archive.open(info)
            except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError) as error:
                reading.refused(InputRefused(full_name, say("reading.damaged_member", error=error)))
                continue
            with opened:
                yield _member(cast(BinaryIO, opened), member, stem, reading)


def _tar_members(file: BinaryIO, reading: ArchiveReading) -> Iterator[Member]:
    name = reading.name
    try:
        with tarfile.open(fileobj=file, mode="r|", errorlevel=0, tarinfo=_BoundedTarInfo) as archive:
            for info in archive:
                reading.total.take_member()
                archive.members = []  # type: ignore[attr-defined]  # a streamed tar would keep every header
                member = tar_name(info.name[: reading.limits.member_name_chars])
                if not info.isfile() or is_hidden(member):
                    continue
                if not is_readable(member):
                    reading.passed(member)
                    continue
                opened = archive.extractfile(info)
                if opened is not None:
                    stem = reading.stems.stem_for(f"{name}/{member}", split_name(member)[0])
                    yield _member(cast(BinaryIO, opened), member, stem, reading)
    except _LongRecord as error:
        raise InputRefused(name, say("reading.long_record", most=f"{_HEADER_BYTES:,}")) from error
    except InputRefused:
        raise
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise InputRefused(name, say("reading.no_tar", error=error)) from error


def _office_file(infos: list[zipfile.ZipInfo]) -> str:
    """The message for a zip that is really an Office file of a kind that is not read; empty where it is an archive."""
    names = {info.filename for info in infos[:200]}
    if "xl/workbook.xml" in names:
        return "reading.spreadsheet"
    if "ppt/presentation.xml" in names:
        return "reading.slides"
    return "reading.open_document" if {"mimetype", "content.xml"} <= names else ""


def _member(opened: BinaryIO, member: str, stem: str, reading: ArchiveReading) -> Member:
    """A member that may unpack to as much as an archive where its kind is streamed, else to as much as one file."""
    limits, (_, kind, packed) = reading.limits, split_name(member)
    most = limits.unpacked_bytes if packed or FORMATS[kind].streamed else limits.file_bytes + 1
    stream = BoundedStream(opened, None, f"{reading.name}!{member}", limits, most, reading.total)
    return Member(member, cast(BinaryIO, io.BufferedReader(stream, 1 << 16)), stem)


class _LongRecord(Exception):
    """A tar's record that would be read whole and is too long for that."""


class _BoundedTarInfo(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _BoundedTarInfo:
        info = super().frombuf(buf, encoding, errors)
        if info.type in (*_RECORDS, _SOLARIS_RECORD) and info.size > _HEADER_BYTES:
            raise _LongRecord(info.size)
        return info


@dataclass(frozen=True, slots=True)
class TarRange:
    """Bytes ``start`` to ``end`` of a tar, what reading them costs, and the names of the members to be read."""

    start: int
    end: int
    cost: int
    names: list[str]


def tar_ranges(file: BinaryIO, cost: Callable[[str, int], int], size: int) -> Iterator[TarRange]:
    """Cut an unpacked tar before members into stretches that are tars themselves.

    ``cost`` tells that of a member by name and size (0: it is passed over); a stretch of about ``size`` is cut off.
    Raises tarfile.TarError where the file is no tar or breaks off.
    """
    with tarfile.open(fileobj=file, mode="r:", tarinfo=_BoundedTarInfo) as archive:
        start = total = 0
        names: list[str] = []
        try:
            for info in archive:
                archive.members = []  # type: ignore[attr-defined]  # it would keep every header
                more = cost(info.name, info.size) if info.isfile() else 0
                if total and total + more > size:
                    yield TarRange(start, info.offset, total, names)
                    start, total, names = info.offset, 0, []
                total += more
                if more:
                    names.append(tar_name(info.name[: LIMITS.member_name_chars]))
        except _LongRecord as error:
            raise tarfile.ReadError("a record too long") from error
        if total:
            yield TarRange(start, archive.offset, total, names)
