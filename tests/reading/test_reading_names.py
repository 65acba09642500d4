"""Names of files and members: `!`, GBK bytes, zips of Macs and Windows, equal names; what comes by a pipe."""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from classifier.errors import InputRefused, LanmuError, raise_refused
from classifier.reading import ReadingOptions, TableSource, read_bytes, read_path, read_paths, read_stdin, table_chunks
from classifier.reading.documents.documents import read_document
from classifier.reading.file_names import printable, unread_ending
from classifier.reading.formats import FORMATS, KINDS, READABLE, Kind, load_reader
from classifier.reading.origin import Origin
from classifier.reading.reading_options import ReadingRun

TEXT = "护林员巡山\n\n护林员老周每天走二十里山路,三十年没有起过一场火。\n"
ROWS = [
    {"id": "b1", "title": "护林员巡山", "text": "老周每天走二十里山路。"},
    {"id": "b2", "title": "码头清淤", "text": "清淤船今天进港,航道加深一米。"},
]


def write(folder: Path, *names: str | bytes) -> Path:
    for i, name in enumerate(names):
        path = folder / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{TEXT}第{i}篇。\n".encode())
    return folder


def test_an_exclamation_mark_is_part_of_a_name(tmp_path: Path) -> None:
    write(tmp_path, "快讯!两会开幕.txt", "重磅!两会开幕.txt", "注意!.md", "普通.txt")
    expected = {"快讯!两会开幕", "重磅!两会开幕", "注意!", "普通"}
    assert {a.id for a in read_path(tmp_path)} == expected
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in tmp_path.iterdir():
            archive.write(path, path.name)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("外!层.zip", packed.getvalue())
    for data in (packed, outer):
        assert {a.id for a in read_bytes(data.getvalue(), "a!b.zip")} == expected


NAMES = ("两会今日开幕", "码头清淤", "护林员")


def test_names_in_gbk_are_read_alike_everywhere(tmp_path: Path) -> None:
    folder = write(tmp_path / "news", *(name.encode("gbk") + b".txt" for name in NAMES))
    assert {a.id for a in read_path(folder)} == set(NAMES)
    assert all(a.source.path.encode() for a in read_path(folder))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", encoding="utf-8", errors="surrogateescape") as tar:
        tar.add(folder, "news")
    assert {a.id for a in read_bytes(packed.getvalue(), "n.tar")} == set(NAMES)
    as_windows = io.BytesIO()
    with zipfile.ZipFile(as_windows, "w") as archive:
        for i, name in enumerate(NAMES):
            archive.writestr(f"{'x' * len(name.encode('gbk'))}{i}.txt", TEXT)
    data = as_windows.getvalue()
    for i, name in enumerate(NAMES):
        raw = name.encode("gbk")
        data = data.replace(b"x" * len(raw) + str(i).encode(), raw + str(i).encode())
    assert {a.id for a in read_bytes(data, "w.zip")} == {f"{name}{i}" for i, name in enumerate(NAMES)}
    raw = "护林员巡山".encode()
    as_mac = zip_of({f"{'y' * len(raw)}.txt": TEXT}).replace(b"y" * len(raw), raw)
    assert [a.id for a in read_bytes(as_mac, "m.zip")] == ["护林员巡山"]


def zip_of(members: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def test_a_name_in_no_encoding_is_escaped(tmp_path: Path) -> None:
    [article] = read_path(write(tmp_path, b"\xff\xff9.txt"))
    assert article.id == "%FF%FF9" and article.source.path.endswith("%FF%FF9.txt")


DATED = ("2026-03-01/01.txt", "2026-03-01/02.txt", "2026-03-02/01.txt", "2026-03-02/03.txt", "2026-03-03/01.md")
IDS = ["01", "02", "2026-03-02/01", "03", "2026-03-03/01"]


def test_ids_of_equal_names_differ(tmp_path: Path) -> None:
    folder = write(tmp_path / "news", *DATED)
    assert [a.id for a in read_path(folder)] == IDS
    assert [a.id for a in read_paths(sorted(folder.iterdir()))] == IDS
    assert [a.id for a in read_paths([folder / name for name in DATED])] == IDS
    assert [a.id for a in read_path(folder / DATED[2])] == ["01"]
    members: dict[str, str | bytes] = dict.fromkeys(DATED, TEXT)
    assert [a.id for a in read_bytes(zip_of(members), "a.zip")] == IDS
    (tmp_path / "zips").mkdir()
    for day in ("2026-04-01", "2026-04-02"):
        (tmp_path / "zips" / f"{day}.zip").write_bytes(zip_of({"01.txt": TEXT}))
    assert [a.id for a in read_path(tmp_path / "zips")] == ["01", "2026-04-02.zip/01"]
    write(tmp_path / "both", "a.txt", "a.md")
    assert len({a.id for a in read_path(tmp_path / "both")}) == 2


ODD = ("-x", "#1", "100%", "c::d", "换\n行", "两 个空格 ", "e'f", '双"引号', "波浪~$", "尾点.", "（一）")


def test_odd_names_are_read_alike_everywhere(tmp_path: Path) -> None:
    folder = write(tmp_path / "news", *(f"{name}.txt" for name in ODD))
    assert {a.id for a in read_path(folder)} == set(ODD)
    assert {a.source.path for a in read_path(folder)} == {f"{folder}/{name}.txt" for name in ODD}
    assert {a.id for a in read_bytes(zip_of({f"{name}.txt": TEXT for name in ODD}), "a.zip")} == set(ODD)
    inner = zip_of({f"{name}.txt": TEXT for name in ODD})
    assert {a.id for a in read_bytes(zip_of({"内!层.zip": inner}), "外!.zip")} == set(ODD)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(folder, "news")
    assert {a.id for a in read_bytes(packed.getvalue(), "a.tgz")} == set(ODD)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("value", [ROWS, {"items": ROWS}, ROWS[0]])
def test_json_by_pipe_is_read_as_with_its_ending(value: Any, indent: int | None) -> None:
    data = json.dumps(value, ensure_ascii=False, indent=indent).encode()
    with_ending = [(a.id, a.title, a.text) for a in read_bytes(data, "n.json")]
    assert [(a.id, a.title, a.text) for a in read_stdin(stream=io.BytesIO(data))] == with_ending
    assert [(a.id, a.title, a.text) for a in read_bytes(data, "noending")] == with_ending
    assert len(with_ending) == (1 if value is ROWS[0] else 2)


def test_long_json_in_one_line_by_pipe() -> None:
    value = {"code": 0, "data": [{**ROWS[0], "id": f"n{i}"} for i in range(3_000)]}
    articles = list(read_stdin(stream=io.BytesIO(json.dumps(value).encode())))
    assert len(articles) == 3_000
    lines = "".join(json.dumps({**ROWS[0], "id": f"n{i}", "text": "长" * 30_000}) + "\n" for i in range(5))
    assert [a.id for a in read_stdin(stream=io.BytesIO(lines.encode()))] == [f"n{i}" for i in range(5)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("head", ["id,title,text", "id\ttitle\ttext", "编号;标题;正文"])
def test_csv_by_pipe_is_read_as_with_its_ending(head: str, encoding: str) -> None:
    delimiter = next(c for c in ",\t;" if c in head)
    table = "\n".join([head, *(delimiter.join(r[k].replace(",", "，") for k in r) for r in ROWS)])
    assert [a.id for a in read_stdin(stream=io.BytesIO(table.encode(encoding)))] == ["b1", "b2"]


@pytest.mark.parametrize(
    "text", ["[图片]\n\n护林员巡山。\n", "{注}本文有删节。\n", "时间,地点,人物都齐了。\n老周说,走吧。\n"]
)
def test_prose_by_pipe_stays_prose(text: str) -> None:
    [article] = read_stdin(stream=io.BytesIO(text.encode()))
    assert article.source.position == 0 and article.id == "stdin"


def test_what_is_passed_over_is_counted_by_ending(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.JPG", "c.jpg", "d.odt", "无", ".hidden", "~$x.docx", "sub/e.png")
    (tmp_path / "p.zip").write_bytes(zip_of({"f.txt": TEXT, "g.gif": "x", "__MACOSX/._f.txt": "x"}))
    passed: list[str] = []
    refused: list[InputRefused] = []
    assert len(list(read_path(tmp_path, ReadingOptions(), refused=refused.append, passed=passed.append))) == 2
    assert not refused
    assert Counter(map(unread_ending, passed)) == {".jpg": 2, ".odt": 1, "": 1, ".png": 1, ".gif": 1}


def test_messages_name_an_ending_of_each_kind_that_has_one() -> None:
    listed = {f".{word}" for word in re.findall(r"[a-z]+", READABLE)}
    assert {KINDS[ending] for ending in listed & set(KINDS)} == set(KINDS.values())


def test_the_table_of_formats_holds_every_kind_that_a_user_may_name() -> None:
    assert set(FORMATS) - {"text", "zip", "tar"} == set(get_args(Kind)) - {"auto"}
    for one in FORMATS.values():
        assert not one.reader or callable(load_reader(one))
        assert one.reader or one.form in ("text", "archive") or one.kind == "pdf"


def test_a_kind_that_is_no_table_is_refused_by_name_and_not_read_as_csv() -> None:
    source = TableSource(Origin("五月.csv"), ReadingOptions(), raise_refused)
    for kind in ("docx", "excel"):
        with pytest.raises(LanmuError, match=f"unknown kind '{kind}'; known are jsonl, json, csv, tsv, spreadsheet"):
            table_chunks(io.BytesIO("标题,正文\n春播,播完了。\n".encode()), kind, source)


def test_a_kind_that_is_no_document_is_refused_by_name_and_not_read_as_text() -> None:
    with pytest.raises(LanmuError, match="unknown kind 'csv'; known are text, page"):
        read_document(TEXT.encode(), "csv", Origin("五月.txt"), ReadingRun())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), r"name it \.doc or \.xls"),
        (rb"{\rtf1\ansi x}", r"name it \.rtf"),
    ],
)
def test_an_office_file_named_as_text_is_told_its_ending(data: bytes, says: str) -> None:
    with pytest.raises(InputRefused, match=says):
        read_bytes(data, "五月.txt")


def test_names_cannot_command_a_terminal() -> None:
    assert printable("a\x1b[31mb\r\n") == "a\\x1b[31mb\\r\n"


@pytest.mark.parametrize("name", ["一月.doc", "一月", "一月.wps", "一月.xls"])
def test_a_broken_old_office_file_is_told_what_to_do_with_it(name: str) -> None:
    with pytest.raises(InputRefused, match=r"before 2007.* save .*as \.docx|as a spreadsheet .* save .* as \.xlsx"):
        read_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), name)


def test_excel_rtf_and_other_office_files_are_named() -> None:
    sheet = zip_of({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": "<x/>"})
    slides = zip_of({"[Content_Types].xml": "<x/>", "ppt/presentation.xml": "<x/>"})
    writer = zip_of({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"})
    for data, says in (
        (sheet, "as a spreadsheet"),
        (slides, "PowerPoint"),
        (writer, "OpenDocument"),
        (rb"{\rtf1\ansi}", "no text"),
    ):
        with pytest.raises(InputRefused, match=says):
            read_bytes(data, "五月.xlsx" if data is sheet else "五月")
