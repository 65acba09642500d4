"""Word files: every text that a reader of the document sees is there, once; damage and bombs are refused by name."""

# ruff: noqa: E501

from __future__ import annotations

import io
import random
import time
import zipfile

import pytest

from classifier.errors import InputRefused
from classifier.reading import read_bytes
from tests.reading.word_files import SPACES, STYLES, cell, paragraph, run, table, word_file

FIRST = "三月十七日，青石县柳湾镇的春小麦开播了。"
LAST = "预计四月上旬全部播完。"


def text_of(data: bytes) -> str:
    return "\n".join(f"{a.title}\n{a.text}" if a.title else a.text for a in read_bytes(data, "x.docx"))


def between(inner: str) -> str:
    """What comes of ``inner`` between a first and a last paragraph."""
    lines = text_of(word_file(paragraph(FIRST) + inner + paragraph(LAST))).split("\n")
    assert lines[0] == FIRST and lines[-1] == LAST
    return "\n".join(lines[1:-1])


BOX = "<w:txbxContent>{}</w:txbxContent>"
DATE = 'w:id="1" w:author="编辑" w:date="2026-03-18T00:00:00Z"'


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (paragraph("记者", '<w:smartTag w:element="PersonName"><w:r><w:t>何文清</w:t></w:r></w:smartTag>', "在田间采访。"), "记者何文清在田间采访。"),
        (paragraph("他说，", f"<w:smartTag><w:smartTag>{run('今年')}</w:smartTag></w:smartTag>", "墒情好。"), "他说，今年墒情好。"),
        (paragraph("会议", f"<w:ins {DATE}>{run('昨日')}</w:ins>", "召开。"), "会议昨日召开。"),
        (paragraph("会议", f"<w:del {DATE}><w:r><w:delText>前日</w:delText></w:r></w:del>", "召开。"), "会议召开。"),
        (paragraph("会议", f"<w:moveFrom {DATE}>{run('前日')}</w:moveFrom>", "召开", f"<w:moveTo {DATE}>{run('完毕')}</w:moveTo>", "。"), "会议召开完毕。"),
        (paragraph("会议", f"<w:ins {DATE}><w:del {DATE}><w:r><w:delText>又</w:delText></w:r></w:del></w:ins>", "召开。"), "会议召开。"),
        (f"<w:p><w:pPr><w:rPr><w:del {DATE}/></w:rPr></w:pPr>{run('会议')}</w:p>" + paragraph("召开。"), "会议召开。"),
        (f"<w:ins {DATE}>{paragraph('整段都是新加的。')}</w:ins>", "整段都是新加的。"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('这一段在内容控件里。')}</w:sdtContent></w:sdt>", "这一段在内容控件里。"),
        (paragraph("种粮大户", f"<w:sdt><w:sdtContent>{run('马德福')}</w:sdtContent></w:sdt>", "说。"), "种粮大户马德福说。"),
        (paragraph(f"<w:hyperlink>{run('青石县政府网')}</w:hyperlink>", "消息。"), "青石县政府网消息。"),
        (paragraph(f"<w:r><w:pict><v:shape><v:textbox>{BOX.format(paragraph('这一段在文本框里。'))}</v:textbox></v:shape></w:pict></w:r>"), "这一段在文本框里。"),
        (
            paragraph(
                "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>" + BOX.format(paragraph("文本框只读一次。")) + "</wps:txbx></w:drawing></mc:Choice>"
                "<mc:Fallback><w:pict><v:textbox>" + BOX.format(paragraph("文本框只读一次。")) + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
                "框外的话。",
            ),
            "框外的话。\n文本框只读一次。",
        ),
        (
            paragraph(
                "<w:r><mc:AlternateContent><mc:Choice Requires='wpx'><w:drawing/></mc:Choice>"
                "<mc:Fallback><w:pict><v:textbox>" + BOX.format(paragraph("只有旧格式里有字。")) + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
            ),
            "只有旧格式里有字。",
        ),
        (paragraph("<w:r><w:pict><v:shape><v:textpath string='青石日报'/></v:shape></w:pict></w:r>"), "青石日报"),
        (
            paragraph("全县播种", '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =SUM(ABOVE) </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>', "三万", '<w:r><w:fldChar w:fldCharType="end"/></w:r>', "亩。"),
            "全县播种三万亩。",
        ),
        (paragraph("共", f'<w:fldSimple w:instr="NUMPAGES">{run("八")}</w:fldSimple>', "版。"), "共八版。"),
        (
            paragraph("会议开了一天。", '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("错码")) + paragraph("域坏了，下一段还在。"),
            "会议开了一天。\n域坏了，下一段还在。",
        ),
        (paragraph("看得见", run("看不见", "<w:vanish/>"), run("也看得见", '<w:vanish w:val="0"/>'), "。"), "看得见也看得见。"),
        (paragraph("增产", "<m:oMath><m:r><m:t>12%</m:t></m:r></m:oMath>", "。"), "增产12%。"),
        (paragraph("第一行到此为止。", "<w:r><w:br/></w:r>", "第二行也是。"), "第一行到此为止。\n第二行也是。"),
        (paragraph("<w:ruby><w:rt><w:r><w:t>zhōng</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>中</w:t></w:r></w:rubyBase></w:ruby>", "国。"), "中国。"),
        (table(["姓名", "笔试", "面试", "总分"], ["王小明", "90", "90", "180"]), "姓名 笔试 面试 总分\n王小明 90 90 180"),
        (table([cell("柳湾镇", properties='<w:gridSpan w:val="2"/>'), "合计"], ["北渠村", "三千亩", "五户"]), "柳湾镇 合计\n北渠村 三千亩 五户"),
        (
            table(
                [cell("柳湾镇", properties='<w:vMerge w:val="restart"/>'), "北渠村", "100"],
                [cell("", properties="<w:vMerge/>"), "南渠村", "100"],
                [cell("", properties="<w:vMerge/>"), "新渠村", "300"],
            ),
            "柳湾镇 北渠村 100\n南渠村 100\n新渠村 300",
        ),
        (table([cell("外表格", table(["内一", "内二"])), "右格"]), "外表格 内一 内二 右格"),
        (
            table([cell("左栏第一段，全县三万亩春小麦陆续开播，机声隆隆。", "左栏第二段，县里抽调六十名技术员下到村里，帮助农户选种。"), cell("右栏一段，县医院组织医生下乡义诊。")]),
            "左栏第一段，全县三万亩春小麦陆续开播，机声隆隆。\n左栏第二段，县里抽调六十名技术员下到村里，帮助农户选种。\n右栏一段，县医院组织医生下乡义诊。",
        ),
        (f"<w:tbl><w:tr><w:trPr><w:del {DATE}/></w:trPr>{cell('删掉的行')}{cell('1')}</w:tr><w:tr>{cell('留下的行')}{cell('2')}</w:tr></w:tbl>", "留下的行 2"),
        (f"<w:tbl><w:sdt><w:sdtContent><w:tr>{cell('控件里的行')}{cell('1')}</w:tr></w:sdtContent></w:sdt><w:tr>{cell('行')}<w:sdt><w:sdtContent>{cell('控件里的格')}</w:sdtContent></w:sdt></w:tr></w:tbl>", "控件里的行 1\n行 控件里的格"),
        (paragraph(f"<w:r><w:pict><v:textbox>{BOX.format(table(['村名', '亩数'], ['青石村', '900']))}</v:textbox></w:pict></w:r>"), "村名 亩数\n青石村 900"),
        (
            paragraph(f"<w:r><w:pict><v:group><v:shape><v:textbox>{BOX.format(paragraph('组合里的第一个框。'))}</v:textbox></v:shape><v:shape><v:textbox>{BOX.format(paragraph('第二个框。'))}</v:textbox></v:shape></v:group></w:pict></w:r>"),
            "组合里的第一个框。\n第二个框。",
        ),
        (paragraph("全镇", f"<w:bdo w:val='ltr'>{run('播种')}</w:bdo>", f"<w:customXml w:element='面积'><w:dir>{run('三万')}</w:dir></w:customXml>", "亩。"), "全镇播种三万亩。"),
        (paragraph(f"<w:hyperlink><w:smartTag><w:ins {DATE}>{run('新加的链接')}</w:ins></w:smartTag></w:hyperlink>", "消息。"), "新加的链接消息。"),
        (f"<w:p><w:moveTo {DATE}>{run('移来的一段。')}</w:moveTo></w:p><w:p><w:pPr><w:rPr><w:moveFrom {DATE}/></w:rPr></w:pPr><w:moveFrom {DATE}>{run('移来的一段。')}</w:moveFrom></w:p>", "移来的一段。"),
        (f"<w:tbl><w:tr><w:trPr><w:ins {DATE}/></w:trPr>{cell('新加的行')}{cell('1')}</w:tr></w:tbl>", "新加的行 1"),
        (
            table(
                [cell("柳湾镇", table(["内表"]), properties='<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>'), "100"],
                [cell("", properties='<w:gridSpan w:val="2"/><w:vMerge/>'), "200"],
            ),
            "柳湾镇 内表 100\n200",
        ),
        (table([cell("合并的格", properties='<w:hMerge w:val="restart"/>'), cell("", properties="<w:hMerge/>"), "100"]), "合并的格 100"),
        (f"<w:p><w:pPr><w:pPrChange {DATE}><w:pPr><w:pStyle w:val='1'/></w:pPr></w:pPrChange></w:pPr>{run('改过格式的一段，不是标题。')}</w:p>", "改过格式的一段，不是标题。"),
    ],
)  # fmt: skip
def test_what_a_reader_sees_is_read_once(inner: str, text: str) -> None:
    assert between(inner) == text


def test_short_line_before_a_table_is_not_joined_to_what_follows_it() -> None:
    assert between(paragraph("播种进度表") + table(["北渠村", "三千亩"])) == "播种进度表\n北渠村 三千亩"


def test_headings_divide_a_page() -> None:
    body = "".join(
        paragraph(title, style=style) + paragraph(f"本报讯(记者 张宁){text}")
        for title, style, text in [
            ("青石县召开春耕会", "1", "会议听取了汇报。"),
            ("柳湾镇播种春小麦", "a3", "三万亩春小麦开播。"),
        ]
    )
    articles = read_bytes(word_file(body, beside={"styles.xml": ("styles", STYLES)}), "x.docx")
    assert [a.title for a in articles] == ["青石县召开春耕会", "柳湾镇播种春小麦"]
    assert [a.reporters for a in articles] == [("张宁",), ("张宁",)]


def test_notes_stand_after_their_paragraph_once() -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    notes = (
        f'<w:footnotes {SPACES}><w:footnote w:type="separator" w:id="0">{paragraph("——")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("墒情指土壤的湿度。")}</w:footnote><w:footnote w:id="3">{paragraph("没有人引用。")}</w:footnote></w:footnotes>'
    )
    data = word_file(
        paragraph(FIRST, mark) + paragraph("又一处。", mark) + paragraph(LAST),
        beside={"footnotes.xml": ("footnotes", notes)},
    )
    assert text_of(data) == f"{FIRST}\n墒情指土壤的湿度。\n又一处。\n{LAST}"


def test_words_of_a_diagram_are_read() -> None:
    drawn = f"<dgm:dataModel {SPACES}><a:p><a:r><a:t>先要抢墒播种。</a:t></a:r></a:p><a:p><a:r><a:t>再到八月收获。</a:t></a:r></a:p></dgm:dataModel>"
    body = paragraph(FIRST, '<w:r><w:drawing><dgm:relIds r:dm="p0"/></w:drawing></w:r>') + paragraph(LAST)
    assert (
        text_of(word_file(body, beside={"diagrams/data1.xml": ("diagramData", drawn)}))
        == f"{FIRST}\n先要抢墒播种。\n再到八月收获。\n{LAST}"
    )


def test_a_document_inside_is_read_or_named() -> None:
    body = paragraph(FIRST) + '<w:altChunk r:id="p0"/>'
    page = f"<html><body><p>{LAST}</p></body></html>"
    assert text_of(word_file(body, beside={"a.html": ("aFChunk", page)})) == f"{FIRST}\n{LAST}"
    with pytest.raises(InputRefused, match=r"^x\.docx: holds another document \(a\.rtf\) that only Word takes in"):
        read_bytes(word_file(body, beside={"a.rtf": ("aFChunk", "{\\rtf1}")}), "x.docx")


def test_strict_form_of_the_standard() -> None:
    spaces = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
    assert text_of(word_file(paragraph(FIRST) + paragraph(LAST), spaces=spaces)) == f"{FIRST}\n{LAST}"


def test_text_that_ends_in_a_deleted_paragraph_end_is_kept() -> None:
    open_end = f"<w:p><w:pPr><w:rPr><w:del {DATE}/></w:rPr></w:pPr>{run(LAST)}</w:p>"
    assert text_of(word_file(paragraph(FIRST) + open_end)) == f"{FIRST}\n{LAST}"


def test_time_of_a_merged_table_grows_with_its_rows() -> None:
    took = []
    for rows in (1_000, 8_000):
        merged = table(*([cell("", properties="<w:vMerge/>"), f"村{i}", "100"] for i in range(rows)))
        start = time.process_time()
        assert text_of(word_file(paragraph(FIRST) + merged)).count("\n") == rows
        took.append(time.process_time() - start)
    assert took[1] < 16 * took[0] + 0.3


HOSTILE = {
    "entities": lambda: word_file(paragraph("&b;"), head='<!DOCTYPE d [<!ENTITY a "哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;">]>'),
    "outer file": lambda: word_file(paragraph("甲&x;乙"), head='<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "deep": lambda: word_file("<w:p>" * 90_000 + "</w:p>" * 90_000),
    "nested tables": lambda: word_file("<w:tbl><w:tr><w:tc>" * 9_000 + paragraph("字") + "</w:tc></w:tr></w:tbl>" * 9_000),
    "many paragraphs": lambda: word_file(paragraph("字") * 400_000),
    "empty paragraphs": lambda: word_file("<w:p/>" * 1_050_000),
    "one note for all": lambda: word_file(
        paragraph('<w:r><w:footnoteReference w:id="2"/></w:r>') * 10_000,
        beside={"footnotes.xml": ("footnotes", f'<w:footnotes {SPACES}><w:footnote w:id="2">{paragraph("字") * 10_000}</w:footnote></w:footnotes>')},
    ),
    "entities in styles": lambda: word_file(
        paragraph(FIRST, style="1"),
        beside={
            "styles.xml": (
                "styles",
                "<!DOCTYPE d ["
                + "".join(f'<!ENTITY l{i} "{("&l" + str(i - 1) + ";") * 10 if i else 1}">' for i in range(10))
                + f']><w:styles {SPACES}><w:style w:styleId="1"><w:name w:val="&l9;"/></w:style></w:styles>',
            )
        },
    ),
    "open fields": lambda: word_file(paragraph('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' * 100_000)),
    "wide span": lambda: word_file(table([cell("字", properties='<w:gridSpan w:val="2000000000"/>')]) * 10_000),
    "many merged": lambda: word_file(table(*([cell("字", properties="<w:vMerge/>")] for _ in range(30_000)))),
    "attributes": lambda: word_file("<w:p " + " ".join(f"a{i}='1'" for i in range(100_000)) + "/>" + paragraph("字")),
    "no main part": lambda: word_file("").replace(b"document.xml", b"Document.xmx"),
    "half": lambda: word_file(paragraph(FIRST) * 100)[:700],
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_word_file_ends_soon(kind: str) -> None:
    data = HOSTILE[kind]()
    start = time.process_time()
    try:
        articles = read_bytes(data, "x.docx")
        assert kind in ("one note for all", "wide span", "many merged", "attributes") and all(
            a.text or a.title for a in articles
        )
    except InputRefused as refused:
        assert refused.name == "x.docx"
    assert time.process_time() - start < 6


def mutated(chance: random.Random) -> bytes:
    body = paragraph("青石县召开春耕会", style="1") + paragraph(
        FIRST, f"<w:ins {DATE}>{run(LAST)}</w:ins>", '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    )
    body += table(["姓名", "总分"], [cell("外", table(["内一", "内二"])), "180"])
    body += paragraph(f"<w:r><w:pict><v:textbox>{BOX.format(paragraph('框里'))}</v:textbox></w:pict></w:r>")
    data = bytearray(word_file(body, beside={"styles.xml": ("styles", STYLES)}))
    whole = chance.random() < 0.3
    if not whole:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = {name: bytearray(packed.read(name)) for name in packed.namelist()}
        data = parts["word/document.xml"] if chance.random() < 0.8 else chance.choice(list(parts.values()))
    for _ in range(chance.randint(1, 5)):
        at, length = chance.randrange(max(len(data), 1)), chance.choice([1, 2, 8, 60])
        way = chance.randrange(4)
        if way == 0:
            del data[at : at + length]
        elif way == 1:
            data[at : at + length] = bytes(chance.randrange(256) for _ in range(length))
        elif way == 2:
            data[at:at] = data[chance.randrange(max(len(data), 1)) :][:length]
        else:
            data[at:at] = chance.choice(
                [b"<w:p>", b"</w:p>", b"<w:tc>", b"</w:tbl>", b"<w:tr/>", b"<w:vMerge/>", b"&x;", b"\0"]
            )
    if whole:
        return bytes(data)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, bytes(content))
    return out.getvalue()


@pytest.mark.parametrize("count", [80, pytest.param(2_000, marks=pytest.mark.slow)])
def test_changed_word_files_are_read_or_refused(count: int) -> None:
    chance = random.Random(count)
    read = 0
    for _ in range(count):
        try:
            read += len(read_bytes(mutated(chance), "x.docx"))
        except InputRefused as refused:
            assert refused.name == "x.docx" and refused.reason
    assert read
