"""Articles → scores, compiled: decode, cut, look up, count, add, one article after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.features import FIELDS
from classifier.kernel.blocks import (
    LOGARITHMS,
    Counter,
    add_block,
    code_characters,
    count_characters,
    count_words,
    counter,
)
from classifier.kernel.lookup import find_tokens
from classifier.kernel.vocabulary import Vocabulary
from classifier.segmentation.compiled import compiled
from classifier.segmentation.cutting import cut_codes
from classifier.segmentation.decoding import decode
from classifier.segmentation.tables import SegmentationTables
from classifier.segmentation.workspace import Workspace, workspace
from classifier.weights import LinearWeights

TITLE, TEXT, LEAD = 0, 1, 2


class Plan(NamedTuple):
    """How a model counts (FeatureSpec) and what it needs beside its vocabulary (weights.LinearWeights).

    ``word_weights`` and ``character_weights`` float64[3]: of the blocks by field (0: no block);
    ``groups`` int64[3]: the group of weights by field.
    """

    intercept: NDArray[np.float64]
    logarithms: NDArray[np.float64]
    fold: NDArray[np.uint16]
    is_word: NDArray[np.uint8]
    word_weights: NDArray[np.float64]
    character_weights: NDArray[np.float64]
    groups: NDArray[np.int64]
    words: int
    characters: int
    lead_characters: int
    hmm: bool
    surprise_unknown: float


def plan(weights: LinearWeights) -> Plan:
    spec = weights.spec
    by_block = {(name, analyser): weight for name, analyser, weight in spec.blocks}
    return Plan(
        intercept=weights.intercept,
        logarithms=LOGARITHMS if spec.sublinear else LOGARITHMS[:0],
        fold=weights.table.fold,
        is_word=weights.table.is_word,
        word_weights=np.array([by_block.get((name, "words"), 0.0) for name in FIELDS]),
        character_weights=np.array([by_block.get((name, "characters"), 0.0) for name in FIELDS]),
        groups=np.array([spec.group(name) for name in FIELDS], np.int64),
        words=spec.words,
        characters=spec.characters,
        lead_characters=spec.lead_characters,
        hmm=spec.hmm,
        surprise_unknown=float(weights.surprise_unknown),
    )


class Scratch(NamedTuple):
    """What one thread writes to; for texts up to a length and one model."""

    work: Workspace
    counter: Counter


def scratch(length: int, voc: Vocabulary) -> Scratch:
    slots = max(len(voc.word_idf), len(voc.character_idf))
    return Scratch(workspace(length), counter(length, slots, voc.word_weights.shape[1]))


@compiled
def score_articles(
    titles: NDArray[np.uint8],
    title_bounds: NDArray[np.int64],
    texts: NDArray[np.uint8],
    text_bounds: NDArray[np.int64],
    first: int,
    stop: int,
    tables: SegmentationTables,
    voc: Vocabulary,
    model: Plan,
    spare: Scratch,
    scores: NDArray[np.float64],
    familiarity: NDArray[np.float64],
) -> None:
    """Fill scores[first:stop] and familiarity[first:stop] (weights.Scores); both come in as zeros."""
    work = spare.work
    for article in range(first, stop):
        row = scores[article]
        squares = 0.0
        for field in range(2):
            if field == TITLE:
                data, begin, end = titles, title_bounds[article], title_bounds[article + 1]
            else:
                data, begin, end = texts, text_bounds[article], text_bounds[article + 1]
            length = decode(data, begin, end, model.fold, True, tables.codes, work)
            words = cut_codes(tables, length, model.hmm, work)
            find_tokens(
                voc, model.surprise_unknown, model.is_word, work, words, spare.counter.tokens, familiarity[article]
            )
            if model.characters > 0:
                code_characters(voc, work.characters, length, spare.counter)
            squares += _add_field(voc, model, field, words, length, spare.counter, row)
            if field == TEXT:
                lead_words = 0
                start = 0
                while lead_words < words and start < model.lead_characters:
                    start = np.int64(work.word_ends[lead_words])
                    lead_words += 1
                lead = min(length, model.lead_characters)
                squares += _add_field(voc, model, LEAD, lead_words, lead, spare.counter, row)
        scale = 1.0 / np.sqrt(squares) if squares > 0.0 else 0.0
        for k in range(len(row)):
            row[k] = row[k] * scale + model.intercept[k]


@compiled
def _add_field(
    voc: Vocabulary, model: Plan, field: int, words: int, length: int, spare: Counter, row: NDArray[np.float64]
) -> float:
    squares = 0.0
    group = model.groups[field]
    weight = model.word_weights[field]
    if weight > 0.0:
        filled = count_words(voc, words, model.words, spare)
        squares += add_block(voc.word_idf, voc.word_weights, model.logarithms, group, weight, filled, spare, row)
    weight = model.character_weights[field]
    if weight > 0.0:
        filled = count_characters(voc, length, model.characters, spare)
        squares += add_block(
            voc.character_idf, voc.character_weights, model.logarithms, group, weight, filled, spare, row
        )
    return squares
