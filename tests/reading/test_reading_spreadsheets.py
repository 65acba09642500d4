"""Spreadsheets: each sheet with a heading is a table of articles, with the same field options as a CSV."""

from __future__ import annotations

import io
import resource
import time
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
    assert cut.uncertain == ("full_cell?most=32767",) and not whole.uncertain


def test_what_it_is_counts_more_than_its_ending(tmp_path: Path) -> None:
    data = workbook({"稿件": [HEAD, [1, "春播", SOWING]]})
    table = f"标题\t正文\n春播\t{SOWING}\n".encode("utf-16")
    for name, content in (("稿件.xls", data), ("稿件", data), ("导出.xls", table), ("stdin", data)):
        assert [a.text for a in read(content, name)[0]] == [SOWING], name
    assert len(read((OFFICE / "稿件.xls").read_bytes(), "stdin")[0]) == 4
    for content in ("<html><p>标题</p></html>".encode(), SOWING.encode(), b"\0" * 900):
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


PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<style>td {{mso-number-format:"\\@";}}</style></head>
<body><!--[if gte mso 9]><xml>正文</xml><![endif]-->
<table border=1><tr><td colspan="4">四月稿件</td></tr>
<tr><th>编号</th><th>标题</th><th>正文</th><th>日期</th></tr>
<tr><td>1<td>春播<td>{sowing}<br>第二段。<p>第三段。</p><td rowspan="2">2026-04-06</tr>
<tr><td>2</td><td>启用</td><td><table><tr><td>楼层</td><td>科室</td></tr><tr><td>一</td><td>挂号</td></tr></table>后文。</td></tr>
</table><table><tr><td>合计</td><td>2</td></tr></table></body></html>"""
XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="四月"><Table><Row><Cell ss:MergeAcross="2"><Data ss:Type="String">四月稿件</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">标题</Data></Cell>
<Cell ss:Index="3"><Data>正文</Data></Cell><Cell><Data>日期</Data></Cell></Row>
<Row><Cell><Data>春播</Data></Cell><Cell ss:Index="3"><Data>{sowing}</Data></Cell>
<Cell ss:MergeDown="1"><Data ss:Type="DateTime">2026-04-06T00:00:00.000</Data></Cell></Row>
<Row><Cell><Data>启用</Data></Cell><Cell ss:Index="3"><Data>{clinic}</Data></Cell></Row></Table></Worksheet>
<Worksheet ss:Name="五月"><Table><Row><Cell><Data>正文</Data></Cell></Row>
<Row><Cell><Data>清河上十二条龙舟开桨。</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def test_tables_of_a_page_that_a_system_named_as_a_spreadsheet() -> None:
    articles, refused = read(PAGE.format(sowing=SOWING).encode("gbk"), "导出.xls")
    assert not refused
    assert [(a.id, a.title, a.date) for a in articles] == [("1", "春播", "2026-04-06"), ("2", "启用", "2026-04-06")]
    assert articles[0].text.split("\n") == [SOWING, "第二段。", "第三段。"]
    assert articles[1].text == "楼层 科室\n一 挂号\n后文。"
    rows = f"<tr><td>标题</td><td>正文</td></tr><tr><td>春播</td><td>{SOWING}</td></tr>"
    laid_out = f"<table><tr><td>菜单</td><td><table>{rows}</table></td></tr></table>"
    assert [a.text for a in read(laid_out.encode(), "导出.xls")[0]] == [SOWING]
    other = "<table><tr><td>甲</td><td>乙</td></tr><tr><td>春播</td><td>墒情好。</td></tr></table>".encode()
    with pytest.raises(InputRefused, match="its fields are 甲, 乙"):
        read(other, "导出.xls")
    assert [a.text for a in read(other, "导出.xls", text_field="乙")[0]] == ["墒情好。"]


def test_excels_xml_of_2003() -> None:
    data = XML.format(sowing=SOWING, clinic=CLINIC).encode()
    articles, refused = read(data, "导出.xls")
    assert not refused
    assert [(a.id, a.title, a.text, a.date) for a in articles] == [
        ("导出-4", "春播", SOWING, "2026-04-06"),
        ("导出-5", "启用", CLINIC, "2026-04-06"),
        ("导出/五月-2", "", "清河上十二条龙舟开桨。", ""),
    ]
    with pytest.raises(InputRefused, match=r"导出\.xls: cannot be read as a spreadsheet"):
        read(data[:-200], "导出.xls")


CELLS = '<Row><Cell ss:Index="4096"/></Row>'


@pytest.mark.parametrize(
    "content",
    [
        XML.format(sowing=CELLS * 9_000, clinic="").replace("<Data>" + CELLS, "<Data/></Cell></Row>" + CELLS),
        XML.replace("{sowing}", "&b;").replace("<Workbook", '<!DOCTYPE a [<!ENTITY b "港港港港">]><Workbook', 1),
        "<table>" + "<tr><td colspan=4096>港" * 9_000,
        "<table><tr><td>" * 40_000 + "正文",
        "<table><tr><td rowspan=60000>" + "<td rowspan=60000>" * 4_000 + "<tr>" * 20_000,
        "<table " + "a=1 " * 90_000 + ">",
    ],
    ids=["xml gaps", "xml entity", "wide", "deep", "tall", "attributes"],
)
def test_harmful_markup_is_refused_by_name_and_soon(content: str) -> None:
    held, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(InputRefused, match=r"^导出\.xls: "):
        read(content.encode(), "导出.xls")
    assert time.process_time() - began < 15
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 700_000
