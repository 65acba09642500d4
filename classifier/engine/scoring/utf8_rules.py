"""The rules of UTF-8, compiled: eight bytes a step, many steps at once, no branch.

Each rule is a mask over a word of eight bytes and those before it, of which only the highest bit of
each byte counts.  The rules are Unicode's table of well-formed byte sequences; the idea of taking all
bytes alike is Keiser's and Lemire's (2021), who look them up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from classifier.engine.scoring.entry import c_function, unpacking
from classifier.engine.scoring.utf8 import Bytes
from classifier.engine.words.compiled import inner

_1, _2, _3, _4, _5, _6, _7, _8, _16, _24, _40, _48, _56 = (
    np.uint64(n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 40, 48, 56)
)
_HIGHEST = np.uint64(0x8080808080808080)


def compiled_check() -> Any:
    """Compile the check; a numba CFunc of one ``int64*`` (machine_code.addresses of Bytes)."""
    unpack = unpacking(Bytes, 0)

    def check(table: Any) -> None:
        _check(unpack(table))

    return c_function(check)


@inner
def _check(data: Bytes) -> None:
    words = data.words
    faults = np.uint64(0)
    if len(words) > 0:
        faults = _faults(words[0], data.before[0])
        for i in range(1, len(words)):
            faults |= _faults(words[i], words[i - 1])
    data.faults[0] = faults & _HIGHEST


@inner
def _faults(word: np.uint64, before: np.uint64) -> np.uint64:
    """The highest bit of each byte of ``word`` that cannot stand where it does."""
    one, two, three = (word << _8) | (before >> _56), (word << _16) | (before >> _48), (word << _24) | (before >> _40)
    # the bits of this byte, and of the one before it, each brought to the highest place
    b6, b5, b4, b3, b2, b1, b0 = word << _1, word << _2, word << _3, word << _4, word << _5, word << _6, word << _7
    p6, p5, p4, p3, p2, p1, p0 = one << _1, one << _2, one << _3, one << _4, one << _5, one << _6, one << _7
    lead = word & b6
    follows = word & ~b6
    of_two, of_three = one & p6, two & (two << _1) & (two << _2)
    of_four = three & (three << _1) & (three << _2) & (three << _3)
    faults = follows ^ (of_two | of_three | of_four)
    faults |= lead & ~(b5 | b4 | b3 | b2 | b1)  # C0, C1
    faults |= lead & b5 & b4 & (b3 | (b2 & (b1 | b0)))  # F5 to FF
    e = of_two & p5 & ~p4 & ~p1
    faults |= e & ~p3 & ~p2 & ~p0 & ~b5  # E0 before 80 to 9F: too long a form
    faults |= e & p3 & p2 & p0 & b5  # ED before A0 to BF: surrogates
    f = of_two & p5 & p4 & ~p3 & ~p1 & ~p0
    faults |= f & ~p2 & ~(b5 | b4)  # F0 before 80 to 8F: too long a form
    faults |= f & p2 & (b5 | b4)  # F4 before 90 to BF: beyond U+10FFFF
    return faults
