"""Many short strings as two flat arrays, so that they can be memory-mapped and searched without loading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.raw(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self.raw(low) == wanted else -1

    @classmethod
    def of(cls, strings: Iterable[str]) -> StringTable:
        """From strings in any order; they are sorted by their UTF-8 bytes, and must differ."""
        import numpy as np

        encoded = sorted(string.encode() for string in strings)
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets)
