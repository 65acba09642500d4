"""What one input unpacks to, archives in archives taken together, and a bound on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifier.errors import InputRefused
from classifier.messages import Message, say
from classifier.reading.limits import Limits

if TYPE_CHECKING:
    from zipfile import ZipFile

RATIO_FROM_BYTES = 8 << 20
"""Below this what comes out is small, however little went in."""


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
