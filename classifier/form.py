"""What an article's form says of it before a word is weighed: that it has no body, that it is a round-up of briefs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from classifier.columns import TextColumn

NO_BODY, ROUND_UP = 8, 16
ROUND_UP_ENDINGS = ("快讯", "简讯", "短讯")
"""How the headline of several briefs under one head ends: they belong to many categories, so to none."""
_ENDINGS = tuple(ending.encode() for ending in ROUND_UP_ENDINGS)
_BYTES = len(_ENDINGS[0])


def form_bits(titles: TextColumn, texts: TextColumn) -> NDArray[np.uint8]:
    """Bits of NO_BODY and ROUND_UP of each article, uint8[n]."""
    import numpy as np

    bits = np.where(np.diff(texts.offsets) > 0, 0, NO_BODY)
    ends = titles.offsets[1:]
    long = np.flatnonzero(ends - titles.offsets[:-1] >= _BYTES)
    tails = titles.data[ends[long, None] - np.arange(_BYTES, 0, -1)]
    found = np.zeros(len(long), np.bool_)
    for ending in _ENDINGS:
        found |= (tails == np.frombuffer(ending, np.uint8)).all(axis=1)
    bits[long[found]] |= ROUND_UP
    return bits.astype(np.uint8)
