"""What compiled code knows of characters, and what it finds in files of text: flat arrays and bits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

COLUMNS = 4
"""Numbers that the table has for each character."""
KINDS, FIRSTS, SECONDS, PAIRED = range(COLUMNS)
"""Its kinds; the pairs that it begins, and those that it ends; which bracket or quote it is."""

(
    UNCLEAN, BLANK, END, CLOSER, CLOSING_BRACKET, NEVER_FIRST, NOT_LAST, COMMA, HAN, SET_APART, EDITS_ONE, EDITS_SIGN,
    TRACE, BOX, MARKUP, WIRE, THREE_BYTES, RUN_END, TRACED, BEGINS_FIRST, BEGINS, BEGINS_LAST, CAPTION,
    BARRIER, OPENING, MARKED, OWN_FIRST, DATED, NAMELESS, ORDINARY,
) = (1 << bit for bit in range(30))  # fmt: skip
"""Kinds of characters; a character may be of several.

- ``UNCLEAN`` is in no clean text; ``BLANK`` a blank; ``THREE_BYTES`` at least so long; ``ORDINARY`` is Han of no other
  kind, ``HAN`` any; ``SET_APART`` is set apart by blanks by OCR.
- ``END`` ends a sentence; ``CLOSER`` closes a quote or bracket, ``CLOSING_BRACKET`` a bracket, ``OPENING`` opens one;
  ``COMMA``; ``BARRIER`` stands in no byline before its bracket; ``RUN_END`` before a byline that runs into a line.
- ``NEVER_FIRST`` begins no line; ``NOT_LAST`` ends no title; ``MARKUP`` begins marked lines.
- Of bylines: ``WIRE`` ends their first part; ``BOX`` and ``MARKED`` stand before them; ``OWN_FIRST`` begins a paper's
  own name; ``DATED`` are figures and words of dates; ``NAMELESS`` begins no name; ``TRACE`` begins a damaged one, and
  ``TRACED`` is in it; ``BEGINS_FIRST``, ``BEGINS`` and ``BEGINS_LAST`` begin, are in and end its first half.
- ``EDITS_ONE`` is in an editor's role, with ``EDITS_SIGN`` beside it; ``CAPTION`` is in every caption.
"""

PAIRS = 6
QUOTE, STOP, STOP_BEFORE = 2 * PAIRS, 2 * PAIRS + 1, 2 * PAIRS + 2
"""Opening signs are 0 to 5 and their closing ones 6 to 11; the straight quote and the full stop follow."""
PLACES = 2 * PAIRS + 3

LEAD, SIGN, EDITS, RECOMMENDS, SIGNED, BREAKS, UNSURE, UNFINISHED = (1 << bit for bit in range(8))
"""What must be looked at again in a line: it may be a byline, a reading recommendation and so on.

``LEAD``: it may begin with a byline; ``SIGN``: be one, or sign the text; ``EDITS``: name editors; ``RECOMMENDS``:
recommend others; ``SIGNED``: end with a signature; ``BREAKS``: go on with a byline of the line before;
``UNSURE``: end no sentence; and it does end none where it is ``UNFINISHED``.
"""
UNEVEN = UNFINISHED
"""In the place of the title: the lines of the text have not all the same indent."""
NO, SURE, OPEN = 0, 1, 2
"""What is said of a file: not clean; clean and read; the same if all that must be looked at again is harmless."""


class Marks(NamedTuple):
    """What is to be known of characters.

    - ``table`` int32[COLUMNS · 65536]: for each character of the basic plane its kinds and the rest.
    - ``rules`` int32[9]: the pairs that tell of a byline at a line's start, of one in a line, of recommended
      reading, of editors, of a byline that runs into a line, of 电 at a byline's end, of words such as 报道, of 记者,
      and of words that begin no name; each a set of bits.
    """

    table: NDArray[np.int32]
    rules: NDArray[np.int32]


class Files(NamedTuple):
    """Files back to back: file ``i`` is ``data[ends[i]:ends[i + 1]]``; ``most`` int64[1]: lines of a file at most."""

    data: NDArray[np.uint8]
    ends: NDArray[np.int64]
    most: NDArray[np.int64]


class Work(NamedTuple):
    """What one thread writes to: ``lines`` int64[LINE · (most + 1)], ``places`` int64[PLACES]."""

    lines: NDArray[np.int64]
    places: NDArray[np.int64]


class Read(NamedTuple):
    """What is read of files.

    - ``states`` uint8[n]: NO, SURE or OPEN.
    - ``titles`` and ``texts`` uint8, with ``title_ends`` and ``text_ends`` int64[n + 1]; empty where the state is NO.
    - ``flags`` uint8, with ``line_ends`` int64[n + 1]: for each line of a text, and before them one for the title,
      what must be looked at again.
    """

    states: NDArray[np.uint8]
    titles: NDArray[np.uint8]
    title_ends: NDArray[np.int64]
    texts: NDArray[np.uint8]
    text_ends: NDArray[np.int64]
    flags: NDArray[np.uint8]
    line_ends: NDArray[np.int64]


ARGUMENTS = (Marks, Files, Work, Read)
"""The tuples of arrays that the compiled code takes, in the order of their addresses."""
LINE = 5
"""Numbers kept of a line."""
FLAGS, CHARACTERS, WIDTH, INDENT, NUMBER = range(LINE)
"""What was seen of it, its characters, its width and indent in half-widths, its number in the file."""
