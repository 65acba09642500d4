"""Features of many articles for training: the kernel's words, counted without a Python object a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifier.columns import StringTable, TextColumn
from classifier.engine.counting.collecting import (
    BLOCKS,
    GRAMS,
    WORDS,
    Collection,
    collect_features,
    gram_strings,
    word_strings,
)
from classifier.engine.words.dictionary import Dictionary
from classifier.engine.words.jieba_tables import SegmentationTables, segmentation_tables
from classifier.model.features import FIELDS, Block, FeatureSpec
from classifier.text import CharacterTable, character_table


@dataclass(frozen=True)
class FeatureCounts:
    """Counts of n articles.

    ``blocks``: by (field, analyser) an int32 csr_matrix [n, len(words)] or [n, len(characters)].
    ``word_articles`` and ``character_articles`` int64: in how many articles a feature is, in any
    field.  The features are sorted by UTF-8 bytes, as LinearWeights wants them.
    """

    spec: FeatureSpec
    words: StringTable
    characters: StringTable
    blocks: Mapping[Block, csr_matrix]
    word_articles: NDArray[np.int64]
    character_articles: NDArray[np.int64]

    def __len__(self) -> int:
        return int(next(iter(self.blocks.values())).shape[0])

    @property
    def features(self) -> int:
        return len(self.words) + len(self.characters)

    def idf(self) -> NDArray[np.float32]:
        """ln((1 + n) / (1 + articles with the feature)) + 1 (as scikit-learn's smoothed idf), float32[V]."""
        articles = np.concatenate([self.word_articles, self.character_articles])
        return (np.log((1 + len(self)) / (1 + articles)) + 1).astype(np.float32)

    def tf_idf(self, idf: NDArray[np.float32]) -> csr_matrix:
        """float64 csr_matrix [n, groups · V] of the values that scoring sees: matrix @ weights + intercept = scores."""
        return tf_idf(self.spec, self.blocks, len(self.words), len(self.characters), idf)

    def rows(self, articles: NDArray[Any]) -> FeatureCounts:
        """Of some articles (indices or mask); the features and in how many articles they are stay."""
        blocks = {block: counts[articles] for block, counts in self.blocks.items()}
        return FeatureCounts(
            self.spec, self.words, self.characters, blocks, self.word_articles, self.character_articles
        )

    def selected(self, keep: NDArray[np.bool_]) -> FeatureCounts:
        """With the features that ``keep`` bool[V] marks."""
        n = len(self.words)
        parts: dict[str, NDArray[np.int64]] = {
            "words": np.flatnonzero(keep[:n]), "characters": np.flatnonzero(keep[n:])
        }  # fmt: skip
        return FeatureCounts(
            self.spec,
            self.words.take(parts["words"]),
            self.characters.take(parts["characters"]),
            {block: counts[:, parts[block[1]]] for block, counts in self.blocks.items()},
            self.word_articles[parts["words"]],
            self.character_articles[parts["characters"]],
        )

    def onto(self, words: StringTable, characters: StringTable) -> FeatureCounts:
        """The same counts over a given vocabulary: features it has not are dropped, others are empty columns."""
        places = {"words": _places(self.words, words), "characters": _places(self.characters, characters)}
        sizes = {"words": len(words), "characters": len(characters)}
        blocks: dict[Block, csr_matrix] = {}
        for block, counts in self.blocks.items():
            place = places[block[1]]
            onto = place[counts.indices]
            keep = onto >= 0
            ends = np.concatenate([[0], np.cumsum(keep)])[counts.indptr]
            shape = (counts.shape[0], sizes[block[1]])
            blocks[block] = csr_matrix((counts.data[keep], onto[keep], ends), shape=shape)
            blocks[block].sort_indices()
        return FeatureCounts(
            self.spec, words, characters, blocks,
            _scatter(self.word_articles, places["words"], len(words)),
            _scatter(self.character_articles, places["characters"], len(characters)),
        )  # fmt: skip


def count_features(
    spec: FeatureSpec,
    titles: TextColumn,
    texts: TextColumn,
    *,
    dictionary: Dictionary = Dictionary(),  # noqa: B008
    table: CharacterTable | None = None,
    min_articles: int = 1,
) -> FeatureCounts:
    """Count all features of the articles that are in at least ``min_articles`` of them.

    The counts are those of features.PlainCounter.  Without ``table``, that of text.character_table.
    """
    if len(titles) != len(texts):
        raise ValueError(f"{len(titles)} titles for {len(texts)} texts")
    tables = segmentation_tables(dictionary.entries)
    tally = collect_features(spec, titles, texts, tables, table or character_table())
    raw = {(name, analyser): _block(tally, len(texts), name, analyser) for name, analyser, _ in spec.blocks}
    sides = {
        analyser: _side(tally, tables, analyser, {b: m for b, m in raw.items() if b[1] == analyser}, min_articles)
        for analyser in ("words", "characters")
    }
    blocks = {block: sides[block[1]][2][block] for block in raw}
    (words, word_articles, _), (characters, character_articles, _) = sides["words"], sides["characters"]
    return FeatureCounts(spec, words, characters, blocks, word_articles, character_articles)


def tf_idf(
    spec: FeatureSpec, blocks: Mapping[Block, csr_matrix], words: int, characters: int, idf: NDArray[np.float32]
) -> csr_matrix:
    """See ``FeatureCounts.tf_idf``; ``idf`` float32[words + characters]."""
    size = words + characters
    n = next(iter(blocks.values())).shape[0]
    shape = (n, spec.groups * size)
    total = np.zeros(n)
    values = csr_matrix(shape, dtype=np.float64)
    for name, analyser, weight in spec.blocks:
        counts = blocks[name, analyser]
        offset = 0 if analyser == "words" else words
        frequency = 1.0 + np.log(counts.data) if spec.sublinear else counts.data.astype(np.float64)
        data = frequency * idf[offset : offset + counts.shape[1]].astype(np.float64)[counts.indices]
        rows = np.repeat(np.arange(n), np.diff(counts.indptr))
        squares = np.bincount(rows, data * data, n)
        filled = squares > 0
        total += np.where(filled, weight * weight, 0.0)
        factor = np.divide(weight, np.sqrt(squares), out=np.zeros(n), where=filled)
        columns = counts.indices.astype(np.int64) + (offset + spec.group(name) * size)
        values = values + csr_matrix((data * factor[rows], columns, counts.indptr), shape=shape)
    scale = np.divide(1.0, np.sqrt(total), out=np.zeros(n), where=total > 0)
    values.data *= np.repeat(scale, np.diff(values.indptr))
    return values


def _block(tally: Collection, n: int, name: str, analyser: str) -> csr_matrix:
    """One block's counts out of the common stream, columns by number."""
    number = 2 * FIELDS.index(name) + (analyser == "characters")  # type: ignore[arg-type]
    lengths = np.diff(tally.bounds[: BLOCKS * n + 1])
    mine = np.repeat(np.arange(BLOCKS * n) % BLOCKS == number, lengths)
    ends = np.concatenate([[0], np.cumsum(lengths[number::BLOCKS])])
    size = int(tally.sizes[WORDS if analyser == "words" else GRAMS])
    filled = int(tally.bounds[BLOCKS * n])
    return csr_matrix((tally.counts[:filled][mine], tally.features[:filled][mine], ends), shape=(n, size))


def _side(
    tally: Collection,
    tables: SegmentationTables,
    analyser: str,
    blocks: dict[Block, csr_matrix],
    min_articles: int,
) -> tuple[StringTable, NDArray[np.int64], dict[Block, csr_matrix]]:
    """Features of one analyser: named, those in too few articles dropped, columns in the order of their names."""
    if not blocks:
        return StringTable.of([]), np.zeros(0, np.int64), {}
    together = sum(blocks.values())
    articles = np.bincount(together.indices, minlength=together.shape[1]).astype(np.int64)
    keep = np.flatnonzero(articles >= max(1, min_articles))
    strings = word_strings(tally, tables, keep) if analyser == "words" else gram_strings(tally, keep)
    encoded = [string.encode() for string in strings]
    keep = keep[sorted(range(len(keep)), key=encoded.__getitem__)]
    chosen = {block: counts[:, keep] for block, counts in blocks.items()}
    for counts in chosen.values():
        counts.sort_indices()
    return StringTable.of(strings), articles[keep], chosen


def _places(table: StringTable, onto: StringTable) -> NDArray[np.int64]:
    index = {string: i for i, string in enumerate(onto)}
    return np.fromiter((index.get(string, -1) for string in table), np.int64, len(table))


def _scatter(values: NDArray[np.int64], places: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    result = np.zeros(size, np.int64)
    result[places[places >= 0]] = values[places >= 0]
    return result
