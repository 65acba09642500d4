"""How well pages are read: unmarked changes of story, torn lines, and whole pages made of real news.

``python -m benchmarks.page_reading`` measures; ``python -m benchmarks.page_reading fit`` writes the
tables of character pairs that reading ships and prints the weights for ``topics.py``.  The news is
``xwlb-2022-2025.jsonl.xz`` in LANMU_CORPUS (default ``../shared/data``): tables and weights come
from before 2025-07, figures from after.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import os
import random
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.made_pages import found_stories, is_one_story, make_page, torn
from classifier.reading.page import joining, topics
from classifier.reading.page.page import read_page
from classifier.reading.page.topics import MIN_SIDE_CHARS, pairs_of, sign_values, story_changes
from classifier.reading.reading_options import Scorer

CORPUS = Path(os.environ.get("LANMU_CORPUS", "../shared/data")) / "xwlb-2022-2025.jsonl.xz"
COMMON_PAIRS = Path(topics.__file__).with_name("common_pairs.txt")
WORD_PAIRS = Path(topics.__file__).with_name("word_pairs.txt")
COMMON = 1_500
WORD_PAIR_COUNT, WORD_PAIR_BOND = 40, 2.0
TABLES_UNTIL, TEST_FROM = "20250101", "20250701"
MADE_BY = "Made by benchmarks/page_reading.py fit"


@dataclass(frozen=True)
class Item:
    date: str
    title: str
    paragraphs: list[str]

    @property
    def chars(self) -> int:
        return sum(map(len, self.paragraphs))


def read_items() -> list[Item]:
    with lzma.open(CORPUS, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    briefs = re.compile("快讯|联播|简讯|预告|提要")
    return [
        Item(r["date"], " ".join(r["title"].split()), [p.strip() for p in r["text"].split("\n") if p.strip()])
        for r in rows
        if not briefs.search(r["title"])
    ]


def stories_between(items: list[Item], start: str, stop: str = "9") -> list[list[str]]:
    return [
        item.paragraphs
        for item in items
        if start <= item.date < stop and len(item.paragraphs) >= 3 and item.chars > 2 * MIN_SIDE_CHARS
    ]


def run_together(stories: list[list[str]], seed: int) -> list[tuple[list[str], int]]:
    """Each story with one of about the same days after it, and where that starts."""
    rng = random.Random(seed)
    pairs = []
    for i, story in enumerate(stories):
        j = rng.choice([k for k in range(max(0, i - 60), min(len(stories), i + 60)) if k != i])
        pairs.append((story + stories[j], len(story)))
    return pairs


def write_tables(items: list[Item]) -> None:
    """Common pairs with minus the log of the share of paragraphs that use them; pairs inside words."""
    in_paragraphs: Counter[str] = Counter()
    singles: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    n = 0
    for item in items:
        if item.date >= TABLES_UNTIL:
            continue
        for paragraph in item.paragraphs:
            for run in re.findall("[\u4e00-\u9fff]+", paragraph):
                singles.update(run)
                pairs.update(a + b for a, b in pairwise(run))
            if len(paragraph) > 30:
                in_paragraphs.update(pairs_of(paragraph))
                n += 1
    common = in_paragraphs.most_common(COMMON)
    rows: dict[str, list[str]] = {}
    for pair, count in common:
        rows.setdefault(f"{math.log(n / count):.1f}", []).append(pair)
    lines = [f"# Weights of common pairs of characters in news; * is any other. {MADE_BY}"]
    lines.append(f"{math.log(n / common[-1][1]):.1f}\t*")
    lines += [f"{value}\t{''.join(sorted(own))}" for value, own in sorted(rows.items(), key=lambda x: float(x[0]))]
    COMMON_PAIRS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    total = sum(singles.values())
    follow: dict[str, list[str]] = {}
    for pair, count in sorted(pairs.items()):
        bond = math.log(count * total / (singles[pair[0]] * singles[pair[1]]))
        if count >= WORD_PAIR_COUNT and bond > WORD_PAIR_BOND:
            follow.setdefault(pair[0], []).append(pair[1])
    lines = [f"# A character, then those that follow it inside words. {MADE_BY}"]
    lines += [first + "".join(seconds) for first, seconds in sorted(follow.items())]
    WORD_PAIRS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    topics._common_pairs.cache_clear()
    joining.word_pairs.cache_clear()


def signs(paragraphs: list[str]) -> list[tuple[int, list[float]]]:
    pairs = [pairs_of(p) for p in paragraphs]
    found = topics._signs(paragraphs, pairs, 0, len(paragraphs), frozenset())
    return [(k, [*sign_values(s), float(bool(topics._LEAD.match(paragraphs[k])))]) for k, s in found]


def fit(items: list[Item]) -> None:
    from sklearn.linear_model import LogisticRegression

    write_tables(items)
    stories = stories_between(items, TABLES_UNTIL, TEST_FROM)
    rows, changed = [], []
    for story in stories:
        for _, values in signs(story):
            rows.append(values)
            changed.append(0)
    for paragraphs, at in run_together(stories, 1):
        for k, values in signs(paragraphs):
            if k == at:
                rows.append(values)
                changed.append(1)
    model = LogisticRegression(C=10, max_iter=2_000).fit(rows, changed)
    names = ("shared_of_smaller", "shared_of_both", "smaller_side", "larger_side", "neighbours", "lead")
    print(f"bias = {model.intercept_[0]:.2f}")
    for name, weight in zip(names, model.coef_[0], strict=True):
        print(f"{name} = {weight:.2f}")


def measure_changes(items: list[Item], scorer: Scorer | None = None) -> None:
    stories = stories_between(items, TEST_FROM)
    together = run_together(stories, 2)
    how = "with the classifier's view" if scorer else "by shared words alone"
    print(f"\nUnmarked changes {how}: {len(stories)} stories from {TEST_FROM} on, and as many pairs run together")
    print("threshold  stories cut  changes found  in a wrong place")
    for threshold in (1.0, 2.0, 2.5, 3.0, 3.5, 4.0):
        cut = sum(bool(story_changes(story, scorer=scorer, threshold=threshold)) for story in stories)
        found = wrong = 0
        for paragraphs, at in together:
            indexes = [change.index for change in story_changes(paragraphs, scorer=scorer, threshold=threshold)]
            found += at in indexes
            wrong += any(index != at for index in indexes)
        n = len(stories)
        print(f"{threshold:9.1f}  {cut / n:11.2%}  {found / n:13.1%}  {wrong / n:16.2%}")


def measure_pages(items: list[Item], stories_a_page: int = 6) -> None:
    """Pages of six stories: most with a headline, some with a byline only; paragraphs torn."""
    rng = random.Random(5)
    items = [item for item in items if item.date >= TEST_FROM and item.chars > MIN_SIDE_CHARS]
    rng.shuffle(items)
    pages = right = whole = paragraphs = wrong_starts = 0
    for at in range(0, len(items) - stories_a_page, stories_a_page):
        source: list[str] = []
        starts: list[str] = []
        wanted: list[str] = []
        for item in items[at : at + stories_a_page]:
            if not source or rng.random() < 0.8:
                source.append(f"# {item.title}")
            own = ["本报讯(记者 张宁 李明)" + item.paragraphs[0], *item.paragraphs[1:]]
            starts.append(own[0][:30])
            wanted += own
            source += [piece for paragraph in own for piece in torn(paragraph, rng)]
        reading = read_page("\n\n".join(source))
        pages += 1
        found = [a.text.split("\n")[0][:30] for a in reading.articles]
        right += found == starts
        wrong_starts += len(set(found) - set(starts))
        got = {p for a in reading.articles for p in a.text.split("\n")}
        whole += sum(p in got for p in wanted)
        paragraphs += len(wanted)
    print(f"\nPages: {pages} of {stories_a_page} stories each, a fifth of the stories without a headline")
    print(f"pages with exactly the right articles  {right / pages:.1%}")
    print(f"articles started in a wrong place      {wrong_starts} of {pages * stories_a_page}")
    print(f"paragraphs put together exactly        {whole / paragraphs:.2%} of {paragraphs}")


def measure_made_pages(items: list[Item]) -> None:
    """Pages of four to eight stories with bylines of many forms, a third of them damaged."""
    rng = random.Random(11)
    news = [
        (item.title, item.paragraphs)
        for item in items
        if item.date >= TEST_FROM and item.chars > 2 * MIN_SIDE_CHARS and is_one_story(item.paragraphs)
    ]
    rng.shuffle(news)
    pages = right = found = made = read = 0
    while len(news) >= 8:
        own = [news.pop() for _ in range(rng.randint(4, 8))]
        page = make_page(own, rng)
        reading = read_page(page.source)
        here = found_stories(page, reading)
        pages, found, made, read = pages + 1, found + here, made + len(own), read + len(reading.articles)
        right += here == len(own) == len(reading.articles)
    f1 = 2 * found / (read + made)
    print(f"\nMade pages: {pages} with {made} stories, bylines of all forms, 35 % damaged, columns, captions")
    print(f"articles found       precision {found / read:.4f}  recall {found / made:.4f}  F1 {f1:.4f}")
    print(f"pages exactly right  {right / pages:.1%}")


def measure_single_stories(items: list[Item]) -> None:
    """Each item as a page of one story: what cuts it is wrong, but where an item is itself a round-up."""
    by_words = by_marks = 0
    for item in items:
        articles = read_page("\n\n".join([f"# {item.title}", *item.paragraphs])).articles
        cuts = [any(told.startswith("unmarked_") for told in a.uncertain) for a in articles[1:]]
        by_words, by_marks = by_words + any(cuts), by_marks + (not all(cuts))
    print(f"\nItems read as pages of one story each: {len(items)}")
    print(f"cut where the words change              {by_words}")
    print(f"cut by a line taken for a byline, headline or signature  {by_marks}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("measure", "fit"), default="measure")
    parser.add_argument("--model", type=Path, help="a model's folder: measure with its view of each paragraph too")
    args = parser.parse_args()
    items = read_items()
    if args.what == "fit":
        fit(items)
    measure_changes(items)
    if args.model:
        from classifier.model.topic_model import TopicModel

        measure_changes(items, TopicModel.load(args.model).probabilities)
    measure_pages(items)
    measure_made_pages(items)
    measure_single_stories([item for item in items if item.paragraphs])


if __name__ == "__main__":
    main()
