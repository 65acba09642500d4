"""News to measure with: the real news where its corpus is present, else the shipped labels' articles with changes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

Pair = tuple[str, str]
"""An article as (title, body)."""
_DIGITS = "0123456789"


@dataclass(frozen=True)
class News:
    """Articles, and in words where they come from."""

    source: str
    articles: tuple[Pair, ...]


def read_news(count: int, seed: int = 0) -> News:
    """``count`` articles in random order."""
    from training.labels.corpora import has_corpus, real_news

    if has_corpus():
        items = [(item["title"], item["text"]) for item in real_news()]
        source = f"real news ({len(items):,} items)"
    else:
        items = shipped_articles()
        source = f"the {len(items):,} articles of labels.csv, repeated with changes"
    random.Random(seed).shuffle(items)
    return News(source, tuple(islice(changed(items, seed), count)))


def shipped_articles() -> list[Pair]:
    """The articles of the shipped labels."""
    from classifier.files import find_shipped
    from training.labels.file import usable_labels

    return [(label.title, label.text) for label in usable_labels(find_shipped("labels.csv")) if label.text]


def labelled_news() -> list[tuple[str, Pair]]:
    """(category, article) of the labels the shipped model learned from, as far as their texts are here."""
    from classifier.files import find_shipped
    from training.labels.corpora import has_corpus, real_examples, real_labels
    from training.labels.file import examples_of, usable_labels

    examples = examples_of([label for label in usable_labels(find_shipped("labels.csv")) if label.text])
    if has_corpus():
        examples = examples + real_examples(real_labels())
    return [
        (category, (title, text))
        for category, title, text in zip(examples.categories, examples.titles, examples.texts, strict=True)
    ]


def changed(items: list[Pair], seed: int = 0) -> Iterator[Pair]:
    """The articles as they are, then again and again with sentences and digits in another order, without end."""
    yield from items
    chance = random.Random(seed)
    while True:
        for title, text in items:
            sentences = text.split("。")
            chance.shuffle(sentences)
            digits = list(_DIGITS)
            chance.shuffle(digits)
            table = str.maketrans(_DIGITS, "".join(digits))
            yield title.translate(table), "。".join(sentences).translate(table)


def headlines(news: News, count: int, characters: int = 20) -> list[Pair]:
    """Titles of ``characters`` characters and no body, cut from titles and beginnings."""
    found = ((f"{title}{text}".replace("\n", "")[:characters], "") for title, text in news.articles)
    return [pair for pair in found if len(pair[0]) == characters][:count]


def articles(news: News, count: int, characters: int = 500) -> list[Pair]:
    """Articles whose title and body have about ``characters`` characters (0.8 to 1.25 times)."""
    lengths = range(int(0.8 * characters), int(1.25 * characters))
    return [(title, text) for title, text in news.articles if len(title) + len(text) in lengths][:count]


def long_texts(news: News, count: int, characters: int = 50_000) -> list[Pair]:
    """Bodies put together from articles to ``characters`` characters each."""
    found: list[Pair] = []
    pieces: list[str] = []
    size = 0
    for title, text in changed(list(news.articles)):
        pieces.append(text)
        size += len(text) + 1
        if size >= characters:
            found.append((title, "\n".join(pieces)[:characters]))
            pieces, size = [], 0
            if len(found) == count:
                break
    return found
