"""Articles → scores, compiled: decode, cut, look up, count, add, one article after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.kernel.blocks import LOGARITHMS, Counter, add_block, count_characters, count_words
from classifier.kernel.lookup import find_tokens
from classifier.kernel.vocabulary import Vocabulary
from classifier.segmentation.compiled import compiled
from classifier.segmentation.cutting import Workspace, cut_codes, workspace
from classifier.segmentation.decoding import decode
from classifier.segmentation.tables import SegmentationTables
from classifier.weights import LinearWeights

TITLE, TEXT, LEAD = 0, 1, 2


class Linear(NamedTuple):
    """A model's numbers (weights.LinearWeights) and its FeatureSpec, as the compiled code takes them.

    ``word_weights`` and ``character_weights`` float64[3]: of the blocks by field (0: no block);
    ``row_offsets`` int64[3]: the first row of weights by field.
    """

    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float64]
    logarithms: NDArray[np.float64]
    fold: NDArray[np.uint16]
    is_word: NDArray[np.uint8]
    word_weights: NDArray[np.float64]
    character_weights: NDArray[np.float64]
    row_offsets: NDArray[np.int64]
    words: int
    characters: int
    lead_characters: int
    hmm: bool
    surprise_unknown: float


def linear(weights: LinearWeights) -> Linear:
    spec = weights.spec
    by_block = {(name, analyser): weight for name, analyser, weight in spec.blocks}
    fields = ("title", "text", "lead")
    return Linear(
        idf=weights.idf,
        weights=weights.weights,
        intercept=weights.intercept,
        logarithms=LOGARITHMS,
        fold=weights.table.fold,
        is_word=weights.table.is_word,
        word_weights=np.array([by_block.get((name, "words"), 0.0) for name in fields]),
        character_weights=np.array([by_block.get((name, "characters"), 0.0) for name in fields]),
        row_offsets=np.array([spec.group(name) * weights.features for name in fields], np.int64),
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


def scratch(length: int, slots: int, categories: int) -> Scratch:
    counter = Counter(
        np.zeros(slots, np.int32),
        np.empty(3 * (length + 2), np.int32),
        np.empty(length + 2, np.int32),
        np.empty(categories),
    )
    return Scratch(workspace(length), counter)


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
    model: Linear,
    spare: Scratch,
    scores: NDArray[np.float64],
    familiarity: NDArray[np.float64],
) -> None:
    """Fill scores[first:stop] and familiarity[first:stop] (weights.Scores); both come in as zeros."""
    work, counter = spare.work, spare.counter
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
                voc.token_of_state, voc.token_table, voc.token_characters, voc.token_offsets, voc.surprise,
                model.surprise_unknown, model.is_word, work, words, counter.tokens, familiarity[article],
            )  # fmt: skip
            squares += _add_field(voc, model, field, words, length, work, counter, row)
            if field == TEXT:
                lead_words = 0
                start = 0
                while lead_words < words and start < model.lead_characters:
                    start = np.int64(work.word_ends[lead_words])
                    lead_words += 1
                lead = min(length, model.lead_characters)
                squares += _add_field(voc, model, LEAD, lead_words, lead, work, counter, row)
        scale = 1.0 / np.sqrt(squares) if squares > 0.0 else 0.0
        for k in range(len(row)):
            row[k] = row[k] * scale + model.intercept[k]


@compiled
def _add_field(
    voc: Vocabulary,
    model: Linear,
    field: int,
    words: int,
    length: int,
    work: Workspace,
    counter: Counter,
    row: NDArray[np.float64],
) -> float:
    squares = 0.0
    offset = model.row_offsets[field]
    if model.word_weights[field] > 0.0:
        filled = count_words(voc, counter.tokens, words, model.words, counter)
        squares += add_block(
            voc.slot_rows, model.idf, model.weights, model.logarithms, offset, model.word_weights[field], filled,
            counter, row,
        )  # fmt: skip
    if model.character_weights[field] > 0.0:
        filled = count_characters(voc, work.characters, length, model.characters, counter)
        squares += add_block(
            voc.character_rows, model.idf, model.weights, model.logarithms, offset, model.character_weights[field],
            filled, counter, row,
        )  # fmt: skip
    return squares
