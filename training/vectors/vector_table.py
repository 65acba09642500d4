"""Tables of vectors: strings and what a few small numbers say of them; where they are, how they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.columns import StringTable
from classifier.errors import LanmuError
from classifier.messages import say


@dataclass(frozen=True)
class VectorTable:
    """``vectors`` int8[words + characters, d]: row i belongs to ``words[i]``, then to ``characters``."""

    words: StringTable
    characters: StringTable
    vectors: NDArray[np.int8]

    def rows(self, words: StringTable, characters: StringTable) -> NDArray[np.int64]:
        """The row of each feature of a vocabulary, int64[V]; -1 where there is none."""
        of_word, of_gram = self._rows
        return np.array([of_word.get(w, -1) for w in words] + [of_gram.get(g, -1) for g in characters], np.int64)

    def at(self, rows: NDArray[np.int64], groups: int = 1) -> NDArray[np.float32]:
        """Vectors of length 1 for the features with these rows, float32[groups · V, d]; zeros for -1."""
        values = self.vectors[rows].astype(np.float32)
        values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
        values[rows < 0] = 0.0
        return np.tile(values, (groups, 1)) if groups > 1 else values

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The table as arrays by name; ``read_strings`` reads the strings again."""
        return {
            "words.blob": self.words.blob,
            "words.offsets": self.words.offsets.astype(np.int32),
            "characters.blob": self.characters.blob,
            "characters.offsets": self.characters.offsets.astype(np.int32),
            "vectors": self.vectors,
        }

    @cached_property
    def _rows(self) -> tuple[dict[str, int], dict[str, int]]:
        first = len(self.words)
        return (
            {word: i for i, word in enumerate(self.words)},
            {gram: i for i, gram in enumerate(self.characters, first)},
        )


def small(vectors: NDArray[np.floating]) -> NDArray[np.int8]:
    """Vectors as small numbers, the largest of each 127 or -127; only their directions are kept."""
    largest = np.maximum(np.abs(vectors).max(1, keepdims=True), 1e-9)
    scaled: NDArray[np.int8] = np.rint(vectors / largest * 127).astype(np.int8)
    return scaled


def read_strings(tensors: Mapping[str, NDArray[Any]]) -> tuple[StringTable, StringTable]:
    """The words and the characters of a table that is kept as arrays."""
    words, characters = (
        StringTable(tensors[f"{name}.blob"], tensors[f"{name}.offsets"].astype(np.int64))
        for name in ("words", "characters")
    )
    return words, characters


def has_vectors() -> bool:
    """Whether the tables are installed."""
    try:
        return all(find_vectors(name).is_file() for name in ("news.safetensors", "general.safetensors"))
    except LanmuError:
        return False


def find_vectors(name: str) -> Path:
    """The file of one table: beside the code in a checkout, else in the package lanmu-vectors.

    Raises LanmuError where it is not installed: the package of lanmu leaves the tables out, since
    tagging does not need them.
    """
    beside = Path(__file__).with_name(name)
    if beside.is_file():
        return beside
    package = find_spec("lanmu_vectors")
    for folder in (package.submodule_search_locations or []) if package is not None else []:
        if (path := Path(folder) / name).is_file():
            return path
    raise LanmuError(say("vectors.not_installed", name=name))
