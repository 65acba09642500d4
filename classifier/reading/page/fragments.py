"""A short line without a sentence's end: a paragraph's torn beginning, or a sub-head that stands alone?"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from classifier.reading.page.signs import COMMA, HAN, OPENING_QUOTES, any_of
from classifier.reading.page.topics import pairs_of
from classifier.reading.page.traditional import simplify
from classifier.reading.patterns import pattern

_WORD_PAIR, _NO_WORD_PAIR, _PAIR_ELSEWHERE = 3.0, -0.75, 1.5
_LOOKED_AT = 120
_OPENS = pattern(
    rf"{any_of(OPENING_QUOTES)}|近[日年]|日前|连日来|今年|去年|当前|眼下|据[悉了介统]|记者|走进|在.{{2,24}}?{any_of(COMMA)}|为|“"
    r"|\d{1,2}月|\d{4}年|截至|目前|随着|清晨|傍晚|初春|早在"
)
_TWO_HAN = pattern(HAN + HAN)


def is_torn(line: str, after: str, alike: int, times: Callable[[str], int]) -> bool:
    """Whether ``line`` is the torn beginning of ``after`` rather than a sub-head above it.

    The surest sign is the pair of characters at the joint: torn words make a known pair, or one
    that the page has elsewhere (``times`` counts it there, and is asked only where that decides).
    Sub-heads come several to a story and ``alike`` in length, are short, and are often said again by
    the paragraph below.
    """
    odds = -1.5 if alike else 0.75
    joint = simplify(line[-1] + after[0])
    in_han = bool(_TWO_HAN.fullmatch(joint))
    if in_han:
        odds += _WORD_PAIR if joint[1] in word_pairs().get(joint[0], "") else _NO_WORD_PAIR
    elif joint.isascii() and joint.isalnum():
        odds += 3.0
    odds += 1.5 if len(line) > 20 else 0.5 if len(line) > 14 else -0.5
    least = -_PAIR_ELSEWHERE if in_han else 0.0
    if odds > least and _OPENS.match(simplify(after[:40])):
        odds -= 1.5
    if odds <= least:
        return False
    own, below = pairs_of(line), simplify(after[:_LOOKED_AT])
    if own and sum([pair in below for pair in own]) >= 0.34 * len(own):
        odds -= 3.0
    if odds > 0 or odds <= least:
        return odds > 0
    return times(joint) > line.count(joint) + after.count(joint)


@cache
def word_pairs() -> dict[str, str]:
    """For a character, those that follow it inside words."""
    from importlib.resources import files

    rows = files("classifier.reading.page").joinpath("word_pairs.txt").read_text("utf-8").splitlines()
    return {row[0]: row[1:] for row in rows if row and not row.startswith("#")}
