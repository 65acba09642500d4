"""Changes of story that nothing marks: found by the words that neighbouring paragraphs share.

A story goes on naming what it is about; where two runs of paragraphs share no pair of characters
but those that every story uses, one story has ended and another begun.  The idea is TextTiling's
(Hearst 1997), with pairs of Han characters as words and weights fitted on real news by
``benchmarks/page_reading.py``.  It is meant to miss rather than to invent.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from classifier.reading.doubts import doubt
from classifier.reading.page.person_names import is_bare_name
from classifier.reading.patterns import COMMA, HAN, OPENING_QUOTES, any_of, pattern, simplify
from classifier.reading.reading_options import Scorer

MIN_SIDE_CHARS = 70
MAX_CHANGES = 50
MAX_PARAGRAPHS = 4_000
REMEMBERED_CHARS = 20_000
"""How many characters back somebody who speaks may have been named."""
THRESHOLD = 2.5
_UNSHARED = doubt("unmarked_words")
_SHARED_WEIGHT = 0.25

_RUN = pattern(rf"{HAN}+")
_LEAD = pattern(
    r"[^。]{0,40}?(?:\d{1,2}月\d{1,2}日|\d{1,2}日(?:上午|下午|晚|，|,|在)|今天|昨天|今日|昨日|近日|日前|连日来|眼下"
    r"|记者(?:今天|近日|日前)?从|当地时间)"
)
_GOES_ON = pattern(
    r"此外|届时|与此同时|同时|另外|其中|对此|为此|因此|如今|但|而|不过|然而|随后|之后|接着|最后|这|那|他|她|它|该|其|据[悉了介]|"
    r"(?:会议|会上|大会)(?:还|也|随后)?(?:指出|强调|要求|认为|听取|研究|审议|传达|决定|通报)|[（(]?[一二三四五六七八九十]{1,3}[、)）是]|"
    r"[（(]?\d{1,2}[、)）.．](?!\d)|第[一二三四五六七八九十][,，、条章]|近年来|下一步|目前|去年|“"
)
_SPEAKER = pattern(
    rf"(?P<name>(?:{HAN}|[·×]){{2,18}}?)(?:向记者|对记者|高兴地|激动地|笑着|感慨地|兴奋地|自豪地)?"
    rf"(?:介绍说?|表示|告诉记者|说道?|坦言|感慨(?:道|地说)?|回忆(?:说|道)?|感叹道?)(?:{any_of(COMMA)}|[:：]|{any_of(OPENING_QUOTES)})"
)


@dataclass(frozen=True, slots=True)
class StoryChange:
    """A paragraph that seems to start another story: its number, how strongly (log odds), and why, as a doubt."""

    index: int
    strength: float
    why: str


_BIAS = -34.80
_WEIGHTS = -6.25, 2.37, 0.13, 3.24, -11.07
"""The weights of ``sign_values`` in log odds; these and the bias are fitted."""
_LEAD_WEIGHT, _SPEAKER_WEIGHT, _CATEGORIES_WEIGHT = 3.55, 4.5, 2.0
_LONE_END = 1.5
"""Taken off where a single paragraph without a story's opening ends the page's story: it is as likely a stray piece,
which stays where it stands."""


def story_changes(
    paragraphs: Sequence[str],
    *,
    everywhere: Collection[str] = (),
    hints: Mapping[int, float] | None = None,
    scorer: Scorer | None = None,
    threshold: float = THRESHOLD,
) -> list[StoryChange]:
    """The places where the story changes with no mark, in order; mostly none.

    ``everywhere`` are pairs of characters that most stories of the page share, which then say little.
    ``hints`` adds log odds to a paragraph for what is known of it otherwise; ``scorer`` adds the classifier's view.
    """
    if not 2 <= len(paragraphs) <= MAX_PARAGRAPHS:
        return []
    as_given, paragraphs = paragraphs, [simplify(paragraph) for paragraph in paragraphs]
    pairs = [pairs_of(paragraph) for paragraph in paragraphs]
    asked: object = None  # the classifier, once some boundary is close enough for its word to count
    changes: list[StoryChange] = []
    waiting = [(0, len(paragraphs))]
    while waiting and len(changes) < MAX_CHANGES:
        start, stop = waiting.pop()
        best: StoryChange | None = None
        for index, signs in _signs(paragraphs, pairs, start, stop, frozenset(everywhere)):
            if goes_on(paragraphs[index]):
                continue
            strength, why = _strength(signs, paragraphs, start, index)
            if stop - index == 1 and why == _UNSHARED:
                strength -= _LONE_END
            if hints:
                strength += hints.get(index, 0.0)
            if scorer is not None and strength > threshold - _CATEGORIES_WEIGHT:
                asked = scorer(list(as_given)) if asked is None else asked
                strength += _category_change(asked, paragraphs, start, index, stop)
            if strength > threshold and (best is None or strength > best.strength):
                best = StoryChange(index, strength, why)
        if best is not None:
            changes.append(best)
            waiting += [(start, best.index), (best.index, stop)]
    return sorted(changes, key=lambda change: change.index)


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring Han characters in a text."""
    return frozenset(run[i : i + 2] for run in _RUN.findall(simplify(text)) for i in range(len(run) - 1))


def goes_on(paragraph: str) -> bool:
    """Whether a paragraph's first words lean on what stands before it, so that it starts no story."""
    return bool(_GOES_ON.match(simplify(paragraph[:16])))


def starts_in_speech(paragraph: str) -> bool:
    """Whether a paragraph starts with a bare name speaking (``陈某某说,``).

    A running story brings in a new speaker with who he is (``牧民哈布说``); a bare name that was not
    named before was named in a beginning that is cut off.
    """
    return bool(_bare_speaker(paragraph))


def _bare_speaker(paragraph: str) -> str:
    """The bare name that a paragraph starts with, speaking; or empty."""
    match = _SPEAKER.match(simplify(paragraph[:60]))
    return match["name"] if match and is_bare_name(match["name"]) else ""


def _is_named(name: str, paragraphs: Sequence[str]) -> bool:
    """Whether the paragraphs before name somebody, as far back as names are remembered."""
    first, chars = len(paragraphs), 0
    while first and chars < REMEMBERED_CHARS:
        first -= 1
        chars += len(paragraphs[first])
    before = "".join(paragraphs[first:])
    return name in before or name[-2:] in before or name.split("·")[0] in before


def _signs(
    paragraphs: Sequence[str], pairs: list[frozenset[str]], start: int, stop: int, everywhere: frozenset[str]
) -> list[tuple[int, tuple[float, float, float, float]]]:
    """For every boundary: the weight shared, of the smaller and the larger side, and the neighbours' share."""
    known, unknown = _common_pairs()

    def weight(pair: str) -> float:
        value = known.get(pair, unknown)
        return value * _SHARED_WEIGHT if pair in everywhere else value

    right: dict[str, int] = {}
    for i in range(start, stop):
        for pair in pairs[i]:
            right[pair] = right.get(pair, 0) + 1
    left: set[str] = set()
    left_weight = shared = 0.0
    right_weight = sum(map(weight, right))
    own = {i: sum(map(weight, pairs[i])) for i in range(start, stop)}
    chars_left, chars_all = 0, sum(len(p) for p in paragraphs[start:stop])
    signs = []
    for i in range(start, stop - 1):
        for pair in pairs[i]:
            value = weight(pair)
            was_left = pair in left
            right[pair] -= 1
            if not right[pair]:
                right_weight -= value
                if was_left:
                    shared -= value
            elif not was_left:
                shared += value
            if not was_left:
                left.add(pair)
                left_weight += value
        chars_left += len(paragraphs[i])
        if chars_left < MIN_SIDE_CHARS or chars_all - chars_left < MIN_SIDE_CHARS:
            continue
        near = sum(map(weight, pairs[i] & pairs[i + 1])) / (min(own[i], own[i + 1]) + 1e-9)
        smaller, larger = sorted((left_weight, right_weight))
        if smaller > 0:
            signs.append((i + 1, (max(shared, 0.0), smaller, larger, near)))
    return signs


def sign_values(signs: tuple[float, float, float, float]) -> tuple[float, float, float, float, float]:
    """The signs at a boundary as the fitted weights take them."""
    shared, smaller, larger, near = signs
    return (
        math.log(shared / (smaller + 1e-9) + 0.003),
        math.log(shared / math.sqrt(smaller * larger) + 1e-4),
        math.log(smaller),
        math.log(larger),
        near,
    )


def _strength(
    signs: tuple[float, float, float, float], paragraphs: Sequence[str], start: int, index: int
) -> tuple[float, str]:
    strength = _BIAS
    for weight, value in zip(_WEIGHTS, sign_values(signs), strict=True):
        strength += weight * value
    if (name := _bare_speaker(paragraphs[index])) and not _is_named(name, paragraphs[start:index]):
        return strength + _SPEAKER_WEIGHT, doubt("unmarked_speaker")
    if _LEAD.match(simplify(paragraphs[index][:120])):
        return strength + _LEAD_WEIGHT, doubt("unmarked_opening")
    return strength, _UNSHARED


def _category_change(probabilities: object, paragraphs: Sequence[str], start: int, index: int, stop: int) -> float:
    """How far the classifier's view of both sides differs: from -1 (the same) to 1, times its weight."""
    import numpy as np

    p = np.asarray(probabilities, float)
    lengths = np.array([len(paragraph) for paragraph in paragraphs], float)[:, None]
    left = (p[start:index] * lengths[start:index]).sum(0)
    right = (p[index:stop] * lengths[index:stop]).sum(0)
    left, right = left / (left.sum() + 1e-12), right / (right.sum() + 1e-12)
    return _CATEGORIES_WEIGHT * (float(np.abs(left - right).sum()) - 1.0)


@cache
def _common_pairs() -> tuple[dict[str, float], float]:
    """Weights of common pairs, and of all others."""
    from importlib.resources import files

    known: dict[str, float] = {}
    unknown = 8.0
    for line in files("classifier.reading.page").joinpath("common_pairs.txt").read_text("utf-8").splitlines():
        value, _, row = line.partition("\t")
        if line.startswith("#") or not row:
            continue
        if row == "*":
            unknown = float(value)
        else:
            known.update((row[i : i + 2], float(value)) for i in range(0, len(row), 2))
    return known, unknown
