"""The same words as jieba's, from compiled code and from plain Python."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.columns import TextColumn
from classifier.engine.words.dictionary import Dictionary
from classifier.engine.words.jieba_tables import segmentation_tables
from classifier.engine.words.python_cutting import PythonCutter
from classifier.text import character_table, normalise
from tests.examples import ALL, examples
from tests.reference.plain import jieba_tokenizer
from tests.segmentation.compiled_words import cut, cut_column
from tests.segmentation.strange_texts import LATIN, MARKS, SENTENCES, strange_texts

CORPUS = Path(os.environ.get("LANMU_CORPUS", Path(__file__).parents[3] / "shared" / "data"))

OWN_WORDS = Dictionary(
    (
        ("小明硕士", 5), ("网易杭研", 30), ("京都大学深造", 10**6), ("中国人民", 0), ("的一", 0), ("冲乎尔", 0),
        ("阿依古丽", 300), ("古丽", 0), ("v2.0", 7), ("a.b%", 4), ("C#", 12), ("卡拉OK", 0), ("有 空格", 9),
        ("😀好", 8),
        ("欧阳建国", 3), ("欧阳建国", 0),
    )
)  # fmt: skip


@cache
def reference_parts(dictionary: Dictionary) -> tuple[Any, frozenset[str]]:
    """jieba with the dictionary's entries, and the words these made its HMM split ."""
    from jieba import finalseg

    before = set(finalseg.Force_Split_Words)
    tokenizer = jieba_tokenizer(dictionary.entries)
    split = frozenset(finalseg.Force_Split_Words - before)
    finalseg.Force_Split_Words.intersection_update(before)
    return tokenizer, split


@contextmanager
def reference(dictionary: Dictionary) -> Iterator[Any]:
    """jieba itself with the dictionary's entries, its global list of words to split put back afterwards."""
    from jieba import finalseg

    tokenizer, split = reference_parts(dictionary)
    before = set(finalseg.Force_Split_Words)
    finalseg.Force_Split_Words.update(split)
    try:
        yield tokenizer
    finally:
        finalseg.Force_Split_Words.intersection_update(before)


def assert_same(texts: Iterable[str], dictionary: Dictionary, hmm: bool, plain: bool = True) -> None:
    """Compare jieba, the compiled code and plain Python on every text."""
    texts = list(texts)
    column = TextColumn.from_strings(texts)
    ends, offsets = cut_column(column, dictionary=dictionary, hmm=hmm)
    python_cutter = PythonCutter(segmentation_tables(dictionary.entries), hmm)
    with reference(dictionary) as jieba:
        for i, text in enumerate(texts):
            expected = jieba.lcut(text, HMM=hmm)
            stops = ends[offsets[i] : offsets[i + 1]].tolist()
            words = [text[start:stop] for start, stop in zip([0, *stops], stops, strict=False)]
            assert words == expected, repr(text)
            if plain:
                assert python_cutter(text) == expected, repr(text)


@pytest.mark.thorough
@pytest.mark.parametrize("hmm", [True, False], ids=["hmm", "no hmm"])
@pytest.mark.parametrize("dictionary", [Dictionary(), OWN_WORDS], ids=["jieba's", "with own words"])
def test_words_of_strange_texts(dictionary: Dictionary, hmm: bool) -> None:
    assert_same(strange_texts(20_000 + hmm, 1_500 if ALL else 300), dictionary, hmm)


@pytest.mark.parametrize("dictionary", [Dictionary(), OWN_WORDS], ids=["jieba's", "with own words"])
@examples(200, 2_000)
@given(
    pieces=st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=()), max_size=6),
            st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5), max_size=12),
            st.text(st.sampled_from(MARKS + "aZ09.%的一国人"), max_size=8),
            st.sampled_from([*LATIN, *SENTENCES, *(word for word, _ in OWN_WORDS.entries)]),
        ),
        max_size=6,
    ),
    hmm=st.booleans(),
)
def test_words_of_any_text(dictionary: Dictionary, pieces: list[str], hmm: bool) -> None:
    assert_same(["".join(pieces)], dictionary, hmm)


def test_no_words_in_no_text() -> None:
    assert cut("") == []
    ends, offsets = cut_column(TextColumn.from_strings([]))
    assert len(ends) == 0 and offsets.tolist() == [0]


def test_words_of_text_that_is_no_utf8() -> None:
    """Damaged bytes neither end the process nor shift the texts after them."""
    import numpy as np

    damaged = [b"\xe4\xb8", b"\xff\xfe\xf8", b"\xc3", b"\xf0\x9f\x98", b"\x80\x80", "好".encode() + b"\xe5", b""]
    data = b"".join(damaged) + "今天下雨".encode()
    lengths = [*map(len, damaged), 12]
    column = TextColumn(np.frombuffer(data, np.uint8), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
    ends, offsets = cut_column(column)
    assert ends[offsets[-2] : offsets[-1]].tolist() == [2, 4]
    assert offsets[-3] == offsets[-2]


def test_normalised_first_when_asked() -> None:
    table = character_table()
    texts = [
        "ＡＢＣ　ｄｅｆ",
        "中華\n人民\n\n共和國",
        " 前后 ",
        "零\u200b宽",
        "第一行\nsecond line\n第三行",
        *strange_texts(3, 400),
    ]
    texts = [text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass") for text in texts]
    ends, offsets = cut_column(TextColumn.from_strings(texts), fold=table.fold)
    for i, text in enumerate(texts):
        normal = normalise(text, table.fold)
        stops = ends[offsets[i] : offsets[i + 1]].tolist()
        assert [normal[a:b] for a, b in zip([0, *stops], stops, strict=False)] == cut(normal), repr(text)


def corpus_texts() -> Iterator[str]:
    for name in ("xwlb-2022-2025.jsonl.xz", "fudan10-train.jsonl.xz"):
        path = CORPUS / name
        if not path.exists():
            pytest.skip(f"{path} is not there")
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                article = json.loads(line)
                yield article.get("title", "")
                yield article["text"]


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("hmm", [True, False], ids=["hmm", "no hmm"])
def test_words_of_whole_corpora(hmm: bool) -> None:
    texts = corpus_texts()
    while batch := list(islice(texts, 2000)):
        assert_same(batch, Dictionary(), hmm, plain=False)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("hmm", [True, False], ids=["hmm", "no hmm"])
@pytest.mark.parametrize("dictionary", [Dictionary(), OWN_WORDS], ids=["jieba's", "with own words"])
def test_words_of_very_many_strange_texts(dictionary: Dictionary, hmm: bool) -> None:
    assert_same(strange_texts(31 + hmm, 60_000), dictionary, hmm, plain=False)
