"""Spreadsheets: each sheet with a heading is a table of articles, with the same field options as a CSV."""

from __future__ import annotations

import io
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.reading import ReadingOptions, read_bytes, read_path
from tests.reading.office_files import OFFICE, workbook

SOWING = "4月6日，清河口镇三千亩春小麦全部播完，农技站的技术员逐块地查墒情。"
CLINIC = "县医院新门诊楼启用，挂号、取药都在一层。"
HEAD = ["编号", "标题", "正文", "见报日期"]


def read(data: bytes, name: str = "稿件.xlsx", **told: str) -> tuple[list[Article], list[str]]:
    refused: list[InputRefused] = []
    articles = read_bytes(data, name, ReadingOptions(**told), refused=refused.append)  # type: ignore[arg-type]
    return articles, [str(error) for error in refused]


@pytest.mark.parametrize(("name", "merged_date"), [("稿件.xls", "2026-04-06"), ("稿件.ods", "")])
def test_workbooks_of_other_programs_are_read(name: str, merged_date: str) -> None:
    refused: list[InputRefused] = []
    articles = list(read_path(OFFICE / name, refused=refused.append))
    assert not refused
    assert [(a.id, a.title, a.date) for a in articles] == [
        ("1", "清河口镇春小麦播完", "2026-04-06"),
        ("2", "县医院新楼启用", merged_date),
        ("9", "", "2026-04-09"),
        ("稿件/五月-2", "龙舟赛开桨", ""),
    ]
    assert articles[1].text == CLINIC and articles[3].text == "五月端午，清河上十二条龙舟开桨。"
    assert [(a.source.member, a.source.position) for a in articles] == [
        ("四月", 3), ("四月", 4), ("四月", 9), ("五月", 2),
    ]  # fmt: skip


def test_numbers_days_and_blanks_are_as_people_see_them() -> None:
    rows = [
        HEAD,
        [20260406, "春播", SOWING, 20260406],
        [None] * 4,
        [2.5, "启用\n新楼", f"  {CLINIC}", "2026/4/7 08:00"],
    ]
    (sowing, clinic), refused = read(workbook({"稿件": rows}))
    assert not refused
    assert (sowing.id, sowing.date, sowing.text, sowing.source.position) == ("20260406", "2026-04-06", SOWING, 2)
    assert (clinic.id, clinic.title, clinic.date, clinic.source.position) == ("2.5", "启用\n新楼", "2026-04-07", 4)
    assert clinic.source.member == ""


def test_fields_are_named_as_of_a_csv() -> None:
    data = workbook({"稿件": [["甲", "乙", "丙"], ["春播", SOWING, "2026-04-06"]]})
    with pytest.raises(InputRefused, match="its fields are 甲, 乙, 丙: say which one holds the texts"):
        read(data)
    (article,), _ = read(data, title_field="甲", text_field="乙", date_field="丙")
    assert (article.title, article.text, article.date) == ("春播", SOWING, "2026-04-06")
    (article,), _ = read(workbook({"稿件": [["Body "], [SOWING]]}))
    assert article.text == SOWING


@pytest.mark.parametrize(
    "above", [["四月稿件内容"], ["清河日报编辑部", "2026年4月"], ["编辑部"] * 3], ids=["caption", "two cells", "others"]
)
def test_a_caption_above_the_heading_is_no_heading(above: list[str]) -> None:
    (article,), refused = read(workbook({"稿件": [above, [], HEAD, [1, "春播", SOWING]]}))
    assert (article.title, article.text, refused) == ("春播", SOWING, [])


def test_every_sheet_is_read_or_told() -> None:
    sheets = {
        "说明": [["本表由编辑部填写"]],
        "四月": [HEAD, [1, "春播", SOWING]],
        "藏": [["标题", "内容"], ["启用", CLINIC]],
        "空": [],
        "五月": [HEAD, [1, "赛龙舟", "清河上十二条龙舟开桨。"], [2]],
    }
    articles, refused = read(workbook(sheets, hidden=["藏"]))
    assert [(a.id, a.title, a.source.member) for a in articles] == [
        ("1", "春播", "四月"), ("稿件/藏-2", "启用", "藏"), ("稿件/五月-2", "赛龙舟", "五月"),
    ]  # fmt: skip
    assert len(refused) == 2
    assert refused[0].startswith("稿件.xlsx!五月:3: has neither title nor text")
    assert refused[1].startswith("稿件.xlsx!说明: has no field 'text'; its fields are 本表由编辑部填写")


def test_a_cell_several_rows_high_counts_for_its_rows_and_is_read_once() -> None:
    rows = [
        ["日期", "标题", "正文"],
        ["2026-04-06", "春播", SOWING],
        [None, "启用", CLINIC],
        ["2026-04-07", "开桨", "清河上十二条龙舟开桨。"],
    ]
    articles, _ = read(workbook({"稿件": rows}, merged="A2:A3"))
    assert [a.date for a in articles] == ["2026-04-06", "2026-04-06", "2026-04-07"]
    rows = [["标题", "正文", "记者"], ["春播", SOWING, "张宁"], [None, None, "李丽"], ["启用", CLINIC, "王小明"]]
    for merged in ("A2:A3", "B2:B3"):
        articles, refused = read(workbook({"稿件": rows}, merged=merged))
        assert ([a.title for a in articles], refused) == (["春播", "启用"], [])


def test_a_text_that_fills_its_cell_is_doubted() -> None:
    (cut, whole), _ = read(workbook({"稿件": [["正文"], ["镇" * 32_767], ["镇" * 32_766]]}))
    assert "Excel cuts off" in cut.uncertain[0] and not whole.uncertain


def test_what_it_is_counts_more_than_its_ending(tmp_path: Path) -> None:
    data = workbook({"稿件": [HEAD, [1, "春播", SOWING]]})
    table = f"标题\t正文\n春播\t{SOWING}\n".encode("utf-16")
    for name, content in (("稿件.xls", data), ("稿件", data), ("导出.xls", table), ("stdin", data)):
        assert [a.text for a in read(content, name)[0]] == [SOWING], name
    assert len(read((OFFICE / "稿件.xls").read_bytes(), "stdin")[0]) == 4
    for content in ("<html><table><tr><td>标题</td></tr></table></html>".encode(), SOWING.encode(), b"\0" * 900):
        with pytest.raises(InputRefused, match=r"稿件\.xls: is no spreadsheet, whatever its ending says"):
            read(content, "稿件.xls")


def test_workbooks_in_archives_are_tables_there() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("一/稿件.xlsx", workbook({"稿件": [HEAD, [None, "春播", SOWING]]}))
        archive.writestr("二/稿件.xlsx", workbook({"甲": [HEAD, [None, "启用", CLINIC]], "乙": [["附注"]]}))
        archive.writestr("坏.xlsx", b"PK\3\4")
    articles, refused = read(out.getvalue(), "存档.zip")
    assert [(a.id, a.source.member) for a in articles] == [("稿件-2", "一/稿件.xlsx"), ("二/稿件-2", "二/稿件.xlsx!甲")]
    assert [error.split(": ")[0] for error in refused] == ["存档.zip!二/稿件.xlsx!乙", "存档.zip!坏.xlsx"]


STRAY = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>正文</t></is></c></row>'
    '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
)


def refusals(data: bytes) -> list[str]:
    try:
        return read(data)[1]
    except InputRefused as error:
        return [str(error)]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"PK\3\4" + bytes(400), "cannot be read as a spreadsheet"),
        (lambda: (OFFICE / "稿件.xls").read_bytes()[:3_000], "cannot be read as a spreadsheet"),
        (lambda: workbook({"稿件": [HEAD]}), "holds no article"),
        (lambda: workbook({"稿件": []}), "holds no article"),
        (lambda: workbook({"稿件": []}, first=STRAY), "too long or too much memory"),
        (lambda: workbook({"稿件": []}, first=" " * (80 << 20)), "unpacks to far more than its size"),
    ],
    ids=["broken", "cut off", "no row", "empty", "stray cell", "bomb"],
)  # fmt: skip
def test_harmful_and_broken_workbooks_are_refused_by_name(make: Callable[[], bytes], said: str) -> None:
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (told,) = refusals(make())
    assert told.startswith("稿件.xlsx: ") and said in told, told
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 500_000


def test_a_sheet_that_takes_too_much_costs_only_itself() -> None:
    sheets = {"远": [], "四月": [HEAD, [1, "春播", SOWING]]}
    articles, refused = read(workbook(sheets, first=STRAY))
    assert [a.title for a in articles] == ["春播"]
    assert [error.split(": ")[0] for error in refused] == ["稿件.xlsx!远"]


def test_a_text_that_many_cells_share_counts_for_each() -> None:
    """Cells point to shared texts: a small file may say the same long text any number of times."""
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 3_000))
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>正文</t></is></c></row>' + cells
    data = workbook({"稿件": []}, first=first, shared=["港" * 32_000])
    assert len(data) < 20_000
    told = refusals(data)[-1]
    assert told.startswith("稿件.xlsx: ") and "times its size" in told


def test_rows_of_two_sheets_with_the_same_numbers_keep_ids_apart() -> None:
    sheets = {"四月": [HEAD, [1, "春播", SOWING]], "五月": [HEAD, [1, "启用", CLINIC], [7, "开桨", "龙舟开桨。"]]}
    articles, _ = read(workbook(sheets))
    assert [a.id for a in articles] == ["1", "稿件/五月-2", "7"]
