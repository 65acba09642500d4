"""A last paragraph that stands twice: the same line read twice by OCR, with small differences."""

from __future__ import annotations

from difflib import SequenceMatcher

from classifier.reading.page.joining import Paragraph
from classifier.reading.patterns import pattern

MIN_CHARS = 8
LOOK_BACK = 4
LIKENESS = 0.86
MATCHED_CHARS, MAX_CHARS = 600, 20_000
_NOISE = pattern(r"[\W_]+")
_DIGITS = pattern(r"\d+")


def find_repeated_end(body: list[Paragraph]) -> list[Paragraph]:
    """The last paragraph where one shortly before it (or that one's end) says nearly the same, else none.

    Captions and credits at the end are looked past.  Short lines that differ in their figures are
    lists, not repeats.
    """
    texts = [p for p in body if p.kind in ("text", "byline")]
    if len(texts) < 2:
        return []
    last = texts[-1]
    wanted = _NOISE.sub("", last.text)
    if len(wanted) < MIN_CHARS or last.lines == texts[0].lines:
        return []
    for other in reversed(texts[-1 - LOOK_BACK : -1]):
        if are_alike(wanted, _NOISE.sub("", other.text)):
            return [last]
    return [last] if _is_end_of(wanted, _NOISE.sub("", texts[-2].text)) else []


def are_alike(a: str, b: str) -> bool:
    """Whether two lines without punctuation are the same but for OCR's slips."""
    shorter, longer = sorted((len(a), len(b)))
    if shorter < MIN_CHARS or shorter < 0.75 * longer or longer > MAX_CHARS:
        return False
    if a == b:
        return True
    if longer < 25 and _DIGITS.findall(a) != _DIGITS.findall(b):
        return False
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if longer > MATCHED_CHARS:  # matching takes time that grows with the cube of the length
        return matcher.quick_ratio() >= 0.97
    return matcher.quick_ratio() >= LIKENESS and matcher.ratio() >= LIKENESS


def _is_end_of(line: str, paragraph: str) -> bool:
    """Whether ``line`` only says the paragraph's last words again."""
    if len(paragraph) <= len(line) or len(line) < MIN_CHARS + 2:
        return False
    return any(are_alike(line, paragraph[-size:]) for size in {len(line) - 1, len(line), len(line) + 1})
