"""Packed files read as streams, bounded against bombs."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, cast

from classifier.errors import InputRefused
from classifier.messages import Message, say
from classifier.reading.reading_options import Limits

if TYPE_CHECKING:
    from zipfile import ZipFile

RATIO_FROM_BYTES = 8 << 20
"""Below this what comes out is small, however little went in."""
_PIECE = 1 << 16
"""So much at a time: what a reader without ``read1`` has unpacked of a piece before a break is lost."""


class Unpacking:
    """Counts what comes out of an archive and of all archives in it, and refuses what is too much.

    ``packed`` is the size of the outermost archive in bytes; 0 where it is not known.
    """

    def __init__(self, name: str, limits: Limits, packed: int = 0) -> None:
        self.name, self.limits, self.packed = name, limits, packed
        self.bytes = self.members = 0

    def take(self, size: int) -> None:
        """Count bytes that came out.  Raises InputRefused, naming the whole input, where they are too many."""
        self.bytes += size
        limits = self.limits
        if self.bytes > limits.unpacked_bytes:
            raise TooMuch(self.name, say("reading.unpacks_to", most=f"{limits.unpacked_bytes:,}"))
        least = min(limits.ratio_from_bytes, RATIO_FROM_BYTES)
        if self.packed and self.bytes > least and self.bytes > limits.ratio * self.packed:
            raise TooMuch(self.name, say("reading.bomb", ratio=f"{limits.ratio:.0f}"))

    def take_member(self) -> None:
        """Count a member.  Raises InputRefused where there are too many."""
        self.members += 1
        if self.members > self.limits.members:
            raise TooMuch(self.name, say("reading.too_many_members", most=f"{self.limits.members:,}"))


class TooMuch(InputRefused):
    """The input as a whole unpacks to too much: nothing more of it is read."""


class Stream(io.RawIOBase, ABC):
    """A binary stream made from others, of which ``take`` gives the next bytes."""

    @abstractmethod
    def take(self, most: int) -> bytes:
        """The next bytes, ``most`` of them at most; none at the end."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        data = self.take(len(view))
        view[: len(data)] = data
        return len(data)


class BoundedStream(Stream):
    """Reads through an unpacking stream and refuses what unpacks to too much.

    ``packed`` is the file under it, whose position says how much was taken in; ``total`` counts what
    comes out of the whole input.
    """

    def __init__(
        self,
        inner: BinaryIO,
        packed: BinaryIO | None,
        name: str,
        limits: Limits,
        most: int,
        total: Unpacking | None = None,
    ) -> None:
        self._packed, self._name, self._limits, self._most = packed, name, limits, most
        # What is there, and not as much as asked for: of a file that breaks off, all before the break comes out.
        self._read: Callable[[int], bytes] = getattr(inner, "read1", inner.read)
        self._total = total
        self._out = 0

    def take(self, most: int) -> bytes:
        try:
            data = self._read(min(most, _PIECE))
        except InputRefused:
            raise
        except Exception as error:
            raise InputRefused(self._name, say("reading.cannot_be_unpacked", error=error)) from error
        self._out += len(data)
        if self._total is not None:
            self._total.take(len(data))
        self._check()
        return data

    def _check(self) -> None:
        if self._out > self._most:
            raise InputRefused(self._name, say("reading.unpacks_to", most=f"{self._most:,}"))
        if self._out > self._limits.ratio_from_bytes and self._packed is not None:
            try:
                taken = self._packed.tell()
            except (OSError, ValueError):
                return
            if self._out > self._limits.ratio * max(taken, 1):
                raise InputRefused(self._name, say("reading.bomb", ratio=f"{self._limits.ratio:.0f}"))


def unpack(file: BinaryIO, packing: str, name: str, limits: Limits) -> BinaryIO:
    """``file`` unpacked as it is read; ``packing`` is gzip, zstd, bz2 or xz."""
    inner: BinaryIO
    if packing == "gzip":
        import gzip

        inner = cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))
    elif packing == "bz2":
        import bz2

        inner = cast(BinaryIO, bz2.BZ2File(file, "rb"))
    elif packing == "xz":
        import lzma

        inner = cast(BinaryIO, lzma.LZMAFile(file, "rb"))  # noqa: SIM115
    elif packing == "zstd":
        import pyarrow as pa

        inner = cast(BinaryIO, pa.CompressedInputStream(file, "zstd"))
    else:
        raise InputRefused(name, say("file.packing", packing=packing))
    return io.BufferedReader(BoundedStream(inner, file, name, limits, limits.unpacked_bytes), 1 << 20)


def read_whole(file: BinaryIO, name: str, most: int) -> bytes:
    """All bytes of a stream, refused by name where they are more than ``most``."""
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := file.read(min(1 << 20 if pieces else 1 << 16, most + 1 - size)):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise InputRefused(name, say("file.bytes", most=f"{most:,}"))
    except InputRefused:
        raise
    except (OSError, EOFError, ValueError) as error:
        raise InputRefused(name, say("file.unreadable", error=str(error))) from error
    return b"".join(pieces) if len(pieces) != 1 else pieces[0]


def put_back(head: bytes, file: BinaryIO) -> BinaryIO:
    """The file with its first bytes, already read, put back."""
    if not head:
        return file
    if file.seekable():
        file.seek(-len(head), io.SEEK_CUR)
        return file
    return chain_head(head, file)


def chain_head(head: bytes, file: BinaryIO) -> BinaryIO:
    """``head`` and then what is left of ``file``, as one stream."""
    return io.BufferedReader(_Chained(head, file), 1 << 20)


def stretch(file: BinaryIO, start: int, end: int) -> BinaryIO:
    """Bytes ``start`` to ``end`` of a file that can seek, as a stream of their own."""
    file.seek(start)
    return io.BufferedReader(_Stretch(file, end - start), 1 << 20)


class _Stretch(Stream):
    def __init__(self, file: BinaryIO, left: int) -> None:
        self._file, self._left = file, left

    def take(self, most: int) -> bytes:
        data = self._file.read(min(most, self._left))
        self._left -= len(data)
        return data


class _Chained(Stream):
    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def take(self, most: int) -> bytes:
        data = self._head[:most] if self._head else self._rest.read(most)
        self._head = self._head[most:]
        return data


def check_parts(parts: ZipFile, packed: int, name: str, limits: Limits, too_large: Message, bomb: Message) -> None:
    """Refuse an Office file whose parts are too many, or unpack to too much, before any is unpacked.

    ``packed`` is the size of the file in bytes.  Raises InputRefused with ``too_large`` or ``bomb``.
    """
    infos = parts.infolist()
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > limits.docx_parts or unpacked > limits.document_unpacked_bytes:
        raise InputRefused(name, too_large)
    if unpacked > max(limits.ratio_from_bytes, limits.ratio * packed):
        raise InputRefused(name, bomb)
