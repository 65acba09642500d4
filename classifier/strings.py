"""Many short strings as two flat arrays, so that they can be memory-mapped and searched without loading."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class StringTable:
    """Strings in UTF-8 back to back, sorted by bytes: string ``i`` is ``blob[offsets[i]:offsets[i + 1]]``.

    ``blob`` is uint8, ``offsets`` int64 of length n + 1.
    """

    blob: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> str:
        return self.raw(i).decode()

    def __iter__(self) -> Iterator[str]:
        data = self.blob.tobytes()
        ends = self.offsets.tolist()
        for start, stop in pairwise(ends):
            yield data[start:stop].decode()

    def raw(self, i: int) -> bytes:
        return self.blob[self.offsets[i] : self.offsets[i + 1]].tobytes()

    def find(self, string: str) -> int:
        """The index of ``string``, or -1."""
        wanted = string.encode("utf-8", "surrogatepass")
        place = self._place(wanted)
        return place if place < len(self) and self.raw(place) == wanted else -1

    def _place(self, wanted: bytes) -> int:
        """The index of the first string that is not before ``wanted``."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.raw(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def joined(self, others: Iterable[str]) -> tuple[StringTable, NDArray[np.int64]]:
        """A table with more strings, few beside those that are here, and where these are in it, int64[n]."""
        import numpy as np

        added = StringTable.of({string for string in others if self.find(string) < 0})
        here = np.arange(len(self))
        places = np.array([self._place(added.raw(i)) for i in range(len(added))], np.int64)
        both = StringTable(
            np.concatenate([self.blob, added.blob]),
            np.concatenate([self.offsets, self.offsets[-1] + added.offsets[1:]]),
        )
        union = both.take(np.insert(here, places, len(self) + np.arange(len(added))))
        return union, here + np.searchsorted(places, here, "right")

    def take(self, indices: NDArray[np.int64]) -> StringTable:
        """The strings at ``indices``; a table again where they ascend."""
        import numpy as np

        starts = self.offsets[indices]
        lengths = self.offsets[indices + 1] - starts
        offsets = np.zeros(len(indices) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        places = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
        return StringTable(self.blob[places], offsets)

    @classmethod
    def of(cls, strings: Iterable[str]) -> StringTable:
        """From strings in any order; they are sorted by their UTF-8 bytes, and must differ."""
        import numpy as np

        encoded = sorted(string.encode() for string in strings)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets_of(encoded))


def offsets_of(strings: Collection[str | bytes]) -> NDArray[np.int64]:
    """Where each string begins and the last ends when they lie back to back, int64[n + 1]."""
    import numpy as np

    offsets = np.zeros(len(strings) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, strings), np.int64, len(strings)), out=offsets[1:])
    return offsets
