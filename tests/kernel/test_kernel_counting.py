"""Counting for training: the kernel's counts are PlainCounter's, feature by feature."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from classifier.columns import StringTable
from classifier.engine.counting.counting import FeatureCounts, count_features
from classifier.engine.words.dictionary import Dictionary
from classifier.model.features import Block, FeatureSpec, PlainCounter
from classifier.text import CharacterTable, normalise
from tests.kernel.articles import WRITTEN, columns, strange_articles
from tests.reference.plain import jieba_cut, string_index, tf_idf

ARTICLES = [*WRITTEN, *strange_articles(5, 150)]
SPECS = {
    "words": FeatureSpec(),
    "pairs, short lead": FeatureSpec(words=2, lead_characters=7),
    "characters": FeatureSpec(words=0, characters=3, shared=False),
    "both, no hmm": FeatureSpec(words=2, characters=2, hmm=False, lead=0.0),
    "no lead characters": FeatureSpec(words=1, characters=1, lead_characters=0),
    "titles": FeatureSpec(title=1.0, text=0.0, lead=0.0, words=2, characters=3),
}


def plain_counts(
    spec: FeatureSpec, table: CharacterTable, user_words: tuple[tuple[str, int], ...] = ()
) -> list[dict[Block, Counter[str]]]:
    counter = PlainCounter(spec, jieba_cut(spec.hmm, user_words), table.is_word)
    return [counter(normalise(title, table.fold), normalise(text, table.fold)) for title, text in ARTICLES]


def counted(counts: FeatureCounts, article: int, block: Block) -> Counter[str]:
    row = counts.blocks[block][article]
    names = list(counts.words if block[1] == "words" else counts.characters)
    return Counter({names[i]: int(n) for i, n in zip(row.indices.tolist(), row.data.tolist(), strict=True)})


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_counts_are_those_of_the_plain_counter(spec: FeatureSpec, table: CharacterTable) -> None:
    expected = plain_counts(spec, table)
    features = count_features(spec, *columns(ARTICLES), table=table)
    assert set(features.blocks) == {(name, analyser) for name, analyser, _ in spec.blocks}
    names = {"words": list(features.words), "characters": list(features.characters)}
    for block in features.blocks:
        dense = features.blocks[block].tolil()
        for i, counts in enumerate(expected):
            row = {names[block[1]][j]: n for j, n in zip(dense.rows[i], dense.data[i], strict=True)}
            assert row == dict(counts[block]), (block, ARTICLES[i])
    for kind, seen in (("words", features.word_articles), ("characters", features.character_articles)):
        in_articles = Counter(
            feature for counts in expected for feature in set().union(*(c for b, c in counts.items() if b[1] == kind))
        )
        assert dict(zip(names[kind], seen.tolist(), strict=True)) == dict(in_articles)


def test_features_are_sorted_by_their_bytes(table: CharacterTable) -> None:
    features = count_features(SPECS["both, no hmm"], *columns(ARTICLES), table=table)
    for strings in (list(features.words), list(features.characters)):
        assert [s.encode() for s in strings] == sorted(s.encode() for s in strings)


def test_user_words_are_counted_whole(table: CharacterTable) -> None:
    spec, entries = FeatureSpec(words=2), (("晚熟棉田", 900), ("采棉", 0))
    expected = plain_counts(spec, table, entries)
    features = count_features(spec, *columns(ARTICLES), table=table, dictionary=Dictionary(entries))
    i = ARTICLES.index(WRITTEN[12])
    assert counted(features, i, ("title", "words"))["晚熟棉田"] == 1
    assert counted(features, i, ("title", "words")) == expected[i]["title", "words"]


def test_rare_features_are_left_out(table: CharacterTable) -> None:
    every = count_features(SPECS["words"], *columns(ARTICLES), table=table)
    some = count_features(SPECS["words"], *columns(ARTICLES), table=table, min_articles=3)
    kept = [word for word, n in zip(every.words, every.word_articles.tolist(), strict=True) if n >= 3]
    assert list(some.words) == kept and 0 < len(kept) < len(every.words)
    assert counted(some, 0, ("text", "words")) == Counter(
        {word: n for word, n in counted(every, 0, ("text", "words")).items() if word in set(kept)}
    )


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_values_are_those_of_the_plain_formula(spec: FeatureSpec, table: CharacterTable) -> None:
    counts = count_features(spec, *columns(ARTICLES), table=table)
    idf = counts.idf()
    values = counts.tf_idf(idf)
    words, characters = string_index(counts.words), string_index(counts.characters, len(counts.words))
    for i, plain in enumerate(plain_counts(spec, table)[:40]):
        expected = np.zeros(values.shape[1])
        for (row, _), value in tf_idf(spec, plain, words, characters, idf).items():
            expected[row] += value
        np.testing.assert_allclose(values[i].toarray()[0], expected, atol=1e-12)


def test_counts_over_another_vocabulary(table: CharacterTable) -> None:
    counts = count_features(FeatureSpec(), *columns(WRITTEN), table=table)
    moved = counts.onto(StringTable.of(["冠军", "合作社", "没有人写过的词"]), counts.characters)
    i = 4
    assert counted(moved, i, ("text", "words")) == Counter({"冠军": 1})
    assert moved.word_articles[list(moved.words).index("没有人写过的词")] == 0


def test_nothing_to_count(table: CharacterTable) -> None:
    features = count_features(SPECS["both, no hmm"], *columns([]), table=table)
    assert len(features) == 0 and features.features == 0
    features = count_features(SPECS["both, no hmm"], *columns([("", ""), ("!?", "。")]), table=table)
    assert len(features) == 2 and features.features == 0
    assert features.tf_idf(features.idf()).shape == (2, 0)


def test_columns_of_different_length_are_refused(table: CharacterTable) -> None:
    titles, texts = columns(WRITTEN)
    with pytest.raises(ValueError, match="titles for"):
        count_features(FeatureSpec(), titles.slice(0, 2), texts, table=table)
