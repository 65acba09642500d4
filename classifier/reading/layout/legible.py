"""Whether a page's characters are what is printed: fonts that do not name their characters give nonsense."""

from __future__ import annotations

from itertools import pairwise

from classifier.reading.layout.printed import PrintedPage
from classifier.reading.page.fragments import word_pairs

STRANGE_SHARE = 0.1
LEAST_HAN = 40
LEAST_WORD_PAIRS = 0.05
"""In Chinese text 30-50 % of the pairs of characters stand in the table of pairs inside words, in traditional
characters 13 %; in text by wrong numbers of glyphs hardly one."""


def is_garbled(page: PrintedPage) -> bool:
    """Whether most of a page's characters cannot be those printed."""
    text = "".join(piece.text for piece in page.pieces if piece.text.strip())
    if not text:
        return False
    strange = sum(_is_strange(c) for c in text)
    if max(strange, page.unmapped) > STRANGE_SHARE * len(text):
        return True
    # Roughly as lines run, so that neighbours are neighbours.
    in_order = sorted(page.pieces, key=lambda p: (round(p.box.bottom), p.box.left))
    running = "".join(piece.text for piece in in_order)
    pairs = [(a, b) for a, b in pairwise(running) if _is_han(a) and _is_han(b)]
    if len(pairs) < LEAST_HAN:
        return False
    table = word_pairs()
    return sum(b in table.get(a, "") for a, b in pairs) < LEAST_WORD_PAIRS * len(pairs)


def _is_han(c: str) -> bool:
    return "\u4e00" <= c <= "\u9fff"


def _is_strange(c: str) -> bool:
    """Private use, half a surrogate pair, Hangul, or no character: none stands in a Chinese newspaper."""
    return "\ue000" <= c <= "\uf8ff" or "\ud800" <= c <= "\udfff" or "\uac00" <= c <= "\ud7a3" or c == "\ufffd"
