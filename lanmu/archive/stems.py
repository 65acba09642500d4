"""Which files of a run have the name of one before them, found in eight bytes a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from classifier.reading.file_names import split_name, stem_candidates

_RECENT = 65_536
"""How many stems are kept as they come before they are sorted."""


class SeenStems:
    """The stems of the files seen so far, as hashes."""

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._sorted: list[NDArray[np.uint64]] = []

    def other_stem(self, path: str) -> str:
        """The stem that a file of this path gets instead of its own; empty where no file before it has that."""
        own = split_name(path)[0]
        if self._add(own):
            return ""
        for candidate in stem_candidates(path, own):
            if self._add(candidate):
                return candidate
        return path

    def taken_before(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Which stems of those that these files would get were given to files before all of them.

        With them ``GivenStems`` gives these files the same stems as if it had met all files before them.
        """
        own: set[str] = set()
        taken: dict[str, None] = {}
        for path in paths:
            for candidate in stem_candidates(path, split_name(path)[0]):
                if candidate in own:
                    continue
                if self._add(candidate):
                    own.add(candidate)
                    break
                taken[candidate] = None
        return tuple(taken)

    def _add(self, stem: str) -> bool:
        """Whether a stem is new; it is kept."""
        key = int.from_bytes(hashlib.blake2b(stem.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        if key in self._recent:
            return False
        for keys in self._sorted:
            place = int(np.searchsorted(keys, np.uint64(key)))
            if place < len(keys) and int(keys[place]) == key:
                return False
        self._recent.add(key)
        if len(self._recent) >= _RECENT:
            self._sorted.append(np.sort(np.fromiter(self._recent, np.uint64, len(self._recent))))
            self._recent.clear()
            while len(self._sorted) > 1 and len(self._sorted[-2]) <= len(self._sorted[-1]):
                last = self._sorted.pop()
                self._sorted[-1] = np.sort(np.concatenate([self._sorted[-1], last]))
        return True
