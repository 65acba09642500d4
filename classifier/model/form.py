"""What an article's form says of it before a word is weighed: that it has no body, that it is a round-up of briefs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.columns import TextColumn
from classifier.text import is_blank, normalise

NO_BODY, ROUND_UP = 8, 16
ROUND_UP_ENDINGS = ("快讯", "简讯", "短讯")
"""How the headline of several briefs under one head ends: they belong to many categories, so to none.

The kernel takes each to have two characters.
"""


def form_bits(titles: TextColumn, texts: TextColumn, fold: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Bits of NO_BODY and ROUND_UP of each article, uint8[n], by its normalised text."""
    bits = np.zeros(len(titles), np.uint8)
    for i in range(len(titles)):
        if is_blank(texts[i], fold):
            bits[i] = NO_BODY
        if normalise(titles[i], fold).endswith(ROUND_UP_ENDINGS):
            bits[i] |= ROUND_UP
    return bits
