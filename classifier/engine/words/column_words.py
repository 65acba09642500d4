"""Word ends of whole columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.columns import TextColumn
from classifier.engine.words.alphabet import character_entries
from classifier.engine.words.compiled import compile_function
from classifier.engine.words.cutting import cut_codes
from classifier.engine.words.decoding import decode
from classifier.engine.words.jieba_tables import SegmentationTables
from classifier.engine.words.workspace import Workspace, workspace


def word_ends(
    texts: TextColumn, tables: SegmentationTables, hmm: bool, fold: NDArray[np.uint16] | None
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """See ``classifier.engine.words.cut_column``."""
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
