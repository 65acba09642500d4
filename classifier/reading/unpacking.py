"""What one input unpacks to, archives in archives taken together, and a bound on it."""

from __future__ import annotations

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.limits import Limits

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
