"""Features kept from one run to the next are those that counting anew would give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifier.engine.counting.counting import FeatureCounts, count_features
from classifier.engine.words.dictionary import Dictionary
from classifier.model.features import FeatureSpec
from tests.kernel.articles import WRITTEN, columns, strange_articles
from training.fitting.feature_cache import FEWEST, MOST_PIECES, counted

ARTICLES = [*WRITTEN, *strange_articles(200, 3 * FEWEST)]
SPEC = FeatureSpec(words=2, characters=2)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that holds the tables only."""
    from classifier.engine.words.cache import cache_folder

    folder = tmp_path / "cache"
    folder.mkdir()
    for path in [*cache_folder().glob("words-*"), *cache_folder().glob("compiled-*")]:
        (folder / path.name).symlink_to(path)
    monkeypatch.setenv("LANMU_CACHE", str(folder))
    return folder


def pieces(cache: Path) -> list[Path]:
    return sorted(cache.glob("features-*.safetensors"))


def assert_same(found: FeatureCounts, expected: FeatureCounts) -> None:
    assert list(found.words) == list(expected.words) and list(found.characters) == list(expected.characters)
    assert np.array_equal(found.word_articles, expected.word_articles)
    assert np.array_equal(found.character_articles, expected.character_articles)
    assert list(found.blocks) == list(expected.blocks)
    for name, block in expected.blocks.items():
        mine = found.blocks[name]
        assert mine.shape == block.shape and mine.dtype == block.dtype
        for part in ("data", "indices", "indptr"):
            assert np.array_equal(getattr(mine, part), getattr(block, part)), (name, part)
    assert np.array_equal(found.tf_idf(found.idf()).toarray(), expected.tf_idf(expected.idf()).toarray())


def test_the_same_as_counting_anew_whatever_was_seen(cache: Path) -> None:
    n = FEWEST
    first = counted(SPEC, *columns(ARTICLES[:n]))
    assert len(pieces(cache)) == 1
    assert_same(first, count_features(SPEC, *columns(ARTICLES[:n])))
    for some in (
        ARTICLES[:n],
        ARTICLES[: n + 20],
        ARTICLES[: n + 40][::-1],
        ARTICLES[10 : n + 200],
        ARTICLES[:n] * 2 + ARTICLES[-20:] * 2,
    ):
        assert_same(counted(SPEC, *columns(some)), count_features(SPEC, *columns(some)))
    before = pieces(cache)
    counted(SPEC, *columns(ARTICLES[: n + 200]))
    assert pieces(cache) == before


def test_other_features_and_words_are_kept_apart(cache: Path) -> None:
    some = columns(ARTICLES[:FEWEST])
    dictionary = Dictionary((("晚熟棉田", 900), ("采棉", 0)))
    for _ in range(2):
        for spec in (SPEC, FeatureSpec(), FeatureSpec(words=2, characters=2, lead_characters=5)):
            assert_same(counted(spec, *some), count_features(spec, *some))
        assert_same(counted(SPEC, *some, dictionary=dictionary), count_features(SPEC, *some, dictionary=dictionary))
    assert len(pieces(cache)) == 4


def test_field_weights_do_not_matter_to_counts(cache: Path) -> None:
    some = columns(ARTICLES[:FEWEST])
    counted(FeatureSpec(title=0.5), *some)
    assert_same(counted(FeatureSpec(title=2.0), *some), count_features(FeatureSpec(title=2.0), *some))
    assert len(pieces(cache)) == 1


def test_many_small_runs_end_in_one_piece(cache: Path) -> None:
    for i in range(MOST_PIECES + 2):
        some = columns(ARTICLES[: FEWEST + 10 * i])
        assert_same(counted(SPEC, *some), count_features(SPEC, *some))
    assert len(pieces(cache)) <= 2


def test_a_damaged_piece_is_counted_again(cache: Path) -> None:
    some = columns(ARTICLES[:FEWEST])
    counted(SPEC, *some)
    path = pieces(cache)[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert_same(counted(SPEC, *some), count_features(SPEC, *some))
    assert_same(counted(SPEC, *some), count_features(SPEC, *some))


def test_bounded(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANMU_FEATURES_MB", "1")
    for start in range(0, 2 * FEWEST, 40):
        some = columns(ARTICLES[start : start + FEWEST])
        assert_same(counted(SPEC, *some), count_features(SPEC, *some))
        assert sum(path.stat().st_size for path in pieces(cache)) < 2_000_000
    monkeypatch.setenv("LANMU_FEATURES_MB", "0")
    for path in pieces(cache):
        path.unlink()
    assert_same(counted(SPEC, *some), count_features(SPEC, *some))
    assert not pieces(cache)


def test_few_articles_are_not_kept(cache: Path) -> None:
    some = columns(ARTICLES[: FEWEST - 1])
    assert_same(counted(SPEC, *some), count_features(SPEC, *some))
    assert not pieces(cache)


def test_without_a_folder_to_write_to(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    some = columns(ARTICLES[:FEWEST])
    expected = count_features(SPEC, *some)
    (tmp_path / "file").write_text("here is a file")
    monkeypatch.setenv("LANMU_CACHE", str(tmp_path / "file" / "cache"))
    assert_same(counted(SPEC, *some), expected)
