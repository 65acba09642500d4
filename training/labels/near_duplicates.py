"""Which texts are near-duplicates: MinHash sketches and their index by datasketch, and their groups."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Sequence

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from classifier.text import character_table, normalise

SHINGLE = 5
PERMUTATIONS = 64
SEED = 1
SIMILAR = 0.5
COMPARED = 2_000
"""Characters from a text's beginning."""


def near_duplicate_groups(texts: Sequence[str], similar: float = SIMILAR) -> NDArray[np.int64]:
    """A group number for each text, int64[n]: texts share one where they are near-duplicates.

    Near means a Jaccard similarity of character 5-grams of about ``similar`` or more, found by
    MinHash and banding (Broder 1997; the datasketch library), over the first 2,000 characters.
    """
    return number_groups(sketch_texts(texts), similar)


def sketch_texts(texts: Sequence[str]) -> list[MinHash]:
    """MinHash sketches of the texts' character 5-grams after normalisation."""
    # The hashes are those of datasketch's own sha1_hash32, taken for a whole text at once.
    return list(MinHash.generator(map(_hashes, texts), num_perm=PERMUTATIONS, seed=SEED, hashfunc=operator.index))


def _hashes(text: str) -> list[int]:
    """The first four bytes of the SHA-1 of each 5-gram of characters; a shorter text is one."""
    normal = normalise(text, character_table().fold)[:COMPARED]
    data = normal.encode("utf-8", "replace")
    starts = np.flatnonzero((np.frombuffer(data, np.uint8) & 0xC0) != 0x80).tolist()
    stops = [*starts[SHINGLE:], len(data)]
    sha1 = hashlib.sha1
    digests = [
        sha1(data[start:stop], usedforsecurity=False).digest()
        for start, stop in zip(starts or [0], stops, strict=False)
    ]
    hashes: list[int] = np.frombuffer(b"".join(digests), "<u4")[::5].tolist()
    return hashes


def number_groups(sketches: Sequence[MinHash], similar: float = SIMILAR) -> NDArray[np.int64]:
    """A group number for each sketch, int64[n]: each in turn joins what is alike of those before it.

    Two sketches are alike where they share a band and agree in at least ``similar`` of their
    numbers.
    """
    index = MinHashLSH(threshold=similar, num_perm=PERMUTATIONS)
    rows = np.array([sketch.hashvalues for sketch in sketches])
    parents = list(range(len(sketches)))
    first: dict[bytes, int] = {}

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    for i, sketch in enumerate(sketches):
        earlier = first.setdefault(rows[i].tobytes(), i)
        if earlier < i:  # what is alike has joined the first such sketch already; thousands may be the same
            parents[i] = root(earlier)
        elif candidates := index.query(sketch):
            alike = (rows[candidates] == rows[i]).mean(1) >= similar
            for other in np.array(candidates)[alike].tolist():
                parents[root(i)] = root(other)
        index.insert(i, sketch, check_duplication=False)
    return np.array([root(i) for i in range(len(sketches))], np.int64)
