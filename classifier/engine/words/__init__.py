"""Text → words, exactly as jieba 0.42.1 cuts them, from memory-mapped tables by compiled code.

Importing this package loads neither jieba nor the compiler; calling does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifier.engine.words.dictionary import Dictionary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from classifier.columns import TextColumn

__all__ = ["Dictionary", "cut", "cut_column"]


def cut(text: str, *, dictionary: Dictionary = Dictionary(), hmm: bool = True) -> list[str]:  # noqa: B008
    """The words of ``text``: what ``jieba.lcut(text, HMM=hmm)`` returns with this dictionary, for any string."""
    from classifier.columns import TextColumn

    ends, _ = cut_column(TextColumn.from_strings([text]), dictionary=dictionary, hmm=hmm)
    words = []
    start = 0
    for end in ends.tolist():
        words.append(text[start:end])
        start = end
    return words


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
    from classifier.engine.words.column_words import word_ends
    from classifier.engine.words.jieba_tables import tables_of

    return word_ends(texts, tables_of(dictionary), hmm, fold)
