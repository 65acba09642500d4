"""Examples → the matrix that solvers see: tf-idf values, and what its features share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, diags_array, hstack, vstack
from sklearn.feature_selection import chi2

from classifier.columns import StringTable
from classifier.engine.counting.counting import FeatureCounts, count_features
from classifier.engine.words.dictionary import Dictionary
from classifier.errors import LabelsError
from classifier.messages import say
from classifier.model.features import Block
from training.fitting.fit_options import FitOptions
from training.fitting.prior import Prior, with_background
from training.fitting.solving import Shared, Solution, times_shared
from training.labels.examples import Examples
from training.vectors.background import Background, read_background
from training.vectors.general import read_general_vectors
from training.vectors.news import read_word_vectors
from training.vectors.vector_table import VectorTable, has_vectors

NEW_VECTORS = (0.3, 0.6)
"""How strong the word vectors are for a new category beside those that a model knows."""
Placed: TypeAlias = "list[tuple[VectorTable, NDArray[np.int64]]]"
"""Tables of vectors and the rows of a vocabulary's features in them."""


@dataclass(frozen=True)
class Matrix:
    """Examples as features: ``X`` float64 csr [n, groups · V], its vocabulary and idf float32[V].

    ``shared`` [groups · V, d], csr float64 or dense float32, or None: what features have in common (subwords, word
    vectors), as strong against X as the options say; X · shared are further columns whose weights
    are folded into those of the features (solving.solve_weights).  ``prior``: the weights that the fit
    starts from, and their intercepts.  ``counts``: what X was made from, where ``as_new`` needs it;
    ``known_anyway`` bool[V] marks the features that a model would know without these labels.
    """

    X: csr_matrix
    words: StringTable
    characters: StringTable
    idf: NDArray[np.float32]
    shared: Shared | None = None
    prior: Solution | None = None
    counts: FeatureCounts | None = None
    known_anyway: NDArray[np.bool_] | None = None
    headlines: csr_matrix | None = None
    """The examples as if they had no body, csr float64 like X; rows of those without a headline are empty."""

    @property
    def features(self) -> int:
        return len(self.words) + len(self.characters)

    def as_new(self, test: NDArray[np.int64], train: NDArray[np.int64]) -> csr_matrix:
        """Rows as a model of other rows would see them: what it would not know is not counted.

        Counted, it would make scores smaller than those of new articles, and probabilities too sure;
        of headlines, and where labels are few, it is much.
        """
        if self.counts is None or self.known_anyway is None:
            return self.X[test]
        known, n = self.known_anyway.copy(), len(self.words)
        for (_, analyser), block in self.counts.blocks.items():
            known[block[train].indices + (0 if analyser == "words" else n)] = True
        masks = {"words": diags_array(known[:n].astype(float)), "characters": diags_array(known[n:].astype(float))}
        blocks: dict[Block, csr_matrix] = {}
        for name, block in self.counts.blocks.items():
            blocks[name] = (block[test] @ masks[name[1]]).tocsr()
            blocks[name].eliminate_zeros()
        return replace(self.counts, blocks=blocks).tf_idf(self.idf)


def feature_matrix(
    examples: Examples,
    options: FitOptions,
    y: NDArray[np.int64],
    prior: Prior | None = None,
) -> Matrix:
    """Count and weigh the features of the examples, on the kernel's words.

    Common words of the background are in the vocabulary too.  Where features share something they
    get weights by it; else they are only known, with idf 0, for familiarity.
    """
    titles, texts = examples.columns
    table = options.table if prior is None else prior.model.table
    all_counts = count_features(options.spec, titles, texts, dictionary=Dictionary(options.user_words), table=table)
    if all_counts.features == 0:
        raise LabelsError(say("fit.no_chinese"))
    counts = _select(all_counts, options, y)
    if prior is not None:
        counts, idf = prior.widened(counts)
        start = prior.weights(counts.words, counts.characters)
        X = counts.tf_idf(idf)
        shared = _vectors_of(counts, X, idf, options) if len(prior.new) else None
        return Matrix(X, counts.words, counts.characters, idf, shared, start)
    background = read_background()
    counts, idf = _with_common_words(counts, set(all_counts.words), background, options)
    X = counts.tf_idf(idf)
    placed: Placed = []
    if options.background or options.vectors > 0:
        placed = [(table, table.rows(counts.words, counts.characters)) for table in _tables(options)]
    headlines = _of_titles(counts).tf_idf(idf) if options.headlines > 0 and options.spec.title > 0 else None
    shared = _build_shared(counts, X, idf, options, placed)
    matrix = Matrix(X, counts.words, counts.characters, idf, shared, headlines=headlines)
    if not options.fold_words:
        return matrix
    return replace(matrix, counts=counts, known_anyway=_find_known_features(counts, background, options, placed))


def _vectors_of(counts: FeatureCounts, X: csr_matrix, idf: NDArray[np.float32], options: FitOptions) -> Shared | None:
    """Word vectors for what a prior does not know, where the tables are installed."""
    if not has_vectors():
        return None
    with_vectors = replace(options, subwords=0.0, vectors=NEW_VECTORS[-1], vectors_each=NEW_VECTORS, general=True)
    placed = [(table, table.rows(counts.words, counts.characters)) for table in _tables(with_vectors)]
    return _build_shared(counts, X, idf, with_vectors, placed)


def _of_titles(counts: FeatureCounts) -> FeatureCounts:
    """The counts of the titles alone."""
    blocks = {block: counts_of if block[0] == "title" else 0 * counts_of for block, counts_of in counts.blocks.items()}
    for block in blocks.values():
        block.eliminate_zeros()
    return replace(counts, blocks=blocks)


def _with_common_words(
    counts: FeatureCounts, label_words: set[str], background: Background, options: FitOptions
) -> tuple[FeatureCounts, NDArray[np.float32]]:
    """Counts over the labels' vocabulary and the background's common words, and the idf."""
    weighed = set(counts.words)
    if options.background:
        counts, idf = with_background(counts, read_word_vectors(), _tables(options))
        weighed = set(counts.words)
    else:
        idf = counts.idf()
    idf **= np.float32(options.idf_power)
    common = background.word_articles >= options.background_articles
    added = [w for w, is_common in zip(background.words, common, strict=True) if is_common and w not in weighed]
    if not options.spec.words or not added:
        return counts, idf
    wide = counts.onto(StringTable.of([*counts.words, *added]), counts.characters)
    idf_of = dict(zip([*counts.words, *added], [*idf[: len(counts.words)].tolist(), *[0.0] * len(added)], strict=True))
    if options.subwords > 0 or options.vectors > 0:
        unseen = float(np.log(1 + len(counts)) + 1) ** options.idf_power
        idf_of |= {word: unseen for word in added if word not in label_words}
    return wide, np.array([*[idf_of[word] for word in wide.words], *idf[len(counts.words) :].tolist()], np.float32)


def _tables(options: FitOptions) -> list[VectorTable]:
    return [read_word_vectors(), *([read_general_vectors()] if options.general else [])]


def _find_known_features(
    counts: FeatureCounts, background: Background, options: FitOptions, placed: Placed
) -> NDArray[np.bool_]:
    """Which features have a place in the vocabulary, and a weight, whatever the labels are."""
    known = np.zeros(counts.features, np.bool_)
    if options.background:
        for _, rows in placed:
            known |= rows >= 0
    if options.subwords > 0 or options.vectors > 0:
        common = {
            word
            for word, articles in zip(background.words, background.word_articles, strict=True)
            if articles >= options.background_articles
        }
        known[: len(counts.words)] |= np.array([word in common for word in counts.words], np.bool_)
    return known


def _select(counts: FeatureCounts, options: FitOptions, y: NDArray[np.int64]) -> FeatureCounts:
    if options.min_articles > 1:
        articles = np.concatenate([counts.word_articles, counts.character_articles])
        counts = counts.selected(articles >= options.min_articles)
    if not 0 < options.keep < counts.features:
        return counts
    analysers = [a for a in ("words", "characters") if any(block[1] == a for block in counts.blocks)]
    together = hstack([sum(m for b, m in counts.blocks.items() if b[1] == a) for a in analysers]).tocsr()
    strength = np.nan_to_num(chi2(together > 0, y)[0])
    chosen = np.zeros(counts.features, np.bool_)
    chosen[np.argsort(-strength, kind="stable")[: options.keep]] = True
    return counts.selected(chosen)


def _build_shared(
    counts: FeatureCounts, X: csr_matrix, idf: NDArray[np.float32], options: FitOptions, placed: Placed
) -> Shared | None:
    """Subwords and word vectors side by side, each scaled to its strength."""
    groups = options.spec.groups
    parts: list[csr_matrix] = []
    if options.subwords > 0:
        present = sum(block for (_, analyser), block in counts.blocks.items() if analyser == "words") > 0
        of_words = subwords(counts.words, idf[: len(counts.words)], present)
        of_characters = csr_matrix((len(counts.characters), of_words.shape[1]))
        part = vstack([of_words, of_characters] * groups).tocsr()
        values = X @ part
        length = np.sqrt(values.multiply(values).sum() / X.shape[0])
        parts.append(part * (options.subwords / length if length > 0 else 0.0))
    if options.vectors > 0:
        strengths = options.vectors_each
        widths = [table.vectors.shape[1] for table, _ in placed]
        vectors = np.empty((X.shape[1], sum(widths)), np.float32)
        for k, (table, rows) in enumerate(placed):
            part = vectors[:, sum(widths[:k]) : sum(widths[: k + 1])]
            part[:] = table.at(rows, groups)
            if strengths:
                _scale(X, part, strengths[k])
        if not strengths:
            _scale(X, vectors, options.vectors)
        if not parts:
            return vectors
        parts.append(csr_matrix(vectors))
    return hstack(parts).tocsr() if parts else None


def _scale(X: csr_matrix, vectors: NDArray[np.float32], strength: float) -> None:
    """Bring vectors, in place, to where the texts' means of them spread by ``strength``."""
    means = times_shared(X, vectors)
    spread = np.sqrt(((means - means.mean(0)) ** 2).sum(1).mean())
    vectors *= np.float32(strength / spread if spread > 0 else 0.0)


LONGEST = 2
"""Characters and pairs of characters; longer ones gain nothing (docs/notebook/accuracy.md)."""


def subwords(words: Iterable[str], idf: NDArray[np.float32], present: csr_matrix) -> csr_matrix:
    """What each word has of each character n-gram, float64 csr [words, n-grams].

    ``idf`` float32[words], ``present`` bool csr [n, words]: which articles hold which words.  With
    x the words' tf-idf values, x · this are the n-grams' values: counts of their words times the
    n-grams' own idf.  As fastText sums n-grams into words (Bojanowski et al. 2017), but folded into
    the words' weights after fitting, so that scoring costs nothing more.
    """
    holding = _incidence(list(words))
    articles = np.bincount((present.astype(np.float32) @ holding).indices, minlength=holding.shape[1])
    gram_idf = np.log((1 + present.shape[0]) / (1 + articles)) + 1
    inverse = np.divide(1.0, idf, out=np.zeros(len(idf)), where=idf > 0)
    return (diags(inverse) @ holding @ diags(gram_idf)).tocsr()


def _incidence(words: list[str]) -> csr_matrix:
    """How often each n-gram is in each word, float64 csr [words, n-grams]; pairs of words have none."""
    columns: list[int] = []
    number: dict[str, int] = {}
    ends = np.zeros(len(words) + 1, np.int64)
    for i, word in enumerate(words):
        if " " not in word:
            columns += [
                number.setdefault(word[j : j + n], len(number))
                for n in range(1, LONGEST + 1)
                for j in range(len(word) - n + 1)
            ]
        ends[i + 1] = len(columns)
    matrix: Any = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(words), len(number)))
    matrix.sum_duplicates()
    return matrix
