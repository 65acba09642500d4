"""Subwords: words with the same characters share weight, so that a word no label has is known by its characters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

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
