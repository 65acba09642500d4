"""What jieba knows as flat arrays: its dictionary as a double-array trie, its hidden Markov model as matrices."""

from __future__ import annotations

import hashlib
import math
import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.engine.words.alphabet import CODES, HAN, HAN_FIRST, HAN_LAST, OUTSIDE, code_table, code_words
from classifier.engine.words.cache import keep_arrays, sources_digest
from classifier.engine.words.dictionary import Dictionary, Entries, jieba_tokenizer
from classifier.errors import LanmuError
from classifier.messages import say

_SOURCES = [f"engine/words/{name}.py" for name in ("alphabet", "dictionary", "double_array", "jieba_tables")]


class SegmentationTables(NamedTuple):
    """Read-only arrays, memory-mapped; M states, H Han characters (alphabet.py has the codes).

    - ``records`` uint32[4 · M]: of state ``s`` the base, the check and, as the float64 ``values[2 · s + 1]``
      over the same memory, the word's ln(frequency / total), -inf where no word ends.
    - ``first_base`` uint32[CODES] and ``first_value`` float64[CODES]: base and value of each
      character's state; the value is 0 outside jieba's blocks.
    - ``unknown`` float64[1]: what a character that begins no word counts.
    - ``emission`` float64[4 · H], ``transition`` float64[16], ``start`` float64[4]: the HMM with
      states B, M, E, S in this order.
    - ``taken_out`` uint32[n]: states of the words that the HMM must split, ascending.
    - ``codes`` uint16[65536]: the code of each character.
    """

    records: NDArray[np.uint32]
    values: NDArray[np.float64]
    first_base: NDArray[np.uint32]
    first_value: NDArray[np.float64]
    unknown: NDArray[np.float64]
    emission: NDArray[np.float64]
    transition: NDArray[np.float64]
    start: NDArray[np.float64]
    taken_out: NDArray[np.uint32]
    codes: NDArray[np.uint16]


@lru_cache(maxsize=8)
def segmentation_tables(entries: Entries = ()) -> SegmentationTables:
    """The tables of jieba's dictionary with ``entries`` added, from the cache or built into it."""
    arrays = keep_arrays("words", tables_key(entries), lambda: _build(entries))
    records = arrays["records"]
    return SegmentationTables(
        records=records,
        values=records.view("<f8"),
        **{name: arrays[name] for name in SegmentationTables._fields if name not in ("records", "values")},
    )


@lru_cache(maxsize=8)
def tables_key(entries: Entries) -> str:
    """What the tables depend on, as a hash: jieba's files as they lie on disk, the entries, the code that builds."""
    state = hashlib.sha256(f"{entries!r}".encode("utf-8", "surrogatepass"))
    state.update(sources_digest(*_SOURCES))
    spec = find_spec("jieba")  # finds the package without running it
    if spec is None or spec.origin is None:
        raise LanmuError(say("model.no_jieba"))
    folder = Path(os.path.realpath(spec.origin)).parent
    for path in (folder / "__init__.py", folder / "dict.txt", *sorted((folder / "finalseg").glob("prob_*.py"))):
        status = path.stat()
        state.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return state.hexdigest()


def _build(entries: Entries) -> dict[str, NDArray[Any]]:
    from classifier.engine.words import double_array  # needs numba; only where tables are built

    with jieba_tokenizer(entries) as tokenizer:
        frequencies, total = tokenizer.FREQ, tokenizer.total
    codes = code_table(frequencies)
    log_total = math.log(total)
    taken_out = Dictionary(entries).taken_out
    words = [word for word, frequency in frequencies.items() if frequency or word in taken_out]
    pairs = sorted(zip(code_words(words, codes), words, strict=True))
    # A word with a character outside jieba's blocks can never be cut out.
    pairs = [(code, word) for code, word in pairs if ord(max(code)) < OUTSIDE]
    base, check, states = double_array.build([code for code, _ in pairs], CODES)
    records = np.zeros(4 * len(base), np.uint32)
    records[0::4] = base
    records[1::4] = check
    values = records.view("<f8")
    values[1::2] = -math.inf
    logs = {frequency: math.log(frequency) - log_total for frequency in set(frequencies.values()) if frequency}
    values[2 * states + 1] = [logs.get(frequencies[word], -math.inf) for _, word in pairs]
    first_value = values[3 : 2 * CODES + 3 : 2].copy()
    first_value[OUTSIDE:] = 0.0
    out = [int(state) for state, (_, word) in zip(states, pairs, strict=True) if word in taken_out]
    return {
        "records": records,
        "first_base": base[1 : CODES + 1],
        "first_value": first_value,
        "unknown": np.array([math.log(1) - log_total]),
        "taken_out": np.array(sorted(out), np.uint32),
        "codes": codes,
        **_markov_model(codes),
    }


def _markov_model(codes: NDArray[np.uint16]) -> dict[str, NDArray[Any]]:
    from jieba.finalseg import MIN_FLOAT, emit_P, start_P, trans_P

    states = "BMES"
    emission = np.full((HAN, 4), MIN_FLOAT)
    for i, state in enumerate(states):
        for character, value in emit_P[state].items():
            if HAN_FIRST <= ord(character) <= HAN_LAST:
                emission[codes[ord(character)], i] = value
    transition = [trans_P[before].get(state, MIN_FLOAT) for before in states for state in states]
    return {
        "emission": emission.reshape(-1),
        "transition": np.array(transition),
        "start": np.array([start_P[state] for state in states]),
    }
