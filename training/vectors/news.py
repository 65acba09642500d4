"""Vectors of words and of pairs of characters, learned from which stand in one sentence of real news; figures only.

``python -m training.vectors.news`` learns them anew where the corpus is present.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.utils.extmath import randomized_svd

from classifier.columns import TextColumn
from classifier.engine.counting.counting import count_features
from classifier.model.features import FeatureSpec
from classifier.model.tensors import read_tensors, write_tensors
from training.labels.corpora import HOLDOUT_FROM, real_news
from training.vectors.vector_table import VectorTable, find_vectors, read_strings, small

PATH = Path(__file__).with_name("news.safetensors")
DIMENSIONS = 96
FEWEST_SENTENCES = {"words": 10, "characters": 25}
SHORTEST_SENTENCE = 6
SMOOTHING = 0.75
_STOPS = re.compile(r"[\n。!?！？]")


@dataclass(frozen=True)
class WordVectors(VectorTable):
    """Vectors, and ``articles`` int32[words + characters]: in how many of the ``of_articles`` articles each stands."""

    articles: NDArray[np.int32]
    of_articles: int

    def tensors(self) -> dict[str, NDArray[Any]]:
        return {
            **super().tensors(), "articles": self.articles, "of_articles": np.array([self.of_articles], np.int64)
        }  # fmt: skip


@cache
def read_word_vectors() -> WordVectors:
    """The vectors that ship with the package."""
    tensors = read_tensors(find_vectors(PATH.name))
    strings, of_articles = read_strings(tensors), int(tensors["of_articles"][0])
    return WordVectors(*strings, tensors["vectors"], tensors["articles"], of_articles)


def learn_word_vectors(texts: Sequence[str]) -> WordVectors:
    """Positive pointwise mutual information of features and words in one sentence, cut to its main directions.

    As Levy and Goldberg (2014): the word table is factored by truncated SVD, contexts smoothed by
    the power 0.75 (Levy et al. 2015); characters are projected onto the words' directions.
    """
    sentences = [s for text in texts for s in _STOPS.split(text) if len(s) >= SHORTEST_SENTENCE]
    spec = FeatureSpec(title=0, lead=0, words=1, characters=2)
    blank = TextColumn.from_strings([""] * len(sentences))
    least = min(FEWEST_SENTENCES.values())
    counts = count_features(spec, blank, TextColumn.from_strings(sentences), min_articles=least)
    counts = counts.selected(
        np.concatenate(
            [
                counts.word_articles >= FEWEST_SENTENCES["words"],
                counts.character_articles >= FEWEST_SENTENCES["characters"],
            ]
        )
    )
    words = (counts.blocks["text", "words"] > 0).astype(np.float32)
    characters = (counts.blocks["text", "characters"] > 0).astype(np.float32)
    together = (words.T @ words).tolil()
    together.setdiag(0)
    U, strength, V = randomized_svd(_ppmi(together.tocsr()), DIMENSIONS, n_oversamples=20, n_iter=3, random_state=0)
    root = np.sqrt(strength)
    vectors = np.vstack([U * root, (_ppmi((characters.T @ words).tocsr()) @ V.T) / root])
    blank = TextColumn.from_strings([""] * len(texts))
    whole = count_features(spec, blank, TextColumn.from_strings(texts), min_articles=2)
    whole = whole.onto(counts.words, counts.characters)
    articles = np.concatenate([whole.word_articles, whole.character_articles]).astype(np.int32)
    return WordVectors(counts.words, counts.characters, small(vectors), articles, len(texts))


def _ppmi(together: csr_matrix) -> csr_matrix:
    together.eliminate_zeros()
    pairs = together.tocoo()
    uses = np.asarray(together.sum(1)).ravel()
    contexts = np.asarray(together.sum(0)).ravel() ** SMOOTHING
    contexts /= contexts.sum()
    value = np.log(pairs.data / (uses[pairs.row] * contexts[pairs.col]))
    keep = (value > 0) & (pairs.data > 1)
    return csr_matrix((value[keep], (pairs.row[keep], pairs.col[keep])), shape=together.shape)


def main() -> None:
    """Learn from the real news before the holdout and write the table."""
    texts = [f"{item['title']}\n{item['text']}" for item in real_news() if item["date"] < HOLDOUT_FROM]
    vectors = learn_word_vectors(texts)
    write_tensors(PATH, vectors.tensors())
    size = PATH.stat().st_size / 1e6
    print(
        f"{len(vectors.words):,} words and {len(vectors.characters):,} character n-grams "
        f"of {len(texts):,} articles → {PATH.name} ({size:.1f} MB)"
    )


if __name__ == "__main__":
    main()
