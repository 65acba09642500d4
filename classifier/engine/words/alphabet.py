"""Codes of the characters that words are made of: Han first, the most frequent ones lowest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from classifier.text import DELETED, LINE_BREAK, SPACE

HAN_FIRST, HAN_LAST = 0x4E00, 0x9FD5
HAN = HAN_LAST - HAN_FIRST + 1
"""Codes below are Han characters, as jieba takes them (U+4E00 to U+9FD5)."""
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
MARKS = ".%+#&_-"
DIGIT = HAN + len(LETTERS)
"""Codes from here to MARK - 1 are digits; between HAN and here, Latin letters."""
MARK = DIGIT + len(DIGITS)
POINT, PERCENT = MARK, MARK + 1
OUTSIDE = MARK + len(MARKS)
"""The code of what is outside jieba's ``re_han_default``; codes below it make up its blocks."""
LETTER_OUTSIDE = OUTSIDE + 1
"""The code of the letters of other scripts among these, where a reader of codes wants them apart."""
CODES = LETTER_OUTSIDE + 1
SPACE_BIT = np.uint32(1 << 31)
"""In ``character_entries``: white space, and what is deleted."""


def code_table(frequencies: Mapping[str, int]) -> NDArray[np.uint16]:
    """The code of each character of the basic plane, uint16[65536], from the words' frequencies.

    Frequent characters get low codes, so that what is often read lies close together.
    """
    weight = np.zeros(65536, np.float64)
    for word, frequency in frequencies.items():
        if frequency > 0:
            for character in word:
                if HAN_FIRST <= ord(character) <= HAN_LAST:
                    weight[ord(character)] += frequency
    codes = np.full(65536, OUTSIDE, np.uint16)
    han = np.arange(HAN_FIRST, HAN_LAST + 1)
    codes[han[np.argsort(-weight[han], kind="stable")]] = np.arange(HAN)
    for code, character in enumerate(LETTERS + DIGITS + MARKS, HAN):
        codes[ord(character)] = code
    return codes


def character_entries(
    codes: NDArray[np.uint16],
    fold: NDArray[np.uint16] | None = None,
    is_word: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint32]:
    """What decoding does with each character of the basic plane, uint32[65536].

    The lower half is the character it becomes by ``fold`` (text.CharacterTable), the upper half
    that one's code; with ``fold``, SPACE_BIT marks white space and what is deleted.  With
    ``is_word``, letters of other scripts have the code LETTER_OUTSIDE.
    """
    if is_word is not None:
        codes = np.where((codes == OUTSIDE) & (is_word > 0), np.uint16(LETTER_OUTSIDE), codes)
    if fold is None:
        return np.arange(65536, dtype=np.uint32) | codes.astype(np.uint32) << np.uint32(16)
    entries = fold | codes[fold].astype(np.uint32) << np.uint32(16)
    entries[np.isin(fold, (SPACE, LINE_BREAK, DELETED))] |= SPACE_BIT
    return entries


def code_words(words: list[str], codes: NDArray[np.uint16]) -> list[str]:
    """Each word as a string of its codes; one that no block can hold has a character ≥ OUTSIDE."""
    table = {character: code for character, code in enumerate(codes.tolist()) if code != OUTSIDE}
    table |= {ord(c): OUTSIDE for word in words for c in word if ord(c) not in table}
    return [word.translate(table) for word in words]
