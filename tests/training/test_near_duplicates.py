"""Groups of near-duplicates are those of datasketch's index, whatever was sketched before."""

from __future__ import annotations

import random

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from classifier.text import character_table, normalise
from tests.examples import examples
from tests.kernel.articles import WRITTEN, strange_articles
from training.labels.near_duplicates import (
    COMPARED,
    PERMUTATIONS,
    SEED,
    near_duplicate_groups,
    number_groups,
    sketch_texts,
)

STORY = (
    "本报讯 3月5日，县医院组织医务人员到河湾村开展义诊，为两百多名群众量血压、测血糖，发放健康手册四百份。"
    "医生提醒，冬春交替要注意保暖，有基础病的老人要按时服药，出现胸闷及时就医。"
)


def by_the_library(texts: list[str]) -> list[MinHash]:
    fold = character_table().fold
    made = []
    for text in texts:
        normal = normalise(text, fold)[:COMPARED]
        sketch = MinHash(num_perm=PERMUTATIONS, seed=SEED)
        starts = range(max(1, len(normal) - 4))
        sketch.update_batch([normal[start : start + 5].encode("utf-8", "replace") for start in starts])
        made.append(sketch)
    return made


def groups_by_the_library(made: list[MinHash], similar: float) -> tuple[NDArray[np.int64], int]:
    """The groups, and how often a text joined groups that were apart."""
    index = MinHashLSH(threshold=similar, num_perm=PERMUTATIONS)
    parents = list(range(len(made)))
    joined = 0

    def root(i: int) -> int:
        while parents[i] != i:
            i = parents[i]
        return i

    for i, sketch in enumerate(made):
        alike = [other for other in index.query(sketch) if sketch.jaccard(made[other]) >= similar]
        joined += len({root(other) for other in alike}) > 1
        for other in alike:
            parents[root(i)] = root(other)
        index.insert(i, sketch)
    return np.array([root(i) for i in range(len(made))], np.int64), joined


def with_values(rows: NDArray[np.uint32]) -> list[MinHash]:
    made = [MinHash(num_perm=PERMUTATIONS, seed=SEED) for _ in rows]
    for sketch, row in zip(made, rows, strict=True):
        sketch.hashvalues = row.astype(sketch.hashvalues.dtype)
    return made


def reprinted(seed: int, count: int) -> list[str]:
    """Texts of a few stories, cut, joined and changed, so that some link others that are unlike."""
    chance = random.Random(seed)
    stories = [text for _, text in WRITTEN if len(text) > 40] + [STORY]
    texts: list[str] = []
    for _ in range(count):
        one, other = chance.sample(stories, 2)
        cut = chance.randrange(len(one))
        texts.append(
            chance.choice(
                (one, one[cut:], one[:cut], one[:cut] + other[: len(one) - cut], f"{one}{other}", one.replace("，", ""))
            )
        )
    return texts


@pytest.mark.parametrize(
    "similar", [pytest.param(0.3, marks=pytest.mark.slow), 0.5, pytest.param(0.8, marks=pytest.mark.slow)]
)
def test_groups_of_texts_are_the_librarys_to_the_number(similar: float) -> None:
    texts = [*reprinted(1, 90), *(text for _, text in strange_articles(7, 90)), "", " ", "好", *reprinted(2, 90)]
    expected, joined = groups_by_the_library(by_the_library(texts), similar)
    assert near_duplicate_groups(texts, similar).tolist() == expected.tolist()
    assert joined > 0 and len(np.unique(expected)) < len(texts)


def test_sketches_are_the_librarys() -> None:
    texts = [text for _, text in [*WRITTEN, *strange_articles(3, 300)]] + ["四个汉字", "五个汉字的", "long " * 900]
    made = np.array([sketch.hashvalues for sketch in by_the_library(texts)])
    assert np.array_equal([sketch.hashvalues for sketch in sketch_texts(texts)], made)


@examples(20, 60)
@given(
    seed=st.integers(0, 2**32),
    kinds=st.integers(1, 12),
    changed=st.floats(0.0, 0.6),
    n=st.integers(0, 120),
    similar=st.sampled_from([0.3, 0.5, 0.7]),
)
def test_groups_of_any_sketches(seed: int, kinds: int, changed: float, n: int, similar: float) -> None:
    """Sketches that are changed copies of a few: many share bands, and late ones join groups."""
    chance = np.random.default_rng(seed)
    base = chance.integers(0, 3, (kinds, PERMUTATIONS))
    rows = base[chance.integers(0, kinds, n)].reshape(n, PERMUTATIONS)
    rows = np.where(chance.random(rows.shape) < changed, chance.integers(0, 3, rows.shape), rows).astype(np.uint32)
    made = with_values(rows)
    expected, _ = groups_by_the_library(made, similar)
    assert number_groups(made, similar).tolist() == expected.tolist()


def test_thousands_alike() -> None:
    texts = [STORY] * 3000 + [STORY[:-3]] * 500 + [text for _, text in WRITTEN if len(text) > 40]
    groups = near_duplicate_groups(texts)
    assert not groups[:3500].any() and (groups[3500:] >= 3500).all()
