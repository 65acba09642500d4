"""How a model counts and what it needs beside its vocabulary, and what one thread writes to: flat arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.engine.counting.vocabulary import Vocabulary, pad_width
from classifier.engine.words.alphabet import character_entries
from classifier.engine.words.jieba_tables import SegmentationTables
from classifier.engine.words.workspace import BEYOND, Workspace, workspace
from classifier.model.features import FIELDS
from classifier.model.form import ROUND_UP_ENDINGS
from classifier.model.weights import LinearWeights

COMMON = 1024
"""What counts below this weigh is looked up."""


class Plan(NamedTuple):
    """A FeatureSpec and the rest of LinearWeights as the compiled code takes them.

    - ``intercept`` float64[K]; ``frequencies`` float64[COMMON]: features.frequency of small counts.
    - ``entries`` uint32[65536]: alphabet.character_entries; ``is_word`` uint8[65536].
    - ``word_weights`` and ``character_weights`` float64[3]: of the blocks by field (0: no block);
      ``groups`` int64[3]: the group of weights by field.
    - ``numbers`` int64[6]: word n-grams, character n-grams, characters of the lead, whether the HMM
      and logarithms of counts are used, and the categories padded.
    - ``surprise_unknown`` float64[1].
    - ``calibration`` float64[K · K]: LinearWeights.calibration_matrix; ``offset`` float64[K];
      ``spread`` float64[1].
    - ``endings`` uint32[2 · n]: the characters of form.ROUND_UP_ENDINGS.
    """

    intercept: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    entries: NDArray[np.uint32]
    is_word: NDArray[np.uint8]
    word_weights: NDArray[np.float64]
    character_weights: NDArray[np.float64]
    groups: NDArray[np.int64]
    numbers: NDArray[np.int64]
    surprise_unknown: NDArray[np.float64]
    calibration: NDArray[np.float64]
    offset: NDArray[np.float64]
    spread: NDArray[np.float64]
    endings: NDArray[np.uint32]


def plan_of(weights: LinearWeights, tables: SegmentationTables) -> Plan:
    spec = weights.spec
    by_block = {(name, analyser): weight for name, analyser, weight in spec.blocks}
    counts = np.arange(COMMON, dtype=np.float64)
    if spec.sublinear:
        counts[1:] = 1.0 + np.log(counts[1:])
    return Plan(
        intercept=weights.intercept,
        frequencies=counts,
        entries=character_entries(tables.codes, weights.table.fold, weights.table.is_word),
        is_word=weights.table.is_word,
        word_weights=np.array([by_block.get((name, "words"), 0.0) for name in FIELDS]),
        character_weights=np.array([by_block.get((name, "characters"), 0.0) for name in FIELDS]),
        groups=np.array([spec.group(name) for name in FIELDS], np.int64),
        numbers=np.array(
            [
                spec.words,
                spec.characters,
                spec.lead_characters,
                spec.hmm,
                spec.sublinear,
                pad_width(weights.categories),
            ],
            np.int64,
        ),
        surprise_unknown=np.array([weights.surprise_unknown]),
        calibration=np.array(weights.calibration_matrix, np.float64).ravel(),
        offset=np.array(weights.calibration_offset, np.float64),
        spread=np.array([weights.calibration_spread], np.float64),
        endings=np.array([ord(character) for ending in ROUND_UP_ENDINGS for character in ending], np.uint32),
    )


class Counter(NamedTuple):
    """What one thread counts with, for texts of up to n characters.

    ``counts`` int32: by slot, zero between blocks.  ``touched`` uint32: the slots that are not zero;
    ``values`` and ``lead_values`` float64: what their counts weigh, in text or title and in the
    lead.  ``tokens`` int32: of the text's words.  ``codes`` and ``nodes`` uint32: of the text's
    characters in the n-gram trie.  ``places`` uint32: of words that need another look.  ``sums``
    float64[K'].  ``bounds`` int64[2 · articles]: where title and body of each article at hand end.
    """

    counts: NDArray[np.int32]
    touched: NDArray[np.uint32]
    values: NDArray[np.float64]
    lead_values: NDArray[np.float64]
    tokens: NDArray[np.int32]
    codes: NDArray[np.uint32]
    nodes: NDArray[np.uint32]
    places: NDArray[np.uint32]
    sums: NDArray[np.float64]
    bounds: NDArray[np.int64]


BLOCK = 128
"""How many articles are calibrated at once."""


class Calibration(NamedTuple):
    """What one thread calibrates a block of articles with.

    ``scores`` and ``logits`` float64[K · BLOCK], by category; ``lanes`` float64[2 · BLOCK];
    ``powers`` float64[K · BLOCK], and ``power_bits`` int64[K · BLOCK], which are the same memory.
    """

    scores: NDArray[np.float64]
    logits: NDArray[np.float64]
    lanes: NDArray[np.float64]
    powers: NDArray[np.float64]
    power_bits: NDArray[np.int64]


class Scratch(NamedTuple):
    """What one thread writes to, for articles of up to ``length`` characters."""

    length: int
    work: Workspace
    counter: Counter
    block: Calibration


def scratch(length: int, plan: Plan, voc: Vocabulary) -> Scratch:
    """For articles of up to ``length`` characters (title and body) and one model."""
    size = length + BEYOND
    words, characters = plan.numbers[:2].tolist()
    features = size * max(words, characters) + 4
    counter = Counter(
        counts=np.zeros(max(len(voc.word_idf), len(voc.character_idf)), np.int32),
        touched=np.empty(features, np.uint32),
        values=np.empty(features, np.float64),
        lead_values=np.empty(features, np.float64),
        tokens=np.empty(size, np.int32),
        codes=np.empty(size if characters else 1, np.uint32),
        nodes=np.empty(size if characters else 1, np.uint32),
        places=np.empty(size, np.uint32),
        sums=np.empty(plan.numbers[5]),
        bounds=np.empty(size, np.int64),  # an article takes two characters at least: its line breaks
    )
    powers = np.empty(BLOCK * len(plan.offset))
    block = Calibration(
        scores=np.empty(BLOCK * len(plan.offset)),
        logits=np.empty(BLOCK * len(plan.offset)),
        lanes=np.empty(2 * BLOCK),
        powers=powers,
        power_bits=powers.view(np.int64),
    )
    return Scratch(length, workspace(length), counter, block)


class Batch(NamedTuple):
    """Articles to score: ``titles``, ``title_bounds``, ``texts``, ``text_bounds`` of two TextColumns.

    Or, where texts and titles are empty, ``title_points`` and ``text_points`` of two columns of CodePoints.
    """

    titles: NDArray[np.uint8]
    title_points: NDArray[np.uint32]
    title_bounds: NDArray[np.int64]
    texts: NDArray[np.uint8]
    text_points: NDArray[np.uint32]
    text_bounds: NDArray[np.int64]


class Found(NamedTuple):
    """What is found for n articles.

    ``familiarity`` float64[n, 3], ``form`` uint8[n] (form.form_bits).  ``scores`` float64[n, K] or empty.
    ``probabilities`` float64[n, K], ``category`` int64[n] and ``probability`` float64[n], or all empty.
    """

    familiarity: NDArray[np.float64]
    form: NDArray[np.uint8]
    scores: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    category: NDArray[np.int64]
    probability: NDArray[np.float64]
