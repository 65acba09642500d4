"""Sketches tell how alike texts are, and which belong together."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.columns import TextColumn
from classifier.kernel.sketching import MOST_IN_FULL, alike_groups, sketches
from classifier.text import CharacterTable, normalise
from tests.kernel.articles import WRITTEN, strange_articles

LONG = "".join(f"第{i}户人家在河湾村种了{i * 7 % 50}亩棉花,收了{i * 13 % 90}担;" for i in range(60))


def made(texts: list[str], table: CharacterTable) -> np.ndarray[tuple[int, int], np.dtype[np.uint32]]:
    return sketches(TextColumn.from_strings(texts), table, 64, 5, 2000)


def jaccard(one: str, other: str, table: CharacterTable) -> float:
    a, b = (
        {text[i : i + 5] for i in range(max(1, len(text) - 4))}
        for text in (normalise(t, table.fold)[:2000] for t in (one, other))
    )
    return len(a & b) / len(a | b)


def test_sketches_estimate_how_much_is_alike(table: CharacterTable) -> None:
    texts = [
        LONG,
        *(LONG[:k] + LONG[::-1][: len(LONG) - k] for k in range(100, len(LONG), 150)),
        LONG[300:],
        LONG[:900],
    ]
    found = made(texts, table)
    errors = [float((found[0] == found[i]).mean()) - jaccard(texts[0], text, table) for i, text in enumerate(texts)]
    assert max(map(abs, errors)) < 0.2 and abs(float(np.mean(errors))) < 0.05


def test_near_duplicates_share_a_group(table: CharacterTable) -> None:
    texts = [text for _, text in WRITTEN if len(text) > 30]
    n = len(texts)
    printed_again = [f"  {text[:20]}\n{text[20:-1]}!" for text in texts]
    groups = alike_groups(made(texts + printed_again, table), 0.5)
    assert groups.tolist() == [*range(n), *range(n)]


def test_what_is_written_otherwise_is_the_same_after_normalisation(table: CharacterTable) -> None:
    found = made(["決賽打滿四節,ＡＢＣ隊奪得冠軍", "决赛打满四节,abc队夺得冠军"], table)
    assert np.array_equal(found[0], found[1])


def test_only_the_beginning_is_compared(table: CharacterTable) -> None:
    head = (LONG * 3)[:2000]
    found = made([head + "一样的开头", head + "不一样的结尾" * 500], table)
    assert np.array_equal(found[0], found[1])


@pytest.mark.parametrize("short", ["", "好", "四个汉字", "\u3000\n"])
def test_short_texts_are_one_shingle(short: str, table: CharacterTable) -> None:
    groups = alike_groups(made([short, "别的一句话,和它没有关系", short], table), 0.5)
    assert groups.tolist() == [0, 1, 0]


def test_very_many_alike_take_linear_time(table: CharacterTable) -> None:
    others = [text for _, text in strange_articles(60, 200) if len(text) > 40]
    texts = [LONG] * (40 * MOST_IN_FULL) + others + [LONG[:-3]] * 300
    groups = alike_groups(made(texts, table), 0.5)
    n = 40 * MOST_IN_FULL
    assert not groups[:n].any() and not groups[-300:].any()
    assert (groups[n:-300] != 0).all()


def test_no_texts(table: CharacterTable) -> None:
    assert alike_groups(made([], table), 0.5).tolist() == []
