"""Which texts are near-duplicates: MinHash sketches by datasketch, and their groups.

Groups are, number for number, those that come of asking datasketch's MinHashLSH for each text in
turn and joining it with what is alike; only the buckets are made by sorting, for all texts at once.
"""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Iterator, Sequence
from functools import cache

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
_MOST_AT_ONCE = 4_000_000
"""Numbers of sketches compared at once."""


def near_duplicate_groups(texts: Sequence[str], similar: float = SIMILAR) -> NDArray[np.int64]:
    """A group number for each text, int64[n]: texts share one where they are near-duplicates.

    Near means a Jaccard similarity of character 5-grams of about ``similar`` or more, found by
    MinHash and banding (Broder 1997; the datasketch library), over the first 2,000 characters.
    """
    return number_groups(sketches(texts), similar)


def sketches(texts: Sequence[str]) -> NDArray[np.uint32]:
    """MinHash sketches uint32[n, PERMUTATIONS] of the texts' character 5-grams after normalisation."""
    # The hashes are those of datasketch's own sha1_hash32, taken for a whole text at once.
    made = MinHash.generator(map(_hashes, texts), num_perm=PERMUTATIONS, seed=SEED, hashfunc=operator.index)
    rows = np.empty((len(texts), PERMUTATIONS), np.uint32)
    for row, sketch in zip(rows, made, strict=True):
        row[:] = sketch.hashvalues
    return rows


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


@cache
def bands(similar: float) -> tuple[int, int]:
    """How many bands datasketch parts a sketch into, and how wide they are."""
    index = MinHashLSH(threshold=similar, num_perm=PERMUTATIONS)
    return index.b, index.r


def number_groups(rows: NDArray[np.uint32], similar: float = SIMILAR) -> NDArray[np.int64]:
    """A group number for each sketch, int64[n].

    Two sketches are linked where they share a band and agree in at least ``similar`` of their
    numbers.
    """
    n = len(rows)
    parents = list(range(n))
    if n == 0:
        return np.zeros(0, np.int64)

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    first, kind = _alike_rows(rows)
    buckets = _buckets(rows, similar)
    neighbours = _neighbours(rows, first, [bucket[first] for bucket in buckets], similar)
    alone = np.bincount(kind, minlength=len(first)) == 1
    candidates = _Candidates(buckets)
    firsts = first.tolist()
    for i in np.flatnonzero(~alone[kind] | np.isin(kind, list(neighbours))).tolist():
        mine = int(kind[i])
        earlier = [place for k in (mine, *neighbours.get(mine, ())) if (place := firsts[k]) < i]
        roots = {root(place) for place in earlier}
        if len(roots) == 1:
            parents[i] = roots.pop()
        elif roots:  # the order in which they are joined gives the group its number
            alike = {mine, *neighbours[mine]}
            for other in candidates.of(i):
                if int(kind[other]) in alike:
                    parents[root(i)] = root(other)
    return np.array([root(i) for i in range(n)], np.int64)


def _alike_rows(rows: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each different row where it stands first, and of each row which of them it is."""
    whole = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1] * 4))).ravel()
    _, first, kind = np.unique(whole, return_index=True, return_inverse=True)
    return first, kind.ravel()


def _buckets(rows: NDArray[np.uint32], similar: float) -> list[NDArray[np.int64]]:
    """For each band a bucket number of each sketch, int64[n]."""
    count, width = bands(similar)
    return [_alike_rows(rows[:, width * k : width * (k + 1)])[1] for k in range(count)]


def _runs(bucket: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sketches by bucket number, and where in them each bucket begins and the last ends."""
    order = np.argsort(bucket, kind="stable")
    return order, np.flatnonzero(np.diff(bucket[order], prepend=-1, append=-1))


def _neighbours(
    rows: NDArray[np.uint32], first: NDArray[np.int64], buckets: list[NDArray[np.int64]], similar: float
) -> dict[int, list[int]]:
    """For each kind of sketch the other kinds that share a bucket with it and are alike."""
    linked = [np.zeros(0, np.int64)]
    kinds = len(first)
    for bucket in buckets:
        order, edges = _runs(bucket)
        sizes = np.diff(edges)
        pairs = order[edges[:-1][sizes == 2][:, None] + np.arange(2)]
        linked.append(_alike(rows, first, pairs[:, 0], pairs[:, 1], kinds, similar))
        for start, stop in zip(edges[:-1][sizes > 2].tolist(), edges[1:][sizes > 2].tolist(), strict=True):
            members = np.sort(order[start:stop])
            step = max(1, _MOST_AT_ONCE // (PERMUTATIONS * len(members)))
            for begin in range(0, len(members), step):
                one, other = np.meshgrid(members[begin : begin + step], members, indexing="ij")
                rising = one < other
                linked.append(_alike(rows, first, one[rising], other[rising], kinds, similar))
    neighbours: dict[int, list[int]] = {}
    for key in np.unique(np.concatenate(linked)).tolist():
        a, b = divmod(key, kinds)
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    return neighbours


def _alike(
    rows: NDArray[np.uint32],
    first: NDArray[np.int64],
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    kinds: int,
    similar: float,
) -> NDArray[np.int64]:
    """Of pairs of kinds those that are alike, as one · kinds + other."""
    same = (rows[first[one]] == rows[first[other]]).sum(1) / PERMUTATIONS >= similar
    keys: NDArray[np.int64] = np.minimum(one, other)[same] * kinds + np.maximum(one, other)[same]
    return keys


class _Candidates:
    """What datasketch's index answers for a text that follows others, in the order in which it answers."""

    def __init__(self, buckets: list[NDArray[np.int64]]) -> None:
        self.bands = [(bucket, *_runs(bucket)) for bucket in buckets]

    def of(self, i: int) -> Iterator[int]:
        """Earlier texts that share a bucket with text ``i``, as sets that grew like the index's list them."""
        alike: set[int] = set()
        for bucket, order, edges in self.bands:
            members: set[int] = set()
            for member in order[edges[bucket[i]] : edges[bucket[i] + 1]].tolist():
                if member >= i:
                    break
                members.add(member)
            for member in members:
                alike.add(member)
        return iter(list(alike))
