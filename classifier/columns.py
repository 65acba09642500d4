"""Many texts as one buffer: the form in which text reaches the kernel, and in which a model keeps its words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TextColumn:
    """Texts in UTF-8 back to back: text ``i`` is ``data[offsets[i]:offsets[i + 1]]``.

    ``data`` is uint8, ``offsets`` int64 of length n + 1.  Lone surrogates stand as their three
    bytes (``surrogatepass``), so every Python string has a column form.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> str:
        data = self.data[self.offsets[i] : self.offsets[i + 1]]
        return data.tobytes().decode("utf-8", "surrogatepass")

    @property
    def is_sound(self) -> bool:
        """Whether the offsets rise and stay inside the data."""
        ends = self.offsets
        return bool(len(ends) and ends[0] >= 0 and ends[-1] <= len(self.data) and (ends[1:] >= ends[:-1]).all())

    def slice(self, start: int, stop: int) -> TextColumn:
        """Texts ``start`` to ``stop`` over the same buffer, nothing copied."""
        return TextColumn(self.data, self.offsets[start : stop + 1])

    def take(self, indices: NDArray[np.int64]) -> TextColumn:
        """The texts with these numbers, copied back to back."""
        bounds = [(self.offsets[i], self.offsets[i + 1]) for i in indices.tolist()]
        offsets = np.zeros(len(bounds) + 1, np.int64)
        np.cumsum([stop - start for start, stop in bounds], out=offsets[1:])
        data = np.concatenate([self.data[start:stop] for start, stop in bounds]) if bounds else self.data[:0]
        return TextColumn(data, offsets)

    @classmethod
    def from_strings(cls, texts: Sequence[str]) -> TextColumn:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets_of(encoded))

    @classmethod
    def from_arrow(cls, array: Any) -> TextColumn:
        """From a pyarrow string or large_string array, without copying the text; nulls are empty texts."""
        import pyarrow as pa

        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        if array.null_count:
            array = array.fill_null("")
        if pa.types.is_string(array.type):
            width: type[np.signedinteger[Any]] = np.int32
        elif pa.types.is_large_string(array.type):
            width = np.int64
        else:
            return cls.from_arrow(array.cast(pa.large_string()))
        _, offsets, data = array.buffers()
        n = len(array)
        if n == 0 or offsets is None:
            return cls(np.empty(0, np.uint8), np.zeros(n + 1, np.int64))
        ends = np.frombuffer(offsets, width)[array.offset : array.offset + n + 1].astype(np.int64)
        raw = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
        return cls(raw, ends)


@dataclass(frozen=True, slots=True)
class CodePoints:
    """Texts as code points back to back, uint32; ``offsets`` int64 of length n + 1.

    Made from Python strings in a third of the time that UTF-8 takes, and read sooner: for strings that
    are about to be scored.
    """

    data: NDArray[np.uint32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def from_strings(cls, texts: Sequence[str]) -> CodePoints:
        return cls(np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4"), offsets_of(texts))


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
        starts = self.offsets[indices]
        lengths = self.offsets[indices + 1] - starts
        offsets = np.zeros(len(indices) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        places = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
        return StringTable(self.blob[places], offsets)

    @classmethod
    def of(cls, strings: Iterable[str]) -> StringTable:
        """From strings in any order; they are sorted by their UTF-8 bytes, and must differ."""
        encoded = sorted(string.encode() for string in strings)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets_of(encoded))


def offsets_of(strings: Collection[str | bytes]) -> NDArray[np.int64]:
    """Where each string begins and the last ends when they lie back to back, int64[n + 1]."""
    offsets = np.zeros(len(strings) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, strings), np.int64, len(strings)), out=offsets[1:])
    return offsets
