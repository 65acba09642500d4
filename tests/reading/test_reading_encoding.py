"""Encodings found by what the bytes say; a clear refusal where they say none."""

from __future__ import annotations

import os

import pytest

from classifier.errors import InputRefused, LanmuError
from classifier.reading import ReadingOptions, read_bytes
from classifier.reading.encoding import decode

SIMPLIFIED = "青石县举办冬季长跑\n\n3月1日,青石县举办冬季长跑活动,三百多名市民参加了比赛,气氛热烈。\n"
TRADITIONAL = "臺北市舉辦馬拉松比賽\n\n昨日，臺北市舉辦春季馬拉松，三萬名市民參加，氣氛熱烈，賽後還有音樂會。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_simplified(encoding: str) -> None:
    assert decode(SIMPLIFIED.encode(encoding), "a.txt").text == SIMPLIFIED


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "gb18030", "utf-16-be"])
def test_traditional(encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding), "a.txt").text == TRADITIONAL


def test_utf16_without_any_line_end() -> None:
    text = "学校举行了隆重的开学典礼，全体师生参加。"
    assert decode(text.encode("utf-16-le"), "a.txt").text == text
    assert decode(text.encode("utf-16-be"), "a.txt").text == text


def test_a_few_broken_bytes_are_let_through_and_said() -> None:
    data = (SIMPLIFIED * 20).encode("gb18030")
    data = data[:300] + b"\xff" + data[301:]
    [article] = read_bytes(data, "old.txt")
    assert article.uncertain == ("not_decoded?count=2",)
    cut = SIMPLIFIED.encode()[:-2]
    assert decode(cut, "cut.txt").broken == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        ("　　\n".encode(), "blanks"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "another kind of file \\(PNG"),
        (b"%PDF-1.7 ...", "PDF"),
        (bytes(range(256)) * 20, "unknown encoding"),
        (os.urandom(5_000), "unknown encoding|is no text|starts like"),
        ("été à la plage, voilà où déjà ça".encode("latin-1") * 20, "unknown encoding"),
    ],
)
def test_refused_by_name(data: bytes, says: str) -> None:
    with pytest.raises(InputRefused, match=rf"^news\.txt: .*({says})"):
        read_bytes(data, "news.txt")


def test_the_user_may_say_which() -> None:
    assert read_bytes("會議".encode("big5") * 5, "a.txt", ReadingOptions(encoding="big5"))[0].text == "會議" * 5
    with pytest.raises(InputRefused, match="not utf-8 as told"):
        read_bytes(SIMPLIFIED.encode("gb18030"), "a.txt", ReadingOptions(encoding="utf-8"))
    with pytest.raises(LanmuError, match="unknown encoding 'klingon'"):
        ReadingOptions(encoding="klingon")
    with pytest.raises(LanmuError, match="unknown kind"):
        ReadingOptions(kind="slides")  # type: ignore[arg-type]
    with pytest.raises(LanmuError):
        ReadingOptions(encoding="zlib")
