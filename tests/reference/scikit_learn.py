"""The same model by others' hands: scikit-learn's own vectorizers, normalizer and linear classifier, on given words.

Nothing here runs lanmu's counting or scoring; it is what the kernel is compared with, for speed and
for scores.  Only the normalisation of characters (a table that is part of the model) is lanmu's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer
from sklearn.svm import LinearSVC

from classifier.columns import StringTable
from classifier.model.features import FeatureSpec
from classifier.model.weights import LinearWeights
from classifier.text import CharacterTable, normalise

Cut = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class CutArticle:
    """A normalised article and its words; each text is cut once, however many fields count it."""

    title: str
    text: str
    title_words: list[str]
    text_words: list[str]


class FieldAnalyser:
    """What scikit-learn's vectorizers call for the features of one field of a CutArticle."""

    def __init__(self, name: str, kind: str, spec: FeatureSpec, table: CharacterTable) -> None:
        self.name = name
        self.kind = kind
        self.n = spec.words if kind == "words" else spec.characters
        self.lead = spec.lead_characters
        allowed = "".join(re.escape(chr(code)) for code in np.flatnonzero(table.is_word))
        self.word_character = re.compile(f"[{allowed}\U00020000-\U0010ffff]")
        self.run = re.compile(f"[{allowed}\U00020000-\U0010ffff]+")

    def __call__(self, article: CutArticle) -> list[str]:
        if self.kind == "characters":
            text = article.title if self.name == "title" else article.text
            return self._ngrams(text[: self.lead] if self.name == "lead" else text)
        words = article.title_words if self.name == "title" else article.text_words
        return self._words(self._lead(words) if self.name == "lead" else words)

    def _lead(self, words: list[str]) -> list[str]:
        start = 0
        for i, word in enumerate(words):
            if start >= self.lead:
                return words[:i]
            start += len(word)
        return words

    def _words(self, words: list[str]) -> list[str]:
        search = self.word_character.search
        kept = [word if search(word) else "" for word in words]
        features = [word for word in kept if word]
        if self.n > 1:
            features += [f"{a} {b}" for a, b in pairwise(kept) if a and b]
        return features

    def _ngrams(self, text: str) -> list[str]:
        return [
            run[i : i + n]
            for run in self.run.findall(text)
            for n in range(1, self.n + 1)
            for i in range(len(run) - n + 1)
        ]


def vectorizer(
    analyser: Callable[[Any], list[str]], features: Sequence[str], idf: NDArray[Any], sublinear: bool
) -> Any:
    """A TfidfVectorizer that knows its features and their idf already."""
    made = TfidfVectorizer(
        analyzer=analyser, vocabulary={feature: i for i, feature in enumerate(features)}, sublinear_tf=sublinear
    )
    made.idf_ = np.asarray(idf, np.float64)
    return made


def classifier(weights: NDArray[Any], intercept: NDArray[Any]) -> Any:
    """A LinearSVC with these weights (features, K) and intercepts."""
    made = LinearSVC()
    # Transposed from rows of features, so that its transpose need not be copied at each call.
    made.coef_ = np.ascontiguousarray(weights, np.float64).T
    made.intercept_ = np.asarray(intercept, np.float64)
    made.classes_ = np.arange(len(intercept))
    return made


def _cutting(
    spec: FeatureSpec, table: CharacterTable, cut: Cut
) -> Callable[[Sequence[tuple[str, str]]], list[CutArticle]]:
    def cut_all(articles: Sequence[tuple[str, str]]) -> list[CutArticle]:
        cut_articles = []
        for raw_title, raw_text in articles:
            title, text = normalise(raw_title, table.fold), normalise(raw_text, table.fold)
            words = (cut(title), cut(text)) if spec.words else ([], [])
            cut_articles.append(CutArticle(title, text, *words))
        return cut_articles

    return cut_all


def pipeline(weights: LinearWeights, cut: Cut) -> Any:
    """The model as a scikit-learn pipeline over (title, text) pairs; ``decision_function`` gives the scores."""
    spec, table = weights.spec, weights.table

    features = {"words": list(weights.words), "characters": list(weights.characters)}
    idf = {"words": weights.idf[: len(weights.words)], "characters": weights.idf[len(weights.words) :]}
    by_group = weights.weights.reshape(spec.groups, weights.features, weights.categories)
    blocks, rows, shares = [], [], {}
    for name, kind, weight in spec.blocks:
        block = f"{name} {kind}"
        blocks.append(
            (block, vectorizer(FieldAnalyser(name, kind, spec, table), features[kind], idf[kind], spec.sublinear))
        )
        shares[block] = weight
        part = slice(0, len(weights.words)) if kind == "words" else slice(len(weights.words), None)
        rows.append(by_group[spec.group(name)][part])
    return Pipeline(
        [
            ("cut", FunctionTransformer(_cutting(spec, table, cut))),
            ("fields", FeatureUnion(blocks, transformer_weights=shares)),
            ("length", Normalizer()),
            ("classify", classifier(np.concatenate(rows), weights.intercept)),
        ]
    )


def fitted_model(
    articles: Sequence[tuple[str, str]], categories: Sequence[str], spec: FeatureSpec, cut: Cut, keep: int
) -> tuple[LinearWeights, Any]:
    """A model that scikit-learn's vectorizers and LinearSVC fitted, as LinearWeights and as their pipeline.

    ``spec`` must have one field only.  idf and weights are rounded to float32, in which a model
    keeps them, in both.  ``keep`` is how many features of each kind stay.
    """
    from classifier.text import character_table

    table = character_table()
    prepared = _cutting(spec, table, cut)(articles)
    blocks, matrices = [], []
    for name, kind, weight in spec.blocks:
        made = TfidfVectorizer(
            analyzer=FieldAnalyser(name, kind, spec, table), sublinear_tf=spec.sublinear, max_features=keep
        )
        matrices.append(made.fit_transform(prepared) * weight)
        made.idf_ = made.idf_.astype(np.float32).astype(np.float64)
        blocks.append((kind, made))
    fitted = LinearSVC(random_state=0).fit(Normalizer().fit_transform(hstack(matrices)), categories)
    features = {kind: list(made.get_feature_names_out()) for kind, made in blocks}
    words, characters = StringTable.of(features.get("words", [])), StringTable.of(features.get("characters", []))
    K = len(fitted.classes_)
    weights = LinearWeights(
        spec=spec,
        words=words,
        characters=characters,
        idf=np.concatenate([made.idf_ for _, made in blocks]).astype(np.float32),
        weights=np.ascontiguousarray(fitted.coef_.T, np.float32),
        intercept=fitted.intercept_,
        surprise=np.zeros(len(words), np.float32),
        surprise_unknown=12.0,
        table=table,
        calibration_matrix=np.eye(K),
        calibration_offset=np.zeros(K),
    )
    fitted.coef_ = fitted.coef_.astype(np.float32).astype(np.float64)
    return weights, Pipeline(
        [
            ("cut", FunctionTransformer(_cutting(spec, table, cut))),
            ("fields", FeatureUnion(blocks, transformer_weights={kind: weight for _, kind, weight in spec.blocks})),
            ("length", Normalizer()),
            ("classify", fitted),
        ]
    )
