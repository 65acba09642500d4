"""What is known before the first label: frequencies of news at large, and another model's weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.columns import StringTable
from classifier.engine.counting.counting import FeatureCounts
from classifier.model.decisions import ReviewRule
from classifier.model.model_files import StoredModel
from classifier.model.weights import LinearWeights
from classifier.taxonomy import Taxonomy
from training.fitting.calibration import Calibration
from training.vectors.news import WordVectors
from training.vectors.vector_table import VectorTable

RARE = 5
"""In how many background articles a feature is taken to stand that the background does not list."""


@dataclass(frozen=True)
class Prior:
    """A model that a fit starts from.

    ``sources``: for each category of the new taxonomy the model's columns that it comes from: one,
    several where categories were merged, none where it is new.  ``review`` is the model's own rule.
    """

    model: LinearWeights
    sources: tuple[tuple[int, ...], ...]
    checksum: str
    review: ReviewRule

    @classmethod
    def of(cls, stored: StoredModel, taxonomy: Taxonomy) -> Prior:
        manifest = stored.manifest
        return cls(stored.weights, sources_of(manifest.taxonomy, taxonomy), manifest.checksum, manifest.review)

    @property
    def new(self) -> NDArray[np.int64]:
        """The columns of the categories that the model does not know."""
        return np.array([k for k, its in enumerate(self.sources) if not its], np.int64)

    @property
    def changes(self) -> bool:
        """Whether the categories are not simply some of the model's: a new one, or one that is a sum."""
        return any(len(its) != 1 for its in self.sources)

    @property
    def calibration(self) -> Calibration:
        """The model's own, of the categories that are left; a new one's is as those of the others are on average."""
        first = np.array([its[0] if its else -1 for its in self.sources], np.int64)
        known = np.flatnonzero(first >= 0)
        matrix = np.zeros((len(first), len(first)))
        matrix[np.ix_(known, known)] = self.model.calibration_matrix[np.ix_(first[known], first[known])]
        offset = np.zeros(len(first))
        offset[known] = self.model.calibration_offset[first[known]]
        matrix[self.new, self.new] = np.diagonal(matrix)[known].mean()
        offset[self.new] = offset[known].mean()
        return Calibration("dirichlet", matrix, offset, self.model.calibration_spread)

    def widened(self, counts: FeatureCounts) -> tuple[FeatureCounts, NDArray[np.float32]]:
        """Counts over the model's vocabulary and the labels' own, and the idf: the model's where it has one."""
        wide = counts.onto(_unite(self.model.words, counts.words), _unite(self.model.characters, counts.characters))
        idf = np.full(wide.features, float(self.model.idf.max()), np.float32)
        places = self._places(wide.words, wide.characters)
        idf[places] = np.where(self.model.idf > 0, self.model.idf, idf[places])
        return wide, idf

    def weights(self, words: StringTable, characters: StringTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The model's weights float64[groups · V, K] over a wider vocabulary, and intercepts.

        Of merged categories the sum; of new ones nothing, with the intercept of what fits nowhere.
        """
        places = self._places(words, characters)
        size, groups, k = len(words) + len(characters), self.model.spec.groups, len(self.sources)
        given = self.model.weights.reshape(groups, self.model.features, -1)
        weights, intercept = np.zeros((groups, size, k)), np.full(k, -1.0)
        for column, its in enumerate(self.sources):
            if its:
                # One against all others: of -1 each where none of them fits, 1 + -1 where one does.
                weights[:, places, column] = given[:, :, list(its)].sum(2)
                intercept[column] = self.model.intercept[list(its)].sum() + len(its) - 1
        return weights.reshape(groups * size, k), intercept

    def _places(self, words: StringTable, characters: StringTable) -> NDArray[np.int64]:
        word_places = {word: i for i, word in enumerate(words)}
        gram_places = {gram: len(words) + i for i, gram in enumerate(characters)}
        return np.array(
            [word_places[word] for word in self.model.words] + [gram_places[gram] for gram in self.model.characters],
            np.int64,
        )


def number_categories(taxonomy: Taxonomy) -> dict[str, int]:
    """Each category's column, by its id and by its name."""
    columns = {category.name: k for k, category in enumerate(taxonomy)}
    return columns | {category: k for k, category in enumerate(taxonomy.ids)}


def sources_of(known: Taxonomy, wanted: Taxonomy) -> tuple[tuple[int, ...], ...]:
    """For each wanted category the columns of the known ones that it comes from: by id, by name, and by what it was."""
    columns = number_categories(known)
    sources = []
    for category in wanted:
        names = [category.id if category.id in columns else category.name, *category.was]
        sources.append(tuple(dict.fromkeys(columns[name] for name in names if name in columns)))
    return tuple(sources)


def find_renamed(known: Taxonomy, wanted: Taxonomy) -> dict[str, str]:
    """What the known categories are called in the wanted taxonomy, by id; those that are dropped are not in it."""
    sources = sources_of(known, wanted)
    return {known.ids[k]: category.id for category, its in zip(wanted, sources, strict=True) for k in its}


def with_background(
    counts: FeatureCounts, vectors: WordVectors, tables: Sequence[VectorTable]
) -> tuple[FeatureCounts, NDArray[np.float32]]:
    """Counts over the labels' vocabulary and that of the tables, and an idf of both labels and background.

    A word that no label has still speaks through its vector; how rare it is, a few labels cannot tell.
    """
    spec = counts.spec
    words, characters = counts.words, counts.characters
    for table in tables:
        words = _unite(words, table.words) if spec.words else words
        characters = _unite(characters, [gram for gram in table.characters if len(gram) <= spec.characters])
    wide = counts.onto(words, characters)
    rows = vectors.rows(words, characters)
    articles = np.where(rows >= 0, vectors.articles[rows], RARE).astype(np.float64)
    articles += np.concatenate([wide.word_articles, wide.character_articles])
    n = len(counts) + vectors.of_articles
    return wide, (np.log((1 + n) / (1 + np.minimum(articles, n))) + 1).astype(np.float32)


def _unite(first: StringTable, second: StringTable | list[str]) -> StringTable:
    return StringTable.of(list({**dict.fromkeys(first), **dict.fromkeys(second)}))
