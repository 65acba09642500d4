"""Words of a text, and word ends of whole columns, by the compiled code that scores: what tests ask it for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from classifier.columns import TextColumn
from classifier.engine.words.alphabet import character_entries
from classifier.engine.words.compiled import compile_function
from classifier.engine.words.cutting import cut_codes
from classifier.engine.words.decoding import decode
from classifier.engine.words.dictionary import Dictionary
from classifier.engine.words.jieba_tables import SegmentationTables, segmentation_tables
from classifier.engine.words.workspace import Workspace, workspace


def cut(text: str, *, dictionary: Dictionary = Dictionary(), hmm: bool = True) -> list[str]:  # noqa: B008
    """The words of ``text``: what ``jieba.lcut(text, HMM=hmm)`` returns with this dictionary, for any string."""
    ends, _ = cut_column(TextColumn.from_strings([text]), dictionary=dictionary, hmm=hmm)
    return [text[start:end] for start, end in pairwise([0, *ends.tolist()])]


def cut_column(
    texts: TextColumn,
    *,
    dictionary: Dictionary = Dictionary(),  # noqa: B008
    hmm: bool = True,
    fold: NDArray[np.uint16] | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Where the words of many texts end, counted in characters of each text.

    Returns ``ends`` int32 and ``offsets`` int64 of length n + 1: text i has the word ends
    ``ends[offsets[i]:offsets[i + 1]]``.  With ``fold`` (text.CharacterTable) the texts are
    normalised first, and ends count normalised characters.
    """
    tables = segmentation_tables(dictionary.entries)
    lengths = np.diff(texts.offsets)
    work = workspace(int(lengths.max(initial=0)))
    ends = np.empty(int(lengths.sum()), np.int32)
    offsets = np.zeros(len(texts) + 1, np.int64)
    entries = character_entries(tables.codes, fold)
    _cut_all(texts.data, texts.offsets, tables, hmm, entries, fold is None, work, ends, offsets)
    return ends[: offsets[-1]].copy(), offsets


@compile_function
def _cut_all(
    data: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    tables: SegmentationTables,
    hmm: bool,
    entries: NDArray[np.uint32],
    line_ends: bool,
    work: Workspace,
    ends: NDArray[np.int32],
    offsets: NDArray[np.int64],
) -> None:
    for text in range(len(bounds) - 1):
        length = decode(data, bounds[text], bounds[text + 1], entries, 0, work)
        count = cut_codes(tables, length, hmm, line_ends, work)
        start = offsets[text]
        for i in range(count):
            ends[start + i] = work.word_ends[i]
        offsets[text + 1] = start + count
