from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.text import (
    CharacterTable,
    character_table,
    is_neutral,
    is_word,
    normalise,
    plain_ideographs,
    with_plain_ideographs,
)

TABLE = character_table()


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("行署召开常务会\n\n议,研究供水", "行署召开常务会议,研究供水"),
        ("會議強調,飲水安全", "会议强调,饮水安全"),
        ("２０２６年３月Ｇ７高速", "2026年3月g7高速"),
        ("冰雪节开幕　游客如潮", "冰雪节开幕 游客如潮"),
        ("see you\nagain", "see you again"),
        ("\ufeff棉\u200b花", "棉花"),
        (" \t\n ", ""),
        ("坏\ud800字", "坏\ufffd字"),
        ("县⼈⺠政府、⻄⻔⻓⻘路、⼯⼚⾏业、\uf9e8面", "县人民政府、西门长青路、工厂行业、里面"),
    ],
)
def test_normalise(written: str, normalised: str, table: CharacterTable) -> None:
    assert normalise(written, table.fold) == normalised


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("会议,\n 　\u200bＡ體"))))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text, TABLE.fold)
    assert normalise(once, TABLE.fold) == once
    assert "\n" not in once
    assert once == once.strip(" ")
    assert "  " not in once


@given(st.text(alphabet="北疆春早牧民转场abc123,。"), st.text(alphabet="北疆春早牧民转场abc123,。"))
def test_a_line_break_between_han_leaves_no_trace(before: str, after: str) -> None:
    broken = normalise(before + "\n\n" + after, TABLE.fold)
    assert broken.replace(" ", "") == normalise(before + after, TABLE.fold).replace(" ", "")


def test_words_and_numbers(table: CharacterTable) -> None:
    assert is_word("会议", table.is_word)
    assert is_word("3.5%", table.is_word)
    assert is_word("\U00020000", table.is_word)
    assert not is_word(",", table.is_word)
    assert not is_word("😀", table.is_word)
    assert is_neutral("3.5%")
    assert not is_neutral("3月")


def test_a_table_made_before_learns_the_radicals_and_nothing_else() -> None:
    old = TABLE.fold.copy()
    codes = [code for code in range(0x2E80, 0xFB00) if plain_ideographs(chr(code)) != chr(code)]
    old[codes] = codes
    mended = with_plain_ideographs(CharacterTable(old, TABLE.is_word))
    assert (mended.fold == TABLE.fold).all() and len(codes) > 700
    others = [code for code in range(65536) if code not in set(codes)]
    assert (mended.fold[others] == old[others]).all()


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("⼈⼤⺠⻓\uf9e8"))))
def test_plain_ideographs_keep_the_length(text: str) -> None:
    assert len(plain_ideographs(text)) == len(text)
    assert plain_ideographs(plain_ideographs(text)) == plain_ideographs(text)
