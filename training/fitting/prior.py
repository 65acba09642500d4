"""What is known before the first label: frequencies of news at large, and another model's weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifier.model.decisions import ReviewRule
from classifier.strings import StringTable
from training.fitting.calibration import Calibration

if TYPE_CHECKING:
    from classifier.engine.counting.counting import FeatureCounts
    from classifier.model.files import StoredModel
    from classifier.model.weights import LinearWeights
    from classifier.taxonomy import Taxonomy
    from training.vectors.news import WordVectors
    from training.vectors.table import VectorTable

RARE = 5
"""In so many background articles a feature counts as being that the background does not list."""


@dataclass(frozen=True)
class Prior:
    """A model that a fit starts from.

    ``columns`` int64[K]: the model's column of each category of the new taxonomy.  ``review`` is its
    own rule.
    """

    model: LinearWeights
    columns: NDArray[np.int64]
    checksum: str
    review: ReviewRule

    @classmethod
    def of(cls, stored: StoredModel, taxonomy: Taxonomy) -> Prior:
        known = known_as(stored.manifest.taxonomy)
        columns = [known[category.id if category.id in known else category.name] for category in taxonomy]
        return cls(stored.weights, np.array(columns, np.int64), stored.manifest.checksum, stored.manifest.review)

    @property
    def calibration(self) -> Calibration:
        """The model's own, of the categories that are left."""
        return Calibration(
            "dirichlet",
            self.model.calibration_matrix[np.ix_(self.columns, self.columns)],
            self.model.calibration_offset[self.columns],
            self.model.calibration_spread,
        )

    def widened(self, counts: FeatureCounts) -> tuple[FeatureCounts, NDArray[np.float32]]:
        """Counts over the model's vocabulary and the labels' own, and the idf: the model's where it has one."""
        wide = counts.onto(_united(self.model.words, counts.words), _united(self.model.characters, counts.characters))
        idf = np.full(wide.features, float(self.model.idf.max()), np.float32)
        places = self._places(wide.words, wide.characters)
        idf[places] = np.where(self.model.idf > 0, self.model.idf, idf[places])
        return wide, idf

    def weights(self, words: StringTable, characters: StringTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The model's weights float64[groups · V, K] over a wider vocabulary, and intercepts."""
        places = self._places(words, characters)
        size, groups, k = len(words) + len(characters), self.model.spec.groups, len(self.columns)
        weights = np.zeros((groups, size, k))
        weights[:, places] = self.model.weights.reshape(groups, self.model.features, -1)[:, :, self.columns]
        return weights.reshape(groups * size, k), self.model.intercept[self.columns]

    def _places(self, words: StringTable, characters: StringTable) -> NDArray[np.int64]:
        word_places = {word: i for i, word in enumerate(words)}
        gram_places = {gram: len(words) + i for i, gram in enumerate(characters)}
        return np.array(
            [word_places[word] for word in self.model.words] + [gram_places[gram] for gram in self.model.characters],
            np.int64,
        )


def known_as(taxonomy: Taxonomy) -> dict[str, int]:
    """Each category's column, by its id and by its name."""
    columns = {category.name: k for k, category in enumerate(taxonomy)}
    return columns | {category: k for k, category in enumerate(taxonomy.ids)}


def with_background(
    counts: FeatureCounts, vectors: WordVectors, tables: Sequence[VectorTable]
) -> tuple[FeatureCounts, NDArray[np.float32]]:
    """Counts over the labels' vocabulary and that of the tables, and an idf of both labels and background.

    A word that no label has still speaks through its vector; how rare it is, a few labels cannot tell.
    """
    spec = counts.spec
    words, characters = counts.words, counts.characters
    for table in tables:
        words = _united(words, table.words) if spec.words else words
        characters = _united(characters, [gram for gram in table.characters if len(gram) <= spec.characters])
    wide = counts.onto(words, characters)
    rows = vectors.rows(words, characters)
    articles = np.where(rows >= 0, vectors.articles[rows], RARE).astype(np.float64)
    articles += np.concatenate([wide.word_articles, wide.character_articles])
    n = len(counts) + vectors.of_articles
    return wide, (np.log((1 + n) / (1 + np.minimum(articles, n))) + 1).astype(np.float32)


def _united(first: StringTable, second: StringTable | list[str]) -> StringTable:
    return StringTable.of(list({**dict.fromkeys(first), **dict.fromkeys(second)}))
