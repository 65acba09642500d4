"""Background: how often words are used in news at large, as figures; the texts stay where they are.

``python -m training.vectors.background`` counts them anew where the corpus is present.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.columns import StringTable, TextColumn
from classifier.engine.counting.counting import count_features
from classifier.model.features import FeatureSpec
from classifier.model.tensors import read_tensors, write_tensors
from training.labels.corpora import HOLDOUT_FROM, real_news

PATH = Path(__file__).with_name("background.safetensors")
FEWEST_ARTICLES = 4


@dataclass(frozen=True)
class Background:
    """Figures of ``articles`` articles: ``words`` with the articles each is in (int32) and its uses (int32).

    ``uses_of_all`` counts the uses of all words, the rare ones too.
    """

    words: StringTable
    word_articles: NDArray[np.int32]
    uses: NDArray[np.int32]
    articles: int
    uses_of_all: int

    def surprise(self, words: StringTable) -> tuple[NDArray[np.float32], float]:
        """−ln of each word's share of all uses (add-half smoothed), and that of an unknown word.

        Pairs of words get 0: familiarity counts single words.
        """
        unknown = -float(np.log(0.5 / (self.uses_of_all + 1)))
        place = np.fromiter((-2 if " " in word else self._index.get(word, -1) for word in words), np.int64, len(words))
        uses = np.where(place >= 0, self.uses[np.maximum(place, 0)], 0)
        values = -np.log((uses + 0.5) / (self.uses_of_all + 1))
        return np.where(place == -2, 0.0, values).astype(np.float32), unknown

    @cached_property
    def _index(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}


@cache
def read_background() -> Background:
    """The figures that ship with the package."""
    tensors = read_tensors(PATH)
    articles, uses = tensors["totals"].tolist()
    return Background(
        StringTable(tensors["words.blob"], tensors["words.offsets"].astype(np.int64)),
        tensors["articles"],
        tensors["uses"],
        articles,
        uses,
    )


def count_background(titles: list[str], texts: list[str]) -> Background:
    """Count the words of articles, those in at least FEWEST_ARTICLES of them."""
    spec = FeatureSpec(words=1)
    counts = count_features(spec, TextColumn.from_strings(titles), TextColumn.from_strings(texts))
    uses = np.asarray(sum(block.sum(0) for block in counts.blocks.values())).ravel().astype(np.int64)
    keep = counts.word_articles >= FEWEST_ARTICLES
    kept = counts.selected(keep)
    return Background(
        kept.words,
        kept.word_articles.astype(np.int32),
        uses[keep].astype(np.int32),
        len(texts),
        int(uses.sum()),
    )


def main() -> None:
    """Count the real news before the holdout and write the figures."""
    items = [item for item in real_news() if item["date"] < HOLDOUT_FROM]
    background = count_background([item["title"] for item in items], [item["text"] for item in items])
    write_tensors(
        PATH,
        {
            "words.blob": background.words.blob,
            "words.offsets": background.words.offsets.astype(np.int32),
            "articles": background.word_articles,
            "uses": background.uses,
            "totals": np.array([background.articles, background.uses_of_all], np.int64),
        },
    )
    size = PATH.stat().st_size / 1e6
    print(f"{len(background.words):,} words of {background.articles:,} articles → {PATH.name} ({size:.1f} MB)")


if __name__ == "__main__":
    main()
