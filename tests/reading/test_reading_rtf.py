"""RTF as Word, WPS and LibreOffice write it: all text that a reader of the document sees, once."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace

import pytest

from classifier.errors import InputRefused
from classifier.reading import LIMITS, ReadingOptions, read_bytes, read_path
from classifier.reading.documents.rtf import rtf_text
from tests.reading.office_files import OFFICE
from tests.reading.test_reading_word97 import SEEN, UNSEEN

FONTS = r"{\fonttbl{\f0\froman\fcharset0 Times New Roman;}{\f13\fnil\fcharset134{\*\panose 02010600}宋体;}}"
STYLES = (
    r"{\stylesheet{\ql \snext0 Normal;}{\s1\ql\outlinelevel0 \snext0 heading 1,标题 1;}{\s7 标题 2;}"
    r"{\*\cs10 Default Paragraph Font;}}"
)


def hexed(text: str, encoding: str = "gb18030") -> bytes:
    """RTF whose characters outside of ASCII are bytes of a code page, as Word writes them."""
    return b"".join(
        c.encode() if c.isascii() else b"".join(b"\\'%02x" % byte for byte in c.encode(encoding)) for c in text
    )


def coded(text: str) -> bytes:
    """Text as Word writes it in Unicode, each character with the same in GBK for older programs."""
    made = b""
    for character in text:
        units = character.encode("utf-16-le")
        codes = [int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2)]
        made += b"".join(b"\\u%d\\'3f" % code for code in codes)
    return made


def document(body: bytes | str, head: str = FONTS) -> bytes:
    body = hexed(body) if isinstance(body, str) else body
    return rb"{\rtf1\ansi\ansicpg936\deff0\deflang1033" + hexed(head + STYLES) + body + b"}"


def lines_of(body: bytes | str, head: str = FONTS) -> list[str]:
    (article,) = read_bytes(document(body, head), "稿件.rtf")
    return [line for line in (article.title, *article.text.split("\n")) if line]


def test_libreoffice_writes_what_is_read() -> None:
    (article,) = read_path(OFFICE / "清河.rtf")
    assert article.title == "清河口镇抢播春小麦"
    assert "观摩——3,000亩、62.5%、℃、①、𠮷、é。" in article.text
    assert [article.text.count(part) for part in SEEN] == [1] * len(SEEN)
    assert not [part for part in UNSEEN if part in article.text] and not article.uncertain
    (article,) = read_path(OFFICE / "文本框.rtf")
    assert article.text.split("\n") == [
        "正文第一段，清河口镇开展观摩。", "第二段。", "文本框里的一句话。", "第二句话在框里。", "第三段。",
        "形状里的字。",
    ]  # fmt: skip


TEXT = "清河口镇三千亩小麦,亩产6百斤“丰收”——𠮷祥村é。"


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (hexed(TEXT), FONTS),
        (coded(TEXT), FONTS),
        (rb"\loch\af0\hich\af0\dbch\af13 " + hexed(TEXT), FONTS),
        (rb"\ansicpg1252\f13 " + hexed(TEXT), FONTS),
        (rb"\ansicpg1252\f0\loch\af0\hich\af0\dbch\af13 " + hexed(TEXT), FONTS),
        (rb"\uc2 " + coded(TEXT).replace(rb"\'3f", rb"\'b1\'be"), FONTS),
        (rb"\uc0 " + coded(TEXT).replace(rb"\'3f", b" "), FONTS),
        (TEXT.encode("gb18030"), FONTS),
        (rb"{\upr{???}{\*\ud{" + coded(TEXT) + b"}}}", FONTS),
        (rb"\ansicpg65001 " + hexed(TEXT, "utf-8"), ""),
    ],
    ids=["code page", "unicode", "dbch", "font", "dbch of a Western page", "uc2", "uc0", "bare", "upr", "utf-8"],
)
def test_chinese_is_read_however_it_is_written(body: bytes, head: str) -> None:
    assert lines_of(body + rb"\par", head) == [TEXT]


def test_other_encodings() -> None:
    fonts = r"{\fonttbl{\f0\fcharset0 Arial;}{\f5\fcharset136 PMingLiU;}}"
    assert lines_of(rb"\f5 " + hexed("清河鎮春麥開播", "cp950") + rb"\par", fonts) == ["清河鎮春麥開播"]
    western = rb"{\rtf1\ansi\ansicpg1252 Caf\'e9 \'93Qingshi\'94 opens.\par}"
    assert read_bytes(western, "a.rtf")[0].text == "Café “Qingshi” opens."
    unsaid = hexed(r"{\rtf1\ansi 清河口镇抢播春小麦。\par}")
    assert read_bytes(unsaid, "a.rtf")[0].text == "清河口镇抢播春小麦。"


def test_what_is_seen_is_read_and_nothing_else() -> None:
    body = (
        r"\pard\s1 春小麦开播\par\pard 镇农技站{\deleted 删了的}{\v 藏着的\v0 逐块}"
        r'{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt 查墒情}}{\super\chftn{\footnote\pard\plain 据县统计局。}}。'
        r"{\*\bkmkstart a}{\pict\pngblip 89504e47}"
        r"{\header\pard 清河日报{\shp{\*\shpinst{\shptxt 报头}}}\par}{\*\annotation 批注}"
        r"{\listtext 1.\tab}\par"
        r"{\shp{\*\shpinst{\sp{\sn shapeType}{\sv 202}}{\shptxt\pard 框里的话。}}"
        r"{\shprslt{\*\do{\dptxbxtext 框里的话。}}}}"
        r"\pard 末段。\line 另一行\emdash\lquote a\rquote\~\{b\}。\par{\*\do{\dptxbxtext\pard 旧框。\par}}\par"
    )
    assert lines_of(body) == [
        "春小麦开播", "镇农技站逐块查墒情。", "据县统计局。", "末段。", "另一行—‘a’ {b}。", "框里的话。", "旧框。",
    ]  # fmt: skip


AFTER = r"\pard 表后一段。\par"


def test_tables_are_rows() -> None:
    row = r"\trowd\cellx1\cellx2\pard\intbl 村名\cell 亩数\cell\row "
    nested = r"\trowd\pard\intbl 青石村\par 柳河村\nestcell{\*\nesttableprops\nestrow}\cell 9\cell\row "
    note = r"\trowd\pard\intbl 张家村{\footnote 据县统计局。}\cell 7\cell\row "
    assert lines_of(row + nested + AFTER) == ["村名 亩数", "青石村 柳河村 9", "表后一段。"]
    assert lines_of(row + note + AFTER) == ["村名 亩数", "张家村 7", "据县统计局。", "表后一段。"]


def test_a_table_that_lays_out_a_page_is_paragraphs() -> None:
    long = ["镇农技站的技术员逐块地查墒情，提醒农户及时镇压保墒，" * 2 + f"第{i}段。" for i in range(3)]
    table = rf"\trowd\pard\intbl {long[0]}\par {long[1]}\cell {long[2]}\cell\row "
    assert lines_of(table + AFTER) == [*long, "表后一段。"]


@pytest.mark.parametrize("heading", [r"\s1", r"\s7", r"\outlinelevel0"])
def test_headings_make_a_page(heading: str) -> None:
    body = "".join(
        rf"\pard\plain{heading} {title}\par\pard\plain 本报讯(记者 张宁){text}\par "
        for title, text in (("春小麦开播", "八万亩春麦开播。"), ("新楼启用", "县医院新门诊楼启用。"))
    )
    articles = read_bytes(document(body), "版面.rtf")
    assert [(a.title, a.text) for a in articles] == [
        ("春小麦开播", "本报讯(记者 张宁)八万亩春麦开播。"), ("新楼启用", "本报讯(记者 张宁)县医院新门诊楼启用。"),
    ]  # fmt: skip


def test_what_it_is_counts_more_than_its_ending() -> None:
    data = document(r"清河口镇抢播春小麦。\par")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("一/春.rtf", data)
    named = {"春.doc": data, "春": data, "stdin": data, "春.docx": data, "存档.zip": out.getvalue()}
    for name, content in named.items():
        assert [a.text for a in read_bytes(content, name)] == ["清河口镇抢播春小麦。"], name
    assert read_bytes("清河口镇抢播春小麦。".encode(), "春.rtf")[0].text == "清河口镇抢播春小麦。"
    assert read_bytes((OFFICE / "清河.doc").read_bytes(), "春.rtf")[0].title == "清河口镇抢播春小麦"


def test_what_is_missing_is_told() -> None:
    whole = document(r"清河口镇抢播春小麦。\par 第二段。\par")
    (article,) = read_bytes(whole[:-10], "a.rtf")
    assert article.text.startswith("清河口镇抢播春小麦。") and article.uncertain == ("rtf_breaks_off",)
    (article,) = read_bytes(whole + b"\0\r\n", "a.rtf")
    assert not article.uncertain
    (article,) = read_bytes(whole + hexed("外面的话"), "a.rtf")
    assert article.uncertain == ("rtf_goes_on",)
    (article,) = read_bytes(document(r"清河口镇\u-10187? 春\'ff\'ff\par"), "a.rtf")
    assert article.text.startswith("清河口镇") and article.uncertain == ("not_decoded?count=3",)
    # Pictures in bytes: a length beyond the end says nothing.
    assert lines_of(r"{\pict\bin5 }}{{\}春播。\par") == ["春播。"]
    assert lines_of(r"{\pict\bin9999999999 00}春播。\par") == ["春播。"]


HARMFUL = {
    "deep": (b"{\\rtf1 " + b"{" * 3_000, "deeper than 1,000"),
    "words": (b"{\\rtf1 x" + b"\\b" * 200_000 + b"}", "words of RTF's own"),
    "lines": (b"{\\rtf1 " + b"x\\par " * 60_000 + b"}", "has more than 100,000 lines"),
    "characters": (b"{\\rtf1 " + b"x" * 4_100_000 + b"}", "characters"),
    "empty": (b"{\\rtf1 {\\pict 00}\\par}", "holds no text"),
    "nothing": (b"{\\rtf", "holds no text"),
    "other": (b"\x89PNG" + bytes(range(256)), "another kind of file"),
}


@pytest.mark.parametrize("case", HARMFUL)
def test_harmful_files_are_refused_by_name_and_soon(case: str) -> None:
    data, said = HARMFUL[case]
    began = time.process_time()
    with pytest.raises(InputRefused, match=said) as refused:
        read_bytes(data, "害.rtf", ReadingOptions(limits=replace(LIMITS, rtf_words=150_000)))
    assert refused.value.name == "害.rtf" and time.process_time() - began < 20


@pytest.mark.parametrize(
    "piece",
    [b"{}", b"\\'b1", b"\\u26412?", b"{\\footnote x}", b"x\\cell ", b"{\\s3 h;}", b"\\par", b"{\\v x}", b"{\\*\\a b}"],
)
def test_time_grows_with_the_bytes(piece: bytes) -> None:
    def seconds(count: int) -> float:
        data = document(b"x" + piece * count)
        took = []
        for _ in range(3):
            began = time.process_time()
            rtf_text(data, "a.rtf", LIMITS)
            took.append(time.process_time() - began)
        return min(took)

    assert seconds(20_000) < 3 * seconds(10_000) + 0.05
