"""Fields and n-grams → tf-idf: what is counted, and the plain way to count it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import accumulate
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from classifier.errors import ModelError
from classifier.messages import say
from classifier.model.entries import plain_values
from classifier.text import is_word

Field = Literal["title", "text", "lead"]
Analyser = Literal["words", "characters"]
FIELDS: tuple[Field, ...] = ("title", "text", "lead")
Block = tuple[Field, Analyser]
MOST_LEAD = 1_000_000


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """What of an article is counted; a model carries its own.

    Every (field, analyser) with a weight above zero is a block: its counts become
    (1 + ln count) · idf (count · idf where ``sublinear`` is off), scaled to length 1 and times
    ``field weight · analyser weight``; the whole is scaled by 1/√Σ weight² over the blocks that
    are not empty, so that it has length 1.  The title field is the title, text the body, lead the
    words of the body that start within its first ``lead_characters`` characters after
    normalisation.  With ``shared`` a feature has one row of weights for all fields, else one for
    the title and one for text and lead.
    """

    title: float = 0.5
    text: float = 1.0
    lead: float = 0.5
    words: int = 1
    """Word n-grams up to this n (0: none, at most 2)."""
    characters: int = 0
    """Character n-grams up to this n (0: none, at most 3)."""
    character_weight: float = 1.0
    shared: bool = True
    lead_characters: int = 200
    hmm: bool = True
    sublinear: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.words <= 2 or not 0 <= self.characters <= 3 or self.words + self.characters == 0:
            raise ModelError(say("features.none"))
        if not 0 <= self.lead_characters <= MOST_LEAD:
            raise ModelError(say("features.lead_characters", most=MOST_LEAD))
        if min(self.title, self.text, self.lead, self.character_weight) < 0 or self.title + self.text + self.lead == 0:
            raise ModelError(say("features.weights"))

    @property
    def blocks(self) -> tuple[tuple[Field, Analyser, float], ...]:
        """The blocks with their weights, in their fixed order (title, text, lead; words, characters)."""
        blocks: list[tuple[Field, Analyser, float]] = []
        for name in FIELDS:
            weight = float(getattr(self, name))
            if weight and self.words:
                blocks.append((name, "words", weight))
            if weight and self.characters and self.character_weight:
                blocks.append((name, "characters", weight * self.character_weight))
        return tuple(blocks)

    @property
    def groups(self) -> int:
        """How many rows of weights a feature has: 1 when the fields share it, else 2 (title; text and lead)."""
        return 1 if self.shared else 2

    def group(self, name: Field) -> int:
        return 0 if self.shared or name == "title" else 1

    def record(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> FeatureSpec:
        known = {f.name: f.type for f in fields(cls)}
        if unknown := set(record) - set(known):
            raise ModelError(say("features.unknown", option=sorted(unknown)[0]))
        return cls(**plain_values(cls, record, "features"))


def word_ngrams(tokens: list[str], n: int, table: NDArray[np.uint8]) -> Iterator[str]:
    """Words, and for n = 2 pairs of neighbouring words as ``a b``; punctuation stands between neighbours."""
    before = ""
    for token in tokens:
        if not is_word(token, table):
            before = ""
            continue
        yield token
        if before and n >= 2:
            yield f"{before} {token}"
        before = token


def character_ngrams(normalised: str, n: int, table: NDArray[np.uint8]) -> Iterator[str]:
    """Character 1- to n-grams inside runs of word characters."""
    run: list[str] = []
    for character in normalised:
        if not is_word(character, table):
            run.clear()
            continue
        run.append(character)
        for size in range(1, min(n, len(run)) + 1):
            yield "".join(run[-size:])


Cut = Callable[[str], list[str]]


@dataclass(frozen=True)
class PlainCounter:
    """Counts an article's features with jieba and Python objects: the reference for the kernel.

    ``cut`` gives the words of a normalised text (``jieba.lcut`` or its equal).
    """

    spec: FeatureSpec
    cut: Cut
    is_word: NDArray[np.uint8]

    def __call__(self, title: str, text: str) -> dict[Block, Counter[str]]:
        """Counts by block, from a normalised title and body."""
        spec = self.spec
        counts: dict[Block, Counter[str]] = {}
        for name, analyser, _ in spec.blocks:
            source = title if name == "title" else text
            if analyser == "words":
                tokens = self.cut(source)
                if name == "lead":
                    starts = accumulate(map(len, tokens), initial=0)
                    tokens = [word for word, at in zip(tokens, starts, strict=False) if at < spec.lead_characters]
                counts[name, analyser] = Counter(word_ngrams(tokens, spec.words, self.is_word))
            else:
                if name == "lead":
                    source = source[: spec.lead_characters]
                counts[name, analyser] = Counter(character_ngrams(source, spec.characters, self.is_word))
        return counts


@dataclass(frozen=True, slots=True)
class BlockValues:
    """The features of one block that a model knows: their strings, counts, rows of the idf (int64) and values."""

    block: Block
    features: tuple[str, ...]
    counts: tuple[int, ...]
    rows: NDArray[np.int64]
    values: NDArray[np.float64]


def weigh(
    spec: FeatureSpec,
    counts: Mapping[Block, Mapping[str, int]],
    find: Mapping[Analyser, Callable[[str], int]],
    words: int,
    idf: NDArray[np.float32],
) -> list[BlockValues]:
    """An article's counts → its tf-idf values as FeatureSpec defines them, block by block: the formula one reads.

    The compiled engine has it again for speed (engine/scoring/article_scores.py), and training for whole
    matrices (engine/counting); tests hold them against scikit-learn's own.

    Parameters
    ----------
    counts
        Of each block, how often each feature stands in the article.
    find
        For words and for character n-grams: the feature's number, -1 where the model does not know it.
    words
        How many word features there are; character n-grams are numbered after them.
    idf
        float32[V], words before character n-grams.
    """
    blocks: list[BlockValues] = []
    squares = 0.0
    for name, analyser, weight in spec.blocks:
        known = [(f, n, row) for f, n in counts[name, analyser].items() if (row := find[analyser](f)) >= 0]
        if not known:
            continue
        features, numbers, places = zip(*known, strict=True)
        rows = np.array(places, np.int64) + (0 if analyser == "words" else words)
        count = np.array(numbers, np.float64)
        values = (1.0 + np.log(count) if spec.sublinear else count) * idf[rows].astype(np.float64)
        length = float(np.sqrt(values @ values))
        if length:
            squares += weight * weight
            blocks.append(BlockValues((name, analyser), features, numbers, rows, values * (weight / length)))
    return [replace(block, values=block.values / squares**0.5) for block in blocks]
