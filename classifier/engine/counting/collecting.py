"""Counting features that nobody has listed yet, compiled: every word, pair and character n-gram gets a number."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from classifier.columns import TextColumn
from classifier.engine.counting.hashing import EMPTY, fill_strings, find_string, mix_bits, string_hash
from classifier.engine.counting.lookup import is_word_at
from classifier.engine.words.alphabet import OUTSIDE, character_entries
from classifier.engine.words.compiled import compile_function, inner
from classifier.engine.words.cutting import cut_codes
from classifier.engine.words.decoding import decode
from classifier.engine.words.jieba_tables import SegmentationTables
from classifier.engine.words.workspace import Workspace, workspace
from classifier.model.features import FIELDS, FeatureSpec
from classifier.text import CharacterTable

STRINGS, STRING_CHARACTERS, WORDS, GRAMS, FILLED = 0, 1, 2, 3, 4
BLOCKS = 6
"""Blocks by number: 2 · field + analyser, as FeatureSpec orders them."""
_BITS = np.uint64(21)
_FIRST_ROOM = 1 << 16
T = TypeVar("T", bound=np.generic)


class Collection(NamedTuple):
    """What has been counted so far; the arrays have room to spare and are made larger between calls.

    ``sizes`` int64[5]: how much of each is filled.  Strings (words without a state):
    ``string_table``, ``string_characters``, ``string_offsets`` as in Vocabulary.  Word features:
    ``word_keys`` uint64[2^a] and ``word_numbers`` int32[2^a] form a hash table, ``words`` uint64
    lists the keys by number; a key is pair_key(first or -1, word), where a word is its state, or
    M + its string.  Character n-grams: the same with the n-gram's code points, 21 bits each.
    ``features`` and ``counts`` int32: the counts, those of article i and block b lying from
    ``bounds[6 · i + b]`` to ``bounds[6 · i + b + 1]``.
    """

    sizes: NDArray[np.int64]
    string_table: NDArray[np.int32]
    string_characters: NDArray[np.uint32]
    string_offsets: NDArray[np.int64]
    word_keys: NDArray[np.uint64]
    word_numbers: NDArray[np.int32]
    words: NDArray[np.uint64]
    gram_keys: NDArray[np.uint64]
    gram_numbers: NDArray[np.int32]
    grams: NDArray[np.uint64]
    features: NDArray[np.int32]
    counts: NDArray[np.int32]
    bounds: NDArray[np.int64]
    counter: NDArray[np.int32]


class Plan(NamedTuple):
    """A FeatureSpec as the compiled code takes it; ``blocks`` uint8[6] tells which blocks there are."""

    entries: NDArray[np.uint32]
    is_word: NDArray[np.uint8]
    blocks: NDArray[np.uint8]
    words: int
    characters: int
    lead_characters: int
    hmm: bool


@compile_function
def collect(
    titles: NDArray[np.uint8],
    title_bounds: NDArray[np.int64],
    texts: NDArray[np.uint8],
    text_bounds: NDArray[np.int64],
    first: int,
    tables: SegmentationTables,
    plan: Plan,
    work: Workspace,
    numbers: NDArray[np.int32],
    tally: Collection,
) -> int:
    """Count from article ``first`` on until room runs out; returns the article to go on with."""
    for article in range(first, len(text_bounds) - 1):
        size = (title_bounds[article + 1] - title_bounds[article]) + (text_bounds[article + 1] - text_bounds[article])
        if not _has_room(tally, size):
            return article
        for field in range(2):
            if field == 0:
                data, begin, end = titles, title_bounds[article], title_bounds[article + 1]
            else:
                data, begin, end = texts, text_bounds[article], text_bounds[article + 1]
            length = decode(data, begin, end, plan.entries, 0, work)
            words = 0
            if plan.words > 0:
                words = cut_codes(tables, length, plan.hmm, False, work)
                _number_words(tables, plan.is_word, work, words, numbers, tally)
            _count_field(plan, field, numbers, words, work.characters, length, article, tally)
            if field == 1:
                lead_words = 0
                start = 0
                while lead_words < words and start < plan.lead_characters:
                    start = np.int64(work.word_ends[lead_words])
                    lead_words += 1
                lead = min(length, plan.lead_characters)
                _count_field(plan, 2, numbers, lead_words, work.characters, lead, article, tally)
    return len(text_bounds) - 1


@inner
def _has_room(tally: Collection, size: int) -> bool:
    """Whether an article of ``size`` bytes, each at most one character, surely fits."""
    sizes = tally.sizes
    return bool(
        sizes[STRINGS] + size < len(tally.string_table) // 2
        and sizes[STRING_CHARACTERS] + size <= len(tally.string_characters)
        and sizes[WORDS] + 2 * size < len(tally.word_keys) // 2
        and sizes[GRAMS] + 3 * size < len(tally.gram_keys) // 2
        and sizes[FILLED] + 10 * size <= len(tally.features)
    )


@inner
def _number_words(
    tables: SegmentationTables,
    is_word: NDArray[np.uint8],
    work: Workspace,
    count: int,
    numbers: NDArray[np.int32],
    tally: Collection,
) -> None:
    """Write each word's number (its state, or M + its string), -1 for punctuation."""
    states = len(tables.records) // 4
    start = 0
    for i in range(count):
        stop = np.int64(work.word_ends[i])
        if not is_word_at(work.characters, start, stop, is_word):
            numbers[i] = -1
        else:
            state = np.int64(work.word_states[i]) if work.codes[start] < OUTSIDE else 0
            numbers[i] = state if state != 0 else states + _string_number(work.characters, start, stop, tally)
        start = stop


@inner
def _string_number(characters: NDArray[np.uint32], start: int, stop: int, tally: Collection) -> int:
    number = find_string(tally.string_table, tally.string_characters, tally.string_offsets, characters, start, stop)
    if number >= 0:
        return number
    number = tally.sizes[STRINGS]
    tally.sizes[STRINGS] += 1
    filled = tally.sizes[STRING_CHARACTERS]
    for i in range(start, stop):
        tally.string_characters[filled] = characters[i]
        filled += 1
    tally.sizes[STRING_CHARACTERS] = filled
    tally.string_offsets[number + 1] = filled
    mask = np.uint64(len(tally.string_table) - 1)
    place = string_hash(characters, start, stop) & mask
    while tally.string_table[place] != EMPTY:
        place = (place + np.uint64(1)) & mask
    tally.string_table[place] = number
    return number


@inner
def pair_key(first: int, second: int) -> np.uint64:
    """A word (first: -1) or a pair of words as one key, never 0."""
    return (np.uint64(first + 1) << np.uint64(32)) | np.uint64(second + 1)


@inner
def number_of(
    keys: NDArray[np.uint64], numbers: NDArray[np.int32], listed: NDArray[np.uint64], sizes: NDArray[np.int64],
    which: int, key: np.uint64,
) -> int:  # fmt: skip
    """The number of a key, given now if it is new."""
    mask = np.uint64(len(keys) - 1)
    place = mix_bits(key) & mask
    while keys[place] != 0:
        if keys[place] == key:
            return np.int64(numbers[place])
        place = (place + np.uint64(1)) & mask
    number = sizes[which]
    sizes[which] += 1
    keys[place] = key
    numbers[place] = number
    listed[number] = key
    return number


@inner
def _add(tally: Collection, number: int) -> None:
    """Count a feature once more in the block that is open."""
    if tally.counter[number] == 0:
        tally.features[tally.sizes[FILLED]] = number
        tally.sizes[FILLED] += 1
    tally.counter[number] += 1


@inner
def _close(tally: Collection, begin: int, segment: int) -> None:
    filled = tally.sizes[FILLED]
    for i in range(begin, filled):
        number = tally.features[i]
        tally.counts[i] = tally.counter[number]
        tally.counter[number] = 0
    tally.bounds[segment + 1] = filled


@inner
def _count_field(
    plan: Plan,
    field: int,
    numbers: NDArray[np.int32],
    words: int,
    characters: NDArray[np.uint32],
    length: int,
    article: int,
    tally: Collection,
) -> None:
    segment = BLOCKS * article + 2 * field
    begin = tally.sizes[FILLED]
    if plan.blocks[2 * field]:
        before = -1
        for i in range(words):
            number = np.int64(numbers[i])
            if number >= 0:
                key = pair_key(-1, number)
                _add(tally, number_of(tally.word_keys, tally.word_numbers, tally.words, tally.sizes, WORDS, key))
                if before >= 0 and plan.words > 1:
                    key = pair_key(before, number)
                    _add(tally, number_of(tally.word_keys, tally.word_numbers, tally.words, tally.sizes, WORDS, key))
            before = number
    _close(tally, begin, segment)
    begin = tally.sizes[FILLED]
    if plan.blocks[2 * field + 1]:
        for i in range(length):
            key = np.uint64(0)
            for j in range(i, min(length, i + plan.characters)):
                if not is_word_at(characters, j, j + 1, plan.is_word):
                    break
                key = (key << _BITS) | np.uint64(characters[j])
                _add(tally, number_of(tally.gram_keys, tally.gram_numbers, tally.grams, tally.sizes, GRAMS, key))
    _close(tally, begin, segment + 1)


@compile_function
def rehash(keys: NDArray[np.uint64], numbers: NDArray[np.int32], listed: NDArray[np.uint64], size: int) -> None:
    """Enter the first ``size`` listed keys into an empty table."""
    mask = np.uint64(len(keys) - 1)
    for number in range(size):
        place = mix_bits(listed[number]) & mask
        while keys[place] != 0:
            place = (place + np.uint64(1)) & mask
        keys[place] = listed[number]
        numbers[place] = number


@compile_function
def spell(
    tables: SegmentationTables, character_of: NDArray[np.uint32], states: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The characters of words by their states, back to back with offsets."""
    records = tables.records
    offsets = np.zeros(len(states) + 1, np.int64)
    for i in range(len(states)):
        state = states[i]
        length = 0
        while state != 0:
            state = np.int64(records[4 * state + 1])
            length += 1
        offsets[i + 1] = offsets[i] + length
    characters = np.empty(offsets[len(states)], np.uint32)
    for i in range(len(states)):
        state = states[i]
        place = offsets[i + 1]
        while state != 0:
            parent = np.int64(records[4 * state + 1])
            place -= 1
            characters[place] = character_of[state - np.int64(records[4 * parent])]
            state = parent
    return characters, offsets


def collect_features(
    spec: FeatureSpec, titles: TextColumn, texts: TextColumn, tables: SegmentationTables, table: CharacterTable
) -> Collection:
    """Count the features of every article."""
    n = len(texts)
    blocks = np.zeros(BLOCKS, np.uint8)
    blocks[[2 * FIELDS.index(name) + (analyser == "characters") for name, analyser, _ in spec.blocks]] = 1
    entries = character_entries(tables.codes, table.fold)
    plan = Plan(entries, table.is_word, blocks, spec.words, spec.characters, spec.lead_characters, spec.hmm)
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
    filled = tally.string_characters[: tally.sizes[STRING_CHARACTERS]]
    strings = _cut_up(filled, tally.string_offsets[: tally.sizes[STRINGS] + 1])
    names += [strings[i] for i in own.tolist()]
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


def _cut_up(characters: NDArray[np.uint32], offsets: NDArray[np.int64]) -> list[str]:
    text = characters.tobytes().decode("utf-32-le", "surrogatepass")
    return [text[start:stop] for start, stop in pairwise(offsets.tolist())]
