"""LinearWeights: everything a linear model knows, as flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.model.features import FeatureSpec
from classifier.model.probabilities import calibrate
from classifier.strings import StringTable
from classifier.text import CharacterTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class LinearWeights:
    """A fitted linear model over word and character features.

    Feature ``i`` is ``words[i]`` for i < len(words), else ``characters[i - len(words)]``; V is their
    number, K that of categories.

    - ``idf`` float32[V]; ``weights`` float32[groups · V, K], row ``group · V + feature``;
      ``intercept`` float64[K].
    - ``surprise`` float32[len(words)]: −ln of a word's share in background news (0 for pairs);
      ``surprise_unknown`` for words that are not there.
    - ``calibration_matrix`` float64[K, K] and ``calibration_offset`` float64[K]:
      probabilities = softmax(matrix · scores / σ^spread + offset) with ``calibration_spread`` and σ
      the standard deviation of an article's scores (Kull et al. 2019, Dirichlet calibration, of
      which temperature and vector scaling are cases).
    - ``user_words``: (word, frequency) entries added to jieba's dictionary.
    """

    spec: FeatureSpec
    words: StringTable
    characters: StringTable
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float64]
    surprise: NDArray[np.float32]
    surprise_unknown: float
    table: CharacterTable
    calibration_matrix: NDArray[np.float64]
    calibration_offset: NDArray[np.float64]
    user_words: tuple[tuple[str, int], ...] = ()
    calibration_spread: float = 0.0

    @property
    def features(self) -> int:
        return len(self.words) + len(self.characters)

    @property
    def categories(self) -> int:
        return len(self.intercept)

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities float64[n, K] of scores float64[n, K]."""
        probabilities: NDArray[np.float64] = calibrate(
            scores, self.calibration_matrix, self.calibration_offset, self.calibration_spread
        )
        return probabilities


@dataclass(frozen=True, slots=True)
class Scores:
    """What a scorer finds for n articles.

    ``scores`` float64[n, K] before calibration.  ``familiarity`` float64[n, 3]: words of title and
    body (numbers and punctuation left out), how many of them the model knows, and their summed
    surprise.
    """

    scores: NDArray[np.float64]
    familiarity: NDArray[np.float64]
