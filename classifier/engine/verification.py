"""Whether the engines give the same: the compiled kernel and the walk against jieba and plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

from classifier.columns import TextColumn
from classifier.errors import ModelError
from classifier.files import shipped

if TYPE_CHECKING:
    from classifier.model.files import StoredModel

TOLERANCE = 1e-9
WALKED = 50


def verified(stored: StoredModel, count: int = 300, seed: int = 0) -> Iterator[str]:
    """Score ``count`` made-up texts and the sample page by every engine; yields a line a comparison.

    Raises ModelError where scores differ by more than TOLERANCE.
    """
    import numpy as np

    from classifier.engine import KernelScorer
    from classifier.engine.plain import PlainScorer
    from classifier.engine.scoring.walk import WalkScorer

    weights = stored.weights
    texts = [*_sample(), *made_up_texts(list(_some_words(stored)), count, seed)]
    titles = TextColumn.from_strings([text[:20] for text in texts])
    bodies = TextColumn.from_strings(texts)
    plain = PlainScorer(weights).score(titles, bodies)
    for name, scorer, n in (
        ("kernel", KernelScorer(weights), len(texts)),
        ("walk", WalkScorer(weights), min(WALKED, len(texts))),
    ):
        found = scorer.score(titles.slice(0, n), bodies.slice(0, n))
        difference = float(np.abs(found.scores - plain.scores[:n]).max(initial=0.0))
        same = np.allclose(found.familiarity, plain.familiarity[:n], rtol=1e-9)
        if difference > TOLERANCE or not same:
            raise ModelError(
                f"{stored.path}: the {name} engine differs from the plain one by {difference:.2g}; "
                "use --engine plain and report it"
            )
        yield f"{name} = plain on {n} texts: largest difference of a score {difference:.1e}"


def made_up_texts(words: list[str], count: int, seed: int = 0) -> Iterator[str]:
    """Texts of known words mixed with rare Han, Latin, digits, punctuation and odd characters."""
    chance = random.Random(seed)
    odd = [
        "\u3000",
        "\n\n",
        "Ａ１",
        "3.14%",
        "hello",
        "——",
        "\U0001f600",
        "\U00020bb7",
        "\ufffd",
        "\u200b",
        "龘",
        "體",
        "。",
        ",",
    ]
    for _ in range(count):
        pieces = chance.choices(words, k=chance.randint(0, 60)) + chance.choices(odd, k=chance.randint(0, 12))
        pieces += [chr(chance.randint(0x4E00, 0x9FFF)) for _ in range(chance.randint(0, 20))]
        chance.shuffle(pieces)
        yield "".join(pieces)


def _some_words(stored: StoredModel) -> Iterator[str]:
    table = stored.weights.words if len(stored.weights.words) else stored.weights.characters
    step = max(1, len(table) // 2000)
    for i in range(0, len(table), step):
        yield table[i].replace(" ", "")


def _sample() -> list[str]:
    path = shipped("samples") / "page.md"
    return path.read_text("utf-8").split("\n# ") if path.exists() else []
