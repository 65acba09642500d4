"""Word's files of before 2007, as LibreOffice writes them: all text that a reader of the document sees, once."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from pathlib import Path

import pytest

from classifier.errors import InputRefused
from classifier.reading import ReadingOptions, read_bytes, read_path
from classifier.reading.documents import word97
from tests.reading.office_files import OFFICE
from tests.reading.word_files import STYLES, paragraph, word_file

SEEN = [
    "今年种植面积比去年增加两成，预计亩产六百斤。", "数据来自县统计局。", "青石村", "1200", "柳河村", "表后一段。",
    "链接文字", "第1段，村民抢抓农时播种小麦。村民抢抓农时播种小麦。",
]  # fmt: skip
UNSEEN = ["这句删了", "隐藏字", "HYPERLINK", "http", "\ufffc"]


def test_text_is_read_as_it_is_seen() -> None:
    (article,) = read_path(OFFICE / "清河.doc")
    assert article.title == "清河口镇抢播春小麦"
    text = article.text
    assert text.startswith("本报讯(记者 王小明 通讯员 李·丽)4月5日，“县农业农村局”在清河口镇小麦基地开展观摩——3,000亩")
    assert "62.5%、℃、①、𠮷、é。" in text
    assert [text.count(part) for part in SEEN] == [1] * len(SEEN), text
    assert not [part for part in UNSEEN if part in text] and not article.uncertain


def test_text_in_boxes_and_shapes_is_read() -> None:
    (article,) = read_path(OFFICE / "文本框.doc")
    lines = [
        "正文第一段，清河口镇开展观摩。",
        "第二段。",
        "文本框里的一句话。",
        "第二句话在框里。",
        "第三段。",
        "形状里的字。",
    ]
    assert article.text.split("\n") == lines


def test_text_that_could_not_be_read_is_told() -> None:
    (article,) = read_path(OFFICE / "图形.doc")
    assert (article.title, article.text) == ("清河口镇抢播春小麦", "镇农技站的技术员逐块地查墒情。")
    assert article.uncertain == ("boxes_lost",)


def test_old_word_files_and_rtf_say_what_the_same_docx_says() -> None:
    """Headings, lists, merged and nested tables, pages; header, footer and comment are left out."""
    new, old, rich = (next(iter(read_path(OFFICE / f"版面.{ending}"))) for ending in ("docx", "doc", "rtf"))
    assert old.title == new.title == rich.title
    assert old.text == new.text == rich.text
    assert len(new.text.split("\n")) > 15 and "内甲 内乙" in new.text and "换行之后的话。" in new.text
    assert not [part for part in ("页眉", "页脚", "批注") if part in new.text]


def test_what_it_is_counts_more_than_its_ending() -> None:
    old = (OFFICE / "清河.doc").read_bytes()
    heading, text = "清河口镇抢播春小麦", "清河口镇三千亩春小麦全部播完，农技站逐块地查墒情。"
    beside = {"styles.xml": ("styles", STYLES)}
    new = word_file(paragraph(heading, style="1") + paragraph(text), beside=beside)
    page = f"<html><head><title>{heading}</title></head><body><h1>{heading}</h1><p>{text}</p></body></html>".encode(
        "gbk"
    )
    for name, data in {
        "春.wps": old, "春.docx": old, "春": old, "stdin": old, "春.doc": new, "旧.wps": new, "页.doc": page,
        "文.doc": f"{heading}\n{text}".encode("gbk"),
    }.items():  # fmt: skip
        (article,) = read_bytes(data, name)
        assert article.title == heading, name
    (article,) = read_bytes(old, "stdin", ReadingOptions(kind="doc"))
    assert article.title == heading


def test_members_of_archives_are_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.write(OFFICE / "清河.doc", "一月/清河.doc")
        archive.writestr("一月/坏.doc", (OFFICE / "清河.doc").read_bytes()[:5_000])
    refused: list[InputRefused] = []
    (article,) = read_bytes(out.getvalue(), "存档.zip", refused=refused.append)
    assert (article.id, article.source.member) == ("清河", "一月/清河.doc")
    assert [error.name for error in refused] == ["存档.zip!一月/坏.doc"]
    assert "cannot be read as a Word file of before 2007" in str(refused[0])
    assert "请用 Word、WPS 或 LibreOffice 打开，另存为 .docx" in refused[0].text("zh")


def test_locked_and_strange_files_are_refused_by_name() -> None:
    whole = (OFFICE / "清河.doc").read_bytes()
    locked = whole + "EncryptedPackage".encode("utf-16-le")
    # The document says of itself that it is locked: a flag near the start of the stream WordDocument.
    start = whole.index(b"\xec\xa5")
    told = bytearray(whole)
    told[start + 11] |= 1
    cases = {
        "锁.doc": (locked, "is locked with a password"),
        "锁.docx": (locked, "is locked with a password"),
        "密.doc": (bytes(told), "password|before 2007"),
        "表.doc": ((OFFICE / "稿件.xls").read_bytes(), "before 2007"),
        "零.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "before 2007"),
        "片.doc": (b"\x89PNG" + bytes(range(256)), "another kind of file"),
    }
    for name, (data, said) in cases.items():
        with pytest.raises(InputRefused) as refused:
            read_bytes(data, name)
        assert refused.value.name == name and re.search(said, str(refused.value)), str(refused.value)


def test_without_a_folder_for_temporary_files_it_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "没有"))
    with pytest.raises(InputRefused, match=r"清河\.doc: is a Word file of before 2007, which needs room"):
        next(iter(read_path(OFFICE / "清河.doc")))


def test_a_document_that_takes_too_long_is_refused_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many paragraphs take the converter many seconds; here the other process is given none."""
    monkeypatch.setattr(word97.READER, "seconds", -1)
    with pytest.raises(InputRefused, match="takes more than 15 seconds"):
        read_bytes((OFFICE / "清河.doc").read_bytes(), "长.doc")
    monkeypatch.undo()
    assert len(read_bytes((OFFICE / "清河.doc").read_bytes(), "清河.doc")) == 1
