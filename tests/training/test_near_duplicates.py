"""Groups of near-duplicates are those of datasketch's index, whatever was sketched before."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from classifier.text import character_table, normalise
from tests.kernel.articles import WRITTEN, strange_articles
from training.fitting.feature_cache import FEWEST
from training.labels.near_duplicates import COMPARED, PERMUTATIONS, SEED, grouped, near_duplicate_groups, sketches
from training.labels.sketch_cache import KEPT_FILES

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
        for start in range(max(1, len(normal) - 4)):
            sketch.update(normal[start : start + 5].encode("utf-8", "replace"))
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


@pytest.mark.parametrize("similar", [0.3, 0.5, 0.8])
def test_groups_of_texts_are_the_librarys_to_the_number(similar: float) -> None:
    texts = [*reprinted(1, 150), *(text for _, text in strange_articles(7, 150)), "", " ", "好", *reprinted(2, 150)]
    expected, joined = groups_by_the_library(by_the_library(texts), similar)
    assert near_duplicate_groups(texts, similar).tolist() == expected.tolist()
    assert joined > 0 and len(np.unique(expected)) < len(texts)


def test_sketches_are_the_librarys() -> None:
    texts = [text for _, text in [*WRITTEN, *strange_articles(3, 300)]] + ["四个汉字", "五个汉字的", "long " * 900]
    made = np.array([sketch.hashvalues for sketch in by_the_library(texts)])
    assert np.array_equal(sketches(texts), made)


@settings(max_examples=60, deadline=None)
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
    expected, _ = groups_by_the_library(with_values(rows), similar)
    assert grouped(rows, similar).tolist() == expected.tolist()


def test_thousands_alike() -> None:
    texts = [STORY] * 3000 + [STORY[:-3]] * 500 + [text for _, text in WRITTEN if len(text) > 40]
    groups = near_duplicate_groups(texts)
    assert not groups[:3500].any() and (groups[3500:] >= 3500).all()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANMU_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def kept(cache: Path) -> list[Path]:
    return sorted(cache.glob("sketches-*.safetensors"))


def assert_right(texts: list[str]) -> None:
    assert near_duplicate_groups(texts).tolist() == grouped(sketches(texts)).tolist()


def test_kept_sketches_change_nothing(cache: Path) -> None:
    texts = reprinted(3, FEWEST + 60)
    for some in (texts[:FEWEST], texts[:FEWEST], texts, texts[::-1], texts[50:] + texts[50:]):
        assert_right(some)
        assert len(kept(cache)) == 1
    size = kept(cache)[0].stat().st_size
    assert_right(texts)
    assert kept(cache)[0].stat().st_size == size


def test_damage_is_noticed(cache: Path) -> None:
    texts = reprinted(4, FEWEST)
    assert_right(texts)
    path = kept(cache)[0]
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:-100] + bytes(100), b"", b"\xff" * 400):
        path.write_bytes(content)
        assert_right(texts)
        assert path.read_bytes() == whole


def test_kept_sketches_are_bounded(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANMU_FEATURES_MB", "1")
    written = [f"第{i}号大棚里的番茄卖了{i * 37 % 911}元，{STORY[i % 40 :]}" for i in range(900)]
    for start in range(0, 700, 100):
        assert_right(written[start : start + FEWEST])
    assert kept(cache)[0].stat().st_size <= 250_000
    monkeypatch.setenv("LANMU_FEATURES_MB", "0")
    for path in kept(cache):
        path.unlink()
    assert_right(written[:FEWEST])
    assert not kept(cache)


def test_few_files_are_kept(cache: Path) -> None:
    cache.mkdir()
    for i in range(5):
        (cache / f"sketches-{i:024}.safetensors").write_bytes(b"of another version")
    assert_right(reprinted(5, FEWEST))
    assert len(kept(cache)) == KEPT_FILES


def test_without_a_folder_to_write_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here is a file")
    monkeypatch.setenv("LANMU_CACHE", str(tmp_path / "file" / "cache"))
    assert_right(reprinted(6, FEWEST))
