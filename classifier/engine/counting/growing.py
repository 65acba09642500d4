"""Room for what is counted, made larger as it fills; numbers back to strings."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from classifier.columns import TextColumn
from classifier.engine.counting.collecting import (
    BLOCKS,
    FILLED,
    GRAMS,
    STRING_CHARACTERS,
    STRINGS,
    WORDS,
    Collection,
    collect,
    plan_of,
    rehash,
    spell,
)
from classifier.engine.counting.hashing import EMPTY, fill_strings
from classifier.engine.words.alphabet import OUTSIDE
from classifier.engine.words.jieba_tables import SegmentationTables
from classifier.engine.words.workspace import workspace
from classifier.model.features import FIELDS, FeatureSpec
from classifier.text import CharacterTable

_FIRST_ROOM = 1 << 16
T = TypeVar("T", bound=np.generic)


def collect_features(
    spec: FeatureSpec, titles: TextColumn, texts: TextColumn, tables: SegmentationTables, table: CharacterTable
) -> Collection:
    """Count the features of every article."""
    n = len(texts)
    blocks = [2 * FIELDS.index(name) + (analyser == "characters") for name, analyser, _ in spec.blocks]
    plan = plan_of(blocks, spec.words, spec.characters, spec.lead_characters, spec.hmm, table, tables.codes)
    lengths = np.diff(titles.offsets) + np.diff(texts.offsets)
    longest = int(lengths.max(initial=0))
    work = workspace(longest)
    numbers = np.empty(longest + 2, np.int32)
    tally = _empty(n)
    article = 0
    while True:
        article = collect(
            titles.data, titles.offsets, texts.data, texts.offsets, article, tables, plan, work, numbers, tally
        )
        if article >= n:
            return tally
        tally = _larger(tally, int(lengths[article]))


def _empty(n: int) -> Collection:
    room = _FIRST_ROOM
    return Collection(
        sizes=np.zeros(5, np.int64),
        string_table=np.full(room, EMPTY, np.int32),
        string_characters=np.empty(room, np.uint32),
        string_offsets=np.zeros(room + 1, np.int64),
        word_keys=np.zeros(room, np.uint64),
        word_numbers=np.empty(room, np.int32),
        words=np.empty(room, np.uint64),
        gram_keys=np.zeros(room, np.uint64),
        gram_numbers=np.empty(room, np.int32),
        grams=np.empty(room, np.uint64),
        features=np.empty(room, np.int32),
        counts=np.empty(room, np.int32),
        bounds=np.zeros(BLOCKS * n + 1, np.int64),
        counter=np.zeros(room, np.int32),
    )


def _larger(tally: Collection, size: int) -> Collection:
    """The same with room for an article of ``size`` bytes, and twice the room where it was short."""
    filled = tally.sizes.tolist()
    strings = _power(len(tally.string_table), 2 * (filled[STRINGS] + size) + 1)
    words = _power(len(tally.word_keys), 2 * (filled[WORDS] + 2 * size) + 1)
    grams = _power(len(tally.gram_keys), 2 * (filled[GRAMS] + 3 * size) + 1)
    result = tally._replace(
        string_characters=_grow(tally.string_characters, filled[STRING_CHARACTERS] + size),
        string_offsets=_grow(tally.string_offsets, strings + 1),
        words=_grow(tally.words, words),
        grams=_grow(tally.grams, grams),
        features=_grow(tally.features, filled[FILLED] + 10 * size),
        counts=_grow(tally.counts, filled[FILLED] + 10 * size),
        counter=np.zeros(max(words, grams), np.int32),
    )
    if strings > len(tally.string_table):
        result = result._replace(string_table=np.full(strings, EMPTY, np.int32))
        fill_strings(result.string_table, result.string_characters, result.string_offsets[: filled[STRINGS] + 1])
    if words > len(tally.word_keys):
        result = result._replace(word_keys=np.zeros(words, np.uint64), word_numbers=np.empty(words, np.int32))
        rehash(result.word_keys, result.word_numbers, result.words, filled[WORDS])
    if grams > len(tally.gram_keys):
        result = result._replace(gram_keys=np.zeros(grams, np.uint64), gram_numbers=np.empty(grams, np.int32))
        rehash(result.gram_keys, result.gram_numbers, result.grams, filled[GRAMS])
    return result


def _power(size: int, wanted: int) -> int:
    while size < wanted:
        size *= 2
    return size


def _grow(array: NDArray[T], size: int) -> NDArray[T]:
    if size <= len(array):
        return array
    larger = np.empty(max(size, 2 * len(array)), array.dtype)
    larger[: len(array)] = array
    return larger


def word_strings(tally: Collection, tables: SegmentationTables, features: NDArray[np.int64]) -> list[str]:
    """The words and pairs (``a b``) with these numbers."""
    keys = tally.words[features]
    firsts = (keys >> np.uint64(32)).astype(np.int64) - 1
    seconds = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64) - 1
    needed = np.unique(np.concatenate([firsts[firsts >= 0], seconds]))
    states = len(tables.records) // 4
    character_of = np.zeros(OUTSIDE + 1, np.uint32)
    character_of[tables.codes] = np.arange(65536)
    characters, offsets = spell(tables, character_of, needed[needed < states])
    names = _cut_up(characters, offsets)
    own = needed[needed >= states] - states
    text = _text(tally.string_characters[: tally.sizes[STRING_CHARACTERS]])
    ends = tally.string_offsets
    names += [text[ends[i] : ends[i + 1]] for i in own.tolist()]
    name = dict(zip(needed.tolist(), names, strict=True))
    return [
        name[second] if first < 0 else f"{name[first]} {name[second]}"
        for first, second in zip(firsts.tolist(), seconds.tolist(), strict=True)
    ]


def gram_strings(tally: Collection, features: NDArray[np.int64]) -> list[str]:
    """The character n-grams with these numbers."""
    keys = tally.grams[features]
    columns = [(keys >> np.uint64(shift)) & np.uint64(0x1FFFFF) for shift in (42, 21, 0)]
    characters = np.stack(columns, 1).astype(np.uint32)
    present = characters > 0
    offsets = np.concatenate([[0], np.cumsum(present.sum(1))])
    return _cut_up(characters[present], offsets)


def _text(characters: NDArray[np.uint32]) -> str:
    return characters.tobytes().decode("utf-32-le", "surrogatepass")


def _cut_up(characters: NDArray[np.uint32], offsets: NDArray[np.int64]) -> list[str]:
    text = _text(characters)
    ends = offsets.tolist()
    return [text[start:stop] for start, stop in pairwise(ends)]
