"""MinHash sketches of normalised texts, compiled: what of two sketches is alike estimates how alike the texts are.

Broder 1997, "On the resemblance and containment of documents"; permutations by multiply-shift
(Dietzfelbinger et al. 1997).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.columns import TextColumn
from classifier.kernel.hashing import mixed
from classifier.segmentation.alphabet import character_entries
from classifier.segmentation.compiled import compiled, inner
from classifier.segmentation.decoding import decode
from classifier.segmentation.workspace import Workspace, workspace
from classifier.text import CharacterTable

_LARGEST = np.uint32(0xFFFFFFFF)
_HALF = np.uint64(32)
MOST_IN_FULL = 500
"""Where more texts share a band, each is compared with one of every group instead of with all."""


def sketches(
    texts: TextColumn, table: CharacterTable, permutations: int, shingle: int, compared: int, seed: int = 1
) -> NDArray[np.uint32]:
    """Sketches uint32[n, permutations] over the character n-grams of each text's first ``compared`` characters.

    Texts are normalised first; one shorter than ``shingle`` is a single n-gram.
    """
    chance = np.random.default_rng(seed)
    factors = chance.integers(0, 2**64, permutations, np.uint64) | np.uint64(1)
    added = chance.integers(0, 2**64, permutations, np.uint64)
    lengths = np.diff(texts.offsets)
    found = np.empty((len(texts), permutations), np.uint32)
    entries = character_entries(np.zeros(65536, np.uint16), table.fold)
    _sketch_all(
        texts.data, texts.offsets, entries, shingle, compared, factors, added,
        workspace(int(lengths.max(initial=0))), found,
    )  # fmt: skip
    return found


def alike_groups(found: NDArray[np.uint32], similar: float) -> NDArray[np.int64]:
    """A group number for each sketch, int64[n], the smallest index in it.

    Those in one group are linked by pairs whose sketches agree in at least ``similar``.  Candidate
    pairs agree in all of a band (locality-sensitive hashing); bands are as narrow as it takes for
    pairs at the limit to share one more likely than not.
    """
    n, permutations = found.shape
    width = max(w for w in range(1, permutations + 1) if w == 1 or (w / permutations) ** (1 / w) <= similar)
    parents = np.arange(n)
    for start in range(0, permutations - width + 1, width):
        band = np.ascontiguousarray(found[:, start : start + width])
        order = np.lexsort(band.T[::-1])
        differs = (band[order[1:]] != band[order[:-1]]).any(1)
        _link(found, order, differs, int(np.ceil(similar * permutations - 1e-9)), parents)
    return _roots(parents)


@compiled
def _sketch_all(
    data: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    entries: NDArray[np.uint32],
    shingle: int,
    compared: int,
    factors: NDArray[np.uint64],
    added: NDArray[np.uint64],
    work: Workspace,
    found: NDArray[np.uint32],
) -> None:
    for text in range(len(bounds) - 1):
        length = min(decode(data, bounds[text], bounds[text + 1], entries, 0, work), compared)
        sketch = found[text]
        for k in range(len(sketch)):
            sketch[k] = _LARGEST
        for begin in range(max(1, length - shingle + 1)):
            key = np.uint64(shingle)
            for i in range(begin, min(begin + shingle, length)):
                key = mixed(key ^ np.uint64(work.characters[i]))
            for k in range(len(sketch)):
                value = np.uint32((factors[k] * key + added[k]) >> _HALF)
                sketch[k] = min(sketch[k], value)


@inner
def _root(parents: NDArray[np.int64], i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i


@compiled
def _link(
    found: NDArray[np.uint32],
    order: NDArray[np.int64],
    differs: NDArray[np.bool_],
    least: int,
    parents: NDArray[np.int64],
) -> None:
    """Join the groups of alike texts among those next to each other in ``order`` that share a band."""
    n = len(order)
    against = np.empty(n, np.int64)
    begin = 0
    while begin < n:
        stop = begin + 1
        while stop < n and not differs[stop - 1]:
            stop += 1
        many = stop - begin > MOST_IN_FULL
        count = 0
        for j in range(begin, stop):
            one = order[j]
            joined = False
            for i in range(count):
                a, b = _root(parents, one), _root(parents, against[i])
                if a != b:
                    same = 0
                    for k in range(found.shape[1]):
                        same += found[one, k] == found[against[i], k]
                    if same >= least:
                        parents[max(a, b)] = min(a, b)
                        joined = True
                else:
                    joined = True
            if not (many and joined):
                against[count] = one
                count += 1
        begin = stop


@compiled
def _roots(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    result = np.empty(len(parents), np.int64)
    for i in range(len(parents)):
        result[i] = _root(parents, i)
    return result
