"""Members of zip and tar archives, read in place and bounded against bombs."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from classifier.errors import InputRefused
from classifier.reading.kinds import ARCHIVES, TABLES, is_readable, split_name
from classifier.reading.limits import Limits
from classifier.reading.streams import BoundedStream, unpacked
from classifier.reading.tables.chunk import Refused


@dataclass(frozen=True, slots=True)
class Member:
    """A readable member of an archive, open until the next one is asked for."""

    name: str
    file: BinaryIO


def archive_members(
    file: BinaryIO,
    kind: str,
    packing: str,
    name: str,
    limits: Limits,
    refused: Refused,
    members: range | None = None,
) -> Iterator[Member]:
    """The readable members of an archive in its own order, each as a bounded binary stream.

    Nothing is written to disk and no member's name is used as a path.  A member that cannot be
    read goes to ``refused``; an archive that cannot be read raises InputRefused.  ``members`` takes
    only those of a zip's list.
    """
    if kind == "zip":
        return _zip_members(file, name, limits, refused, members)
    return _tar_members(unpacked(file, packing, name, limits) if packing else file, name, limits, refused)


def _zip_members(
    file: BinaryIO, name: str, limits: Limits, refused: Refused, members: range | None
) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputRefused(name, f"cannot be read as a zip ({error}); get a whole copy") from error
    with archive:
        infos = archive.infolist()
        if len(infos) > limits.members:
            raise InputRefused(name, f"has more than {limits.members:,} members; split it")
        total = 0
        for info in infos if members is None else infos[members.start : members.stop]:
            member = _readable_name(info, limits)
            if info.is_dir() or not is_readable(member) or member.startswith("__MACOSX/"):
                continue
            full_name = f"{name}!{member}"
            if info.flag_bits & 0x1:
                refused(InputRefused(full_name, "is locked with a password; unlock the archive first"))
                continue
            total += info.file_size
            if total > limits.unpacked_bytes:
                raise InputRefused(name, f"unpacks to more than {limits.unpacked_bytes:,} bytes; split it")
            if info.file_size > limits.ratio_from_bytes and info.file_size > limits.ratio * max(info.compress_size, 1):
                refused(InputRefused(full_name, f"unpacks to over {limits.ratio:.0f} times its size, as a bomb does"))
                continue
            try:
                opened = archive.open(info)
            except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError) as error:
                refused(InputRefused(full_name, f"is damaged ({error}); get a whole copy of the archive"))
                continue
            with opened:
                most = _most(member, limits)
                stream = BoundedStream(cast(BinaryIO, opened), None, full_name, limits, most)
                yield Member(member, cast(BinaryIO, io.BufferedReader(stream, 1 << 16)))


def _tar_members(file: BinaryIO, name: str, limits: Limits, refused: Refused) -> Iterator[Member]:
    count = 0
    try:
        with tarfile.open(fileobj=file, mode="r|", errorlevel=0) as archive:
            for info in archive:
                count += 1
                if count > limits.members:
                    raise InputRefused(name, f"has more than {limits.members:,} members; split it")
                member = info.name[: limits.member_name_chars].encode("utf-8", "replace").decode()
                archive.members = []  # type: ignore[attr-defined]  # a streamed tar would keep every header
                if not info.isfile() or not is_readable(member):
                    continue
                opened = archive.extractfile(info)
                if opened is None:
                    continue
                full_name = f"{name}!{member}"
                stream = BoundedStream(cast(BinaryIO, opened), None, full_name, limits, _most(member, limits))
                yield Member(member, cast(BinaryIO, io.BufferedReader(stream, 1 << 16)))
    except InputRefused:
        raise
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise InputRefused(name, f"breaks off or is no tar ({error}); get a whole copy") from error


def tar_ranges(file: BinaryIO, cost: Callable[[str, int], int], size: int) -> Iterator[tuple[int, int, int]]:
    """Cut an unpacked tar before members into stretches that are tars themselves: (start, end, cost).

    ``cost`` tells that of a member by name and size (0: it is passed over); a stretch of about ``size`` is cut off.
    Raises tarfile.TarError where the file is no tar or breaks off.
    """
    with tarfile.open(fileobj=file, mode="r:") as archive:
        start = total = 0
        for info in archive:
            archive.members = []  # type: ignore[attr-defined]  # it would keep every header
            more = cost(info.name, info.size) if info.isfile() else 0
            if total and total + more > size:
                yield start, info.offset, total
                start, total = info.offset, 0
            total += more
        if total:
            yield start, archive.offset, total


def _most(member: str, limits: Limits) -> int:
    """How many bytes a member may unpack to: streamed kinds as much as an archive, others as one file."""
    _, kind, packed = split_name(member)
    streamed = kind in (TABLES | ARCHIVES) - {"json", "parquet", "zip"} or bool(packed)
    return limits.unpacked_bytes if streamed else limits.file_bytes + 1


def _readable_name(info: zipfile.ZipInfo, limits: Limits) -> str:
    """A member's name; those that old Windows tools wrote in GB18030 are read as such."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            pass
    return name[: limits.member_name_chars]
