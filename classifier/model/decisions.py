"""Probabilities and familiarity → accepted or review, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.errors import ModelError
from classifier.messages import Language, say
from classifier.model.entries import is_number, plain_values
from classifier.model.form import NO_BODY, ROUND_UP
from classifier.model.weights import LinearWeights, Scores

UNSURE, TOO_SHORT, UNFAMILIAR, STRICT = 1, 2, 4, 32
REASONS: Mapping[int, str] = {
    UNSURE: "below_threshold",
    TOO_SHORT: "too_short",
    UNFAMILIAR: "unfamiliar",
    NO_BODY: "no_body",
    ROUND_UP: "round_up",
    STRICT: "strict_category",
}
"""The code of each reason; messages.toml has its sentence under ``[reason]``."""
NEVER = 2.0
"""The threshold that no probability reaches: everything goes to review."""


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """When an article goes to review; fitted on held-out articles and kept with the model.

    ``thresholds``: (wished accuracy of the accepted, probability from which to accept), rising.
    ``words``: fewer words than this are too few.  ``surprise``: a mean surprise a word above this
    is unfamiliar.  ``known``: a share of known words below this is unfamiliar.  ``body``: whether
    an article without body text goes to review; ``round_ups``: whether several briefs under one
    headline do, as they belong to many categories.  ``secondary``: the second category is listed where
    it takes this share of what the best leaves (p₂ / (1 - p₁)) and has at least ``secondary_least``
    itself; measured by benchmarks/secondary.py.  ``least``: by column of the taxonomy the probability
    that a category takes of its own, where it takes more than the threshold for all; empty where none
    does.  It is chosen, not fitted.
    """

    thresholds: tuple[tuple[float, float], ...] = ((0.97, 0.7),)
    accept_accuracy: float = 0.97
    words: int = 12
    surprise: float = 1e9
    known: float = 0.0
    body: bool = True
    round_ups: bool = True
    secondary: float = 0.65
    secondary_least: float = 0.01
    least: tuple[float, ...] = ()

    @property
    def threshold(self) -> float:
        """The probability from which a category is accepted at ``accept_accuracy``.

        Between two measured accuracies the stricter one counts; above the last none is accepted
        (2.0).
        """
        for accuracy, threshold in self.thresholds:
            if accuracy >= self.accept_accuracy - 1e-12:
                return threshold
        return NEVER

    def at(self, accept_accuracy: float) -> ReviewRule:
        """The same rule for another wished accuracy (0-1)."""
        if not 0.0 <= accept_accuracy <= 1.0:
            raise ModelError(say("model.accept_accuracy", accept_accuracy=accept_accuracy))
        return replace(self, accept_accuracy=accept_accuracy)

    def make_stricter(self, ids: Sequence[str], least: Mapping[str, float]) -> ReviewRule:
        """The same rule with a least probability for single categories, never laxer than before.

        ``ids`` are the categories in the taxonomy's order; what ``least`` says of others is left out.
        """
        before = self.least or (0.0,) * len(ids)
        columns = tuple(max(mine, least.get(name, 0.0)) for mine, name in zip(before, ids, strict=True))
        return replace(self, least=columns if any(columns) else ())

    def accepted_from(self, ids: Sequence[str]) -> dict[str, float]:
        """By category the probability from which it is accepted; above 1 none is.  ``ids`` in the taxonomy's order."""
        return {name: max(self.threshold, self.least[k] if self.least else 0.0) for k, name in enumerate(ids)}

    def reasons(
        self,
        category: NDArray[np.int64],
        probability: NDArray[np.float64],
        familiarity: NDArray[np.float64],
        form: NDArray[np.uint8],
    ) -> NDArray[np.uint8]:
        """The reasons for review as bits (0: accepted), uint8[n].

        ``category`` is the best column and ``probability`` its own; ``form`` are the bits of form.form_bits.
        """
        words = familiarity[:, 0]
        spread = np.maximum(words, 1.0)
        unfamiliar = (familiarity[:, 2] / spread > self.surprise) | (familiarity[:, 1] / spread < self.known)
        unsure = probability < self.threshold
        bits = UNSURE * unsure + TOO_SHORT * (words < self.words)
        bits = bits + UNFAMILIAR * unfamiliar + (form & (NO_BODY * self.body | ROUND_UP * self.round_ups))
        if self.least:
            bits = bits + STRICT * (~unsure & (probability < np.asarray(self.least)[category]))
        return np.asarray(bits, np.uint8)

    def with_second(self, ranked: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which articles get a second category, bool[n]; ``ranked`` float64[n, K] are falling probabilities."""
        best, second = ranked[:, 0], ranked[:, 1]
        return (second >= self.secondary_least) & (second >= self.secondary * (1.0 - best))

    def record(self) -> dict[str, Any]:
        """As a manifest keeps it; an empty ``least`` is left out, as models of before did not have it."""
        record = {f.name: getattr(self, f.name) for f in fields(self)}
        del record["least"]
        least = {"least": list(self.least)} if self.least else {}
        return {**record, "thresholds": [list(pair) for pair in self.thresholds], **least}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ReviewRule:
        try:
            pairs = tuple((accuracy, threshold) for accuracy, threshold in record["thresholds"])
            if not all(is_number(value) for pair in pairs for value in pair):
                raise ValueError("thresholds are no numbers")
            if "secondary_least" not in record:  # written when the second category had a threshold of probability
                record = {name: value for name, value in record.items() if name != "secondary"}
            least = tuple(record.get("least", ()))
            if not all(is_number(value) and 0 <= value <= NEVER for value in least):
                raise ValueError("least probabilities are none")
            if unknown := set(record) - {f.name for f in fields(cls)}:
                raise ValueError(f"{sorted(unknown)[0]!r} is unknown")
            values = {name: value for name, value in record.items() if name not in ("thresholds", "least")}
            return cls(thresholds=pairs, least=least, **plain_values(cls, values, "review rule"))
        except (TypeError, ValueError, KeyError) as error:
            raise ModelError(say("model.review_rule", error=str(error))) from error


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a model decides on n articles.

    ``probabilities`` float64[n, K] in the taxonomy's order, ``category`` int64[n] the best column,
    ``probability`` float64[n] its probability, ``reasons`` uint8[n] why it is in review (bits of
    REASONS; 0: accepted).
    """

    probabilities: NDArray[np.float64]
    category: NDArray[np.int64]
    probability: NDArray[np.float64]
    reasons: NDArray[np.uint8]
    familiarity: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.category)


def decide(scores: Scores, weights: LinearWeights, rule: ReviewRule, form: NDArray[np.uint8]) -> Decisions:
    """Scores → probabilities → the best category and whether it is accepted."""
    probabilities = weights.probabilities(scores.scores)
    category = probabilities.argmax(axis=1)
    probability = probabilities[np.arange(len(category)), category]
    reasons = rule.reasons(category, probability, scores.familiarity, form)
    return Decisions(probabilities, category, probability, reasons, scores.familiarity)


def list_reasons(bits: int) -> tuple[str, ...]:
    """The codes of the reasons in ``bits``."""
    return tuple(code for bit, code in REASONS.items() if bits & bit)


def explain_reason(code: str, language: Language = "en") -> str:
    """A reason for review as a sentence; words that are no code stay as they are."""
    return say(f"reason.{code}").text(language) if code in REASONS.values() else code
