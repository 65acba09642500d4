"""Printed pages: PDF and what OCR tools write, read by where the text stands."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.reading import read_bytes, read_open
from classifier.reading.documents.printed_pages import is_garbled
from classifier.reading.layout import pdf_process
from classifier.reading.layout.arrange import arrange
from classifier.reading.layout.pdf import pdf_pages
from classifier.reading.layout.printed import Box, PrintedPage, TextPiece
from classifier.reading.layout.printed_articles import read_arranged
from classifier.reading.origin import Origin
from tests.reading.page_formats import FORMATS, printed_lines, shaken
from tests.reading.sheets import FONT, Column, Sheet, pdf_of

COUNCIL = [
    "本报讯（记者 王小明）3月18日，清河口镇召开春季农业生产工作会议，总结去年工作，安排今年春耕备耕任务。"
    "会议由镇长主持，各村党支部书记参加。",
    "会议指出，去年全镇粮食总产量再创新高，农民人均收入稳步增长。今年要在稳住面积的同时主攻单产，推广优良品种和节水灌溉技术，力争再获丰收。",
    "会议要求，各村要抓紧备足种子、化肥和农机具，把技术人员派到田间地头，及时解决农户遇到的困难，确保不误农时，把好事办实、实事办好。",
]
BRIDGE = [
    "连接东西两岸的清河大桥昨天正式通车。大桥全长一千二百米，双向四车道，建设历时两年，将两岸居民的出行时间缩短一半以上。",
    "通车当天，许多市民自发来到桥上拍照留念。家住西岸的退休教师李秀兰说，以前过河要绕行二十公里，现在步行就能到对岸看女儿。",
]
HOSPITAL = [
    "县人民医院的医疗队日前走进牧区，为牧民免费体检。医疗队带去了便携式超声仪器，两天内共为三百多人建立了健康档案。",
]
FOOTBALL = [
    "县中学足球队在全州青少年联赛中以三比一战胜对手，夺得冠军。这是该校建队以来取得的最好成绩，队员们赛后把奖牌送给了教练。",
]


def front_page() -> Sheet:
    """Four articles: one over two columns, two in one column, one in a frame of two columns."""
    sheet = Sheet()
    sheet.line(40, 30, "清河口日报", 20)
    sheet.line(420, 36, "2026年3月19日 星期四 第02版", 9)
    sheet.line(90, 90, "清河口镇安排春耕备耕任务", 22)
    sheet.line(40, 120, "——全镇春季农业生产工作会议召开", 12)
    sheet.body(COUNCIL, [Column(40, 150, 160, 285), Column(220, 150, 160, 285)])
    sheet.line(400, 90, "清河大桥建成通车", 18)
    sheet.body(BRIDGE, [Column(400, 120, 160, 300)])
    sheet.line(400, 330, "医疗队走进牧区", 18)
    sheet.body(HOSPITAL, [Column(400, 360, 160, 480)])
    sheet.frame(40, 330, 380, 460)
    sheet.line(60, 342, "校足球队夺冠", 18)
    sheet.body(FOOTBALL, [Column(50, 372, 150, 420), Column(220, 372, 150, 420)])
    return sheet


def read(data: bytes, name: str = "page.pdf") -> list[Article]:
    return read_bytes(data, name)


def bare(text: str) -> str:
    return "".join(text.split())


FRONT = {
    "清河口镇安排春耕备耕任务": COUNCIL,
    "清河大桥建成通车": BRIDGE,
    "医疗队走进牧区": HOSPITAL,
    "校足球队夺冠": FOOTBALL,
}


@pytest.mark.parametrize("one_by_one", [True, False])
def test_each_article_comes_out_whole_under_its_headline(one_by_one: bool) -> None:
    articles = read(pdf_of(front_page(), one_by_one=one_by_one))
    assert {a.title: [bare(p) for p in a.text.split("\n")] for a in articles} == {
        title: [bare(p) for p in paragraphs] for title, paragraphs in FRONT.items()
    }
    council = next(a for a in articles if a.title.startswith("清河口镇"))
    assert council.subtitle == "——全镇春季农业生产工作会议召开"
    assert council.reporters == ("王小明",)
    assert council.date == "2026-03-19"
    assert council.source.page == 1
    left, top, right, bottom = council.source.box or (0, 0, 0, 0)
    assert (left, right) == pytest.approx((40 / 600, 380 / 600), abs=0.02)
    assert (top, bottom) == pytest.approx((90 / 800, 285 / 800), abs=0.03)


@pytest.mark.parametrize("noise", [0.0, 0.06])
@pytest.mark.parametrize("tool", sorted(FORMATS))
def test_what_an_ocr_tool_writes_of_the_page_gives_the_same_articles(tool: str, noise: float) -> None:
    [page] = pdf_pages(pdf_of(front_page()))
    ending, write = FORMATS[tool]
    lines = shaken(printed_lines(page), random.Random(5), noise)
    articles = read(write(page, lines).encode(), f"page{ending}")
    assert {a.title: bare(a.text) for a in articles} == {t: bare("".join(p)) for t, p in FRONT.items()}
    assert all(a.source.page == 1 and a.source.box for a in articles)


def test_blocks_of_mineru_without_lines_are_read_by_their_places() -> None:
    def block(text: str, left: int, top: int, right: int, bottom: int, **more: object) -> dict[str, object]:
        return {"type": "text", "text": text, "bbox": [left, top, right, bottom], "page_idx": 0, **more}

    items = [
        block("清河大桥建成通车", 620, 80, 940, 105, text_level=1),
        block("清河口镇安排春耕备耕任务", 80, 80, 560, 110, text_level=1),
        block(BRIDGE[0], 620, 120, 940, 230),
        block(COUNCIL[0], 60, 125, 320, 265),
        block(COUNCIL[2], 340, 195, 600, 320),
        block(COUNCIL[1][:40], 60, 268, 320, 330),
        block(COUNCIL[1][40:], 340, 125, 600, 190),
        block(BRIDGE[1], 620, 235, 940, 345),
        {"type": "page_number", "text": "2", "bbox": [480, 960, 500, 970], "page_idx": 0},
    ]
    articles = read(json.dumps(items, ensure_ascii=False).encode(), "page_content_list.json")
    assert {a.title: a.text.split("\n") for a in articles} == {
        "清河口镇安排春耕备耕任务": COUNCIL,
        "清河大桥建成通车": BRIDGE,
    }


def test_a_headline_over_some_of_its_columns_a_picture_and_an_upright_headline() -> None:
    sheet = Sheet()
    sheet.line(40, 60, "春季农业生产会议召开", 22)
    sheet.body(COUNCIL, [Column(40, 100, 160, 190), Column(220, 100, 160, 190), Column(400, 60, 160, 190)])
    sheet.rule(40, 205, 560, 206)
    sheet.upright(44, 220, "清河大桥建成通车", 20)
    sheet.picture(180, 220, 300, 290)
    sheet.line(180, 293, "图为市民在大桥上散步。", 8)
    sheet.body(BRIDGE, [Column(90, 220, 80, 310), Column(90, 312, 210, 420)])
    articles = read(pdf_of(sheet))
    assert [(a.title, bare(a.text)) for a in articles] == [
        ("春季农业生产会议召开", bare("".join(COUNCIL))),
        ("清河大桥建成通车", bare("".join(BRIDGE) + "图为市民在大桥上散步。")),
    ]


def test_an_article_that_turns_to_another_page_is_one() -> None:
    first, second = Sheet(), Sheet()
    for sheet, number in ((first, "第01版"), (second, "第02版")):
        sheet.line(480, 30, number, 10)
    text = COUNCIL[1]
    first.line(40, 90, "清河口镇安排春耕备耕任务", 22)
    first.body([COUNCIL[0], text[:36] + "（下转第二版）"], [Column(40, 130, 160, 210), Column(220, 130, 160, 210)])
    first.line(400, 90, "医疗队走进牧区", 18)
    first.body(HOSPITAL, [Column(400, 130, 160, 300)])
    second.body(["（上接第一版）" + text[36:], COUNCIL[2]], [Column(40, 90, 160, 175), Column(220, 90, 160, 175)])
    second.line(400, 90, "清河大桥建成通车", 18)
    second.body(BRIDGE, [Column(400, 130, 160, 400)])
    articles = read(pdf_of(first, second))
    assert {a.title: [bare(p) for p in a.text.split("\n")] for a in articles} == {
        "清河口镇安排春耕备耕任务": [bare(p) for p in COUNCIL],
        "医疗队走进牧区": HOSPITAL,
        "清河大桥建成通车": BRIDGE,
    }
    assert articles[0].uncertain == ()
    for sheet in (first, second):
        sheet.texts = [t for t in sheet.texts if not t[2].startswith("第0")]
    guessed = next(a for a in read(pdf_of(first, second)) if a.title.startswith("清河口镇"))
    assert [bare(p) for p in guessed.text.split("\n")] == [bare(p) for p in COUNCIL]
    assert "joined_pages?first=1&second=2" in guessed.uncertain


def test_a_report_of_one_column_stays_one_article() -> None:
    first, second = Sheet(size=14, leading=24), Sheet(size=14, leading=24)
    first.line(160, 60, "清河口镇春季农业生产工作报告", 18)
    first.body([*COUNCIL, BRIDGE[0][:45]], [Column(60, 110, 480, 460)])
    second.body([BRIDGE[0][45:]], [Column(32, 60, 508, 160)])
    [article] = read(pdf_of(first, second), "report.pdf")
    assert article.title == "清河口镇春季农业生产工作报告"
    assert bare(article.text) == bare("".join([*COUNCIL, BRIDGE[0]]))


def test_scanned_and_garbled_pages_are_refused_with_advice() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.rect(20, 20, 500, 700, fill=1)
    canvas.showPage()
    canvas.save()
    with pytest.raises(InputRefused, match=r"run OCR on it first.*MinerU"):
        read(out.getvalue())
    nonsense = Sheet()
    signs = "毽韧帐赛嘭罨缙滢维拮驰揶熏卸辖斥囱狳簇谈橱赂珩琪锕漠邱愿榆茭砩瓢籴甭盲"
    nonsense.body([signs * 3], [Column(40, 100, 400, 700)])
    with pytest.raises(InputRefused, match="characters cannot be read"):
        read(pdf_of(nonsense))


@pytest.mark.parametrize("sign", ["\ue58e", "\ud812", "쿘", "\ufffd"])
def test_characters_that_no_chinese_page_has_make_it_garbled(sign: str) -> None:
    def page(text: str, unmapped: int = 0) -> PrintedPage:
        pieces = tuple(TextPiece(c, Box(10 * n, 0, 10 * n + 10, 10), 10) for n, c in enumerate(text))
        return PrintedPage(1, 600, 800, pieces, unmapped=unmapped)

    assert is_garbled(page(COUNCIL[1][:40] + sign * 20))
    assert not is_garbled(page(COUNCIL[1] + sign))
    assert is_garbled(page(COUNCIL[1], unmapped=60))
    assert not is_garbled(page("縣醫院組織醫生走進幸福社區為居民量血壓測血糖發放健康手冊" * 2))


def test_a_hostile_pdf_costs_no_more_than_itself() -> None:
    whole = pdf_of(front_page(), one_by_one=False)
    kids = b"[" + b"3 0 R " * 9 + b"]"
    loop = b"".join(
        b"%d 0 obj\n<< /Type /Pages /Kids %s /Count 9 >>\nendobj\n" % (n, kids.replace(b"3 0", b"%d 0" % (n + 1)))
        for n in range(3, 14)
    )
    bad = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n" + (
        b"<< /Type /Pages /Kids [3 0 R] /Count 999999999 >>\nendobj\n" + loop + b"trailer\n<< /Root 1 0 R >>\n%%EOF"
    )
    with pytest.raises(InputRefused, match=r"^bad\.pdf: "):
        read(bad, "bad.pdf")
    with pytest.raises(InputRefused):
        read(whole[: len(whole) // 3], "cut.pdf")
    assert len(read(whole)) == 4


def test_files_of_other_tools_are_refused_by_name() -> None:
    with pytest.raises(InputRefused, match=r"feed\.xml: is XML, but not ALTO"):
        read(b"<rss><channel/></rss>", "feed.xml")
    with pytest.raises(InputRefused, match=r"x\.json: is JSON of no OCR tool"):
        read(b'{"pdf_info": 3}', "x.json")
    with pytest.raises(InputRefused, match=r"^x\.xml: is damaged XML"):
        read(b"<alto><Layout>", "x.xml")


def test_a_page_is_drawn_with_what_was_read_as_what(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from lanmu.__main__ import build

    page = tmp_path / "page.pdf"
    page.write_bytes(pdf_of(front_page()))
    done = CliRunner().invoke(
        build(["tag"]), ["tag", str(page), "--show", str(tmp_path / "page.svg"), "--format", "jsonl"]
    )
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    svg = (tmp_path / "page.svg").read_text("utf-8")
    assert "data:image/png;base64," in svg
    for row in rows:
        assert f">{row['source']['position']} {row['category_name']} {row['probability']:.2f}<" in svg
        assert row["source"]["page"] == 1 and len(row["source"]["box"]) == 4


def test_a_page_is_drawn_as_a_picture_too(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from lanmu.__main__ import build

    pytest.importorskip("resvg_py", reason="comes with the extra train")
    page = tmp_path / "page.pdf"
    page.write_bytes(pdf_of(front_page()))
    done = CliRunner().invoke(build(["tag"]), ["tag", str(page), "--show", str(tmp_path / "page.png")])
    assert done.exit_code == 0, done.output
    drawn = (tmp_path / "page.png").read_bytes()
    assert drawn.startswith(b"\x89PNG\r\n") and int.from_bytes(drawn[16:20], "big") == 1350, (
        "900 pixels, half as many more"
    )


def drawn_by_hand(draw: Callable[[Canvas], None]) -> bytes:
    """A PDF page that ``draw`` draws; it measures from the lower left corner."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800))
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def set_sheet(canvas: Canvas, sheet: Sheet, *, again: float = 0.0) -> None:
    for x, y, text, size in sheet.texts:
        for more in (0.0, again) if again else (0.0,):
            canvas.setFont(FONT, size)
            canvas.drawString(x + more, sheet.height - y - 0.88 * size, text)


def two_side_by_side() -> Sheet:
    """A boxed article right beside the columns of another, their lines level."""
    sheet = Sheet()
    sheet.line(40, 90, "清河大桥建成通车", 18)
    sheet.body(BRIDGE, [Column(40, 120, 160, 300)])
    sheet.line(230, 90, "校足球队夺冠", 18)
    sheet.body(FOOTBALL, [Column(230, 120, 150, 300)])
    return sheet


@pytest.mark.parametrize("in_form", [False, True])
def test_a_frame_of_four_lines_in_one_path_is_a_frame(in_form: bool) -> None:
    def box(canvas: Canvas) -> None:
        canvas.translate(10, 20)
        path = canvas.beginPath()
        left, bottom, right, top = 205, 480, 385, 705
        for a, b in (((left, top), (right, top)), ((right, top), (right, bottom)), ((right, bottom), (left, bottom))):
            path.moveTo(*a)
            path.lineTo(*b)
        path.moveTo(left, bottom)
        path.lineTo(left, top)
        canvas.drawPath(path)

    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        if in_form:
            canvas.beginForm("box")
            box(canvas)
            canvas.endForm()
            canvas.doForm("box")
        else:
            box(canvas)
        canvas.restoreState()
        set_sheet(canvas, two_side_by_side())

    data = drawn_by_hand(draw)
    [page] = pdf_pages(data)
    [frame] = page.frames
    assert (frame.left, frame.top, frame.right, frame.bottom) == pytest.approx((215, 75, 395, 300), abs=1.5)
    assert {a.title: bare(a.text) for a in read(data)} == {
        "清河大桥建成通车": bare("".join(BRIDGE)),
        "校足球队夺冠": bare("".join(FOOTBALL)),
    }


def test_text_drawn_twice_to_look_bold_is_read_once() -> None:
    data = drawn_by_hand(lambda canvas: set_sheet(canvas, two_side_by_side(), again=0.4))
    assert {a.title: bare(a.text) for a in read(data)} == {
        "清河大桥建成通车": bare("".join(BRIDGE)),
        "校足球队夺冠": bare("".join(FOOTBALL)),
    }


def test_a_large_first_character_belongs_to_its_paragraph() -> None:
    sheet = Sheet()
    sheet.line(40, 60, "清河大桥建成通车", 20)
    text = BRIDGE[0]
    sheet.line(40, 100, text[0], 26)
    lines = [text[1:13], text[13:25], *(text[n : n + 15] for n in range(25, len(text), 15))]
    for n, line in enumerate(lines):
        sheet.line(70 if n < 2 else 40, 100 + 15 * n, line, 10)
    sheet.body([BRIDGE[1]], [Column(40, 100 + 15 * len(lines), 150, 400)])
    [article] = read(pdf_of(sheet))
    assert article.title == "清河大桥建成通车"
    assert [bare(p) for p in article.text.split("\n")] == BRIDGE


def test_columns_that_do_not_fit_are_told() -> None:
    sheet = Sheet()
    sheet.line(40, 60, "清河大桥建成通车", 20)
    text = "".join(BRIDGE)
    sheet.body([text[:52]], [Column(40, 100, 160, 300)])
    sheet.texts = [t for t in sheet.texts if t[1] < 130]
    [article] = read(pdf_of(sheet))
    assert "ends_in_sentence" in article.uncertain
    whole = Sheet()
    whole.line(40, 60, "清河大桥建成通车", 20)
    whole.body(BRIDGE, [Column(40, 100, 160, 190), Column(220, 100, 160, 190)])
    assert read(pdf_of(whole))[0].uncertain == ()


def test_a_sub_head_in_larger_type_stays_in_its_text() -> None:
    sheet = Sheet()
    sheet.line(40, 60, "春季农业生产会议召开", 24)
    column = Column(40, 100, 160, 180)
    sheet.body([COUNCIL[1]], [column])
    lines = [y for _, y, _, size in sheet.texts if size == 10]
    top = max(lines) + 18
    sheet.line(80, top, "抓好春耕备耕", 12.5)
    sheet.body([COUNCIL[2]], [Column(40, top + 20, 160, top + 120)])
    [article] = read(pdf_of(sheet))
    assert article.title == "春季农业生产会议召开"
    assert [bare(p) for p in article.text.split("\n")] == [COUNCIL[1], "抓好春耕备耕", COUNCIL[2]]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_is_turned_to_be_seen_is_read_as_it_is_seen(turn: int) -> None:
    sheet = front_page()
    width, height = (sheet.height, sheet.width) if turn != 180 else (sheet.width, sheet.height)

    def draw(canvas: Canvas) -> None:
        canvas.setPageSize((sheet.width, sheet.height))  # as it is seen; ReportLab turns the sheet itself
        canvas.setPageRotation(turn)
        canvas.translate(*{90: (width, 0), 180: (width, height), 270: (0, height)}[turn])
        canvas.rotate(turn)
        set_sheet(canvas, sheet)
        for left, top, right, bottom, filled in sheet.boxes:
            canvas.rect(left, sheet.height - bottom, right - left, bottom - top, stroke=not filled, fill=filled)

    articles = read(drawn_by_hand(draw))
    assert {a.title: bare(a.text) for a in articles} == {t: bare("".join(p)) for t, p in FRONT.items()}


def test_a_byline_in_the_middle_of_the_columns_is_the_headlines() -> None:
    sheet = Sheet()
    sheet.line(40, 60, "春耕备耕", 22)
    sheet.line(245, 92, "本报记者 王小明", 10)
    sheet.body(COUNCIL[1:], [Column(40, 115, 160, 175), Column(220, 115, 160, 175), Column(400, 115, 160, 175)])
    [article] = read(pdf_of(sheet))
    assert (article.title, article.reporters) == ("春耕备耕", ("王小明",))
    assert bare(article.text) == bare("本报记者 王小明" + "".join(COUNCIL[1:]))


def three_pages() -> bytes:
    """A PDF whose second page is another than the first and the third."""
    sheets = []
    for title, paragraphs in (("清河大桥建成通车", BRIDGE), ("医疗队走进牧区", HOSPITAL), ("校足球队夺冠", FOOTBALL)):
        sheet = Sheet()
        sheet.line(90, 90, title, 22)
        sheet.body(paragraphs * 2, [Column(40, 150, 160, 285), Column(220, 150, 160, 485)])
        sheets.append(sheet)
    return pdf_of(*sheets)


def page_object(data: bytes, number: int) -> tuple[int, int]:
    """Where a page's object stands in a PDF."""
    at = [match.start() for match in re.finditer(rb"/Type /Page\b", data)][number - 1]
    return data.rindex(b" obj", 0, at) + 4, data.index(b"endobj", at)


def test_the_other_pages_of_a_pdf_with_a_damaged_one_are_read(tmp_path: Path, small_model_folder: Path) -> None:
    from typer.testing import CliRunner

    from lanmu.__main__ import build

    data = three_pages()
    start, end = page_object(data, 2)
    bad = data[:start] + b" " * (end - start) + data[end:]
    refused: list[InputRefused] = []
    articles = list(read_open(io.BytesIO(bad), "issue.pdf", refused=refused.append))
    assert [(a.title, a.source.page) for a in articles] == [("清河大桥建成通车", 1), ("校足球队夺冠", 3)]
    assert [str(e).partition(";")[0] for e in refused] == ["issue.pdf: page 2 is damaged and was left out"]
    assert refused[0].text("zh").startswith("issue.pdf: 第 2 页已损坏")
    with pytest.raises(InputRefused, match="page 2 is damaged"):  # nobody listens
        read(bad, "issue.pdf")

    (tmp_path / "issue.pdf").write_bytes(bad)
    model = ["--model", str(small_model_folder)]
    told = CliRunner().invoke(build(["tag"]), ["tag", str(tmp_path / "issue.pdf"), "--format", "jsonl", *model])
    assert told.exit_code == 1 and len(told.stdout.splitlines()) == 2 and "page 2 is damaged" in told.stderr
    scored = CliRunner().invoke(
        build(["score"]), ["score", str(tmp_path / "issue.pdf"), "--out", str(tmp_path / "out"), *model]
    )
    assert scored.exit_code == 1
    [line] = map(json.loads, (tmp_path / "out" / "refused.jsonl").read_text("utf-8").splitlines())
    assert line["source"].endswith("issue.pdf") and "page 2 is damaged" in line["reason"]


def test_half_of_a_page_is_not_taken_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportlab.rl_config.useA85", 0)
    sheet = Sheet()
    sheet.line(90, 90, "清河口镇安排春耕备耕任务", 22)
    sheet.body(COUNCIL * 3, [Column(40, 150, 160, 785), Column(220, 150, 160, 785)])
    data = pdf_of(sheet)
    start = data.index(b"stream", data.index(b"/FlateDecode")) + 8
    end = data.index(b"endstream", start)
    assert end - start > 1_000
    middle = (start + end) // 2
    refused: list[InputRefused] = []
    bad = data[:middle] + b"\0" * (end - middle) + data[end:]
    list(read_open(io.BytesIO(bad), "issue.pdf", refused=refused.append))
    assert [str(e).partition(";")[0] for e in refused] == ["issue.pdf: is damaged inside"]
    assert read(data)[0].title == "清河口镇安排春耕备耕任务"


def test_an_empty_page_is_told() -> None:
    articles = read(pdf_of(front_page(), Sheet(), front_page()))
    assert articles[0].uncertain[-1] == "empty_pages?page=2"


def whole_front(draw: Callable[[Canvas], None], *, mode: int = 0, shift: tuple[float, float] = (0, 0)) -> bytes:
    """The front page, moved, in a text mode (3: not to be seen), after ``draw`` has drawn below it."""
    sheet = front_page()

    def both(canvas: Canvas) -> None:
        draw(canvas)
        canvas.translate(*shift)
        for left, top, right, bottom, _ in sheet.boxes:
            canvas.rect(left, sheet.height - bottom, right - left, bottom - top)
        for x, y, text, size in sheet.texts:
            line = canvas.beginText(x, sheet.height - y - 0.88 * size)
            line.setFont(FONT, size)
            line.setTextRenderMode(mode)
            line.textOut(text)
            canvas.drawText(line)

    return drawn_by_hand(both)


def test_the_text_layer_over_a_scan_is_read() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    scan = ImageReader(Image.new("RGB", (60, 80), (230, 225, 210)))
    in_strips = [(0.0, 100.0 * n, 600.0, 100.0) for n in range(8)]
    for places in ([(0.0, 0.0, 600.0, 800.0)], [(20.0, 20.0, 560.0, 760.0)], in_strips):

        def draw(canvas: Canvas, places: list[tuple[float, float, float, float]] = places) -> None:
            for place in places:
                canvas.drawImage(scan, *place)

        articles = read(whole_front(draw, mode=3))
        assert {a.title: bare(a.text) for a in articles} == {t: bare("".join(p)) for t, p in FRONT.items()}


def written_around(canvas: Canvas) -> None:
    """A watermark, a line up the edge, type too small to see, and text far off the page."""
    canvas.saveState()
    canvas.translate(300, 400)
    canvas.rotate(45)
    canvas.setFont(FONT, 40)
    canvas.drawCentredString(0, 0, "清河口日报数字报")
    canvas.restoreState()
    canvas.saveState()
    canvas.translate(15, 300)
    canvas.rotate(90)
    canvas.setFont(FONT, 8)
    canvas.drawString(0, 0, "责任编辑 王小明 美术编辑 李红")
    canvas.restoreState()
    canvas.setFont(FONT, 0.001)
    canvas.drawString(100, 400, "看不见的小字" * 20)
    canvas.setFont(FONT, 10)
    canvas.drawString(500_000, 700_000, "远处的字远处的字")
    canvas.drawString(-30_000, 100, "左边的字左边的字")


def test_what_is_written_around_the_articles_is_none_of_them() -> None:
    articles = read(whole_front(written_around))
    assert {a.title: bare(a.text) for a in articles} == {t: bare("".join(p)) for t, p in FRONT.items()}
    [page] = pdf_pages(whole_front(written_around))
    assert {piece.text for piece in page.aside} == {"清河口日报数字报", "责任编辑 王小明 美术编辑 李红"}


def test_what_is_cut_off_the_page_is_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageSize((680, 900))
        canvas.setCropBox((40, 50, 640, 850))
        canvas.setFont(FONT, 8)
        canvas.drawString(50, 20, "青 品 黄 黑 2026-03-18 21:03 第02版.indd")

    articles = read(whole_front(draw, shift=(40, 50)))
    assert {a.title: bare(a.text) for a in articles} == {t: bare("".join(p)) for t, p in FRONT.items()}
    boxes = {a.title: a.source.box for a in read(whole_front(lambda canvas: None))}
    assert all(a.source.box == pytest.approx(boxes[a.title], abs=0.001) for a in articles)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_set_on_its_side_is_read_as_one_that_stands(turn: int) -> None:
    sheet = front_page()

    def draw(canvas: Canvas) -> None:
        canvas.setPageSize((sheet.width, sheet.height) if turn == 180 else (sheet.height, sheet.width))
        canvas.translate(*{90: (800, 0), 180: (600, 800), 270: (0, 600)}[turn])
        canvas.rotate(turn)
        set_sheet(canvas, sheet)
        for left, top, right, bottom, _ in sheet.boxes:
            canvas.rect(left, sheet.height - bottom, right - left, bottom - top)

    articles = read(drawn_by_hand(draw))
    assert {a.title: bare(a.text) for a in articles} == {t: bare("".join(p)) for t, p in FRONT.items()}


def test_two_pages_on_one_sheet_keep_to_themselves() -> None:
    spread, right = Sheet(width=1200), front_page()
    for x, y, text, size in front_page().texts:
        spread.line(x, y, text, size)
    spread.boxes += right.boxes
    text = ["新建的草原书屋昨天在牧民定居点开门，书架上摆着两千多册图书，其中一半是农牧业技术读物，供牧民免费借阅。"]
    spread.line(640, 30, "清河口日报", 20)
    spread.line(1020, 36, "2026年3月19日 星期四 第03版", 9)
    spread.line(690, 90, "草原书屋开进牧民定居点", 22)
    spread.body(text * 2, [Column(640, 150, 160, 200), Column(820, 150, 160, 485)])
    wanted = {**FRONT, "草原书屋开进牧民定居点": text * 2}
    articles = read(pdf_of(spread))
    assert {a.title: bare(a.text) for a in articles} == {t: bare("".join(p)) for t, p in wanted.items()}


def test_a_ruled_table_is_read_row_by_row() -> None:
    rows = [
        ("项目", "地点", "投资"),
        ("东干渠清淤", "安乐镇", "320"),
        ("机井维修", "白石镇", "156"),
        ("泵站改造", "河口乡", "480"),
    ]
    sheet = Sheet()
    sheet.line(60, 90, "清河大桥建成通车", 18)
    sheet.body(BRIDGE, [Column(40, 120, 220, 400)])
    sheet.line(300, 90, "今冬水利项目一览", 18)
    for n, cells in enumerate(rows):
        for k, cell in enumerate(cells):
            sheet.line(304 + 90 * k, 124 + 15 * n, cell, 9)
    sheet.line(300, 210, "校足球队夺冠", 18)
    sheet.body(FOOTBALL, [Column(300, 240, 220, 400)])
    for y in range(5):
        sheet.rule(300, 120 + 15 * y, 570, 120.5 + 15 * y)
    for x in range(4):
        sheet.rule(300 + 90 * x, 120, 300.5 + 90 * x, 180)
    articles = {a.title: a.text.split("\n") for a in read(pdf_of(sheet))}
    assert articles == {
        "清河大桥建成通车": BRIDGE,
        "今冬水利项目一览": [" ".join(cells) for cells in rows],
        "校足球队夺冠": FOOTBALL,
    }


def test_an_index_of_other_pages_is_no_article() -> None:
    sheet = front_page()
    for n, text in enumerate(("导读", "●老城区巷子亮起来 3版", "●冬季进补有讲究 6版", "●我市开通夜间公交 2版")):
        sheet.line(420, 600 + 15 * n, text, 12 if n == 0 else 10)
    sheet.frame(410, 590, 570, 670)
    assert {a.title for a in read(pdf_of(sheet))} == set(FRONT)


def test_a_notice_keeps_who_signs_it() -> None:
    sheet = front_page()
    sheet.line(440, 560, "停电公告", 14)
    sheet.body(["因线路检修，明天八时至十七时对文昌路沿线用户停止供电，请提前准备。"], [Column(410, 585, 150, 640)])
    sheet.line(490, 632, "清河口镇供电所", 10)
    sheet.line(490, 647, "2026年3月18日", 10)
    sheet.frame(400, 550, 580, 670)
    notice = next(a for a in read(pdf_of(sheet)) if a.title == "停电公告")
    assert [bare(p) for p in notice.text.split("\n")] == [
        "因线路检修，明天八时至十七时对文昌路沿线用户停止供电，请提前准备。",
        "清河口镇供电所",
        "2026年3月18日",
    ]


def test_a_picture_that_tells_a_story_of_its_own_is_apart() -> None:
    story = "昨天，孩子们在县科技馆体验风洞装置。当天科技馆新馆向公众开放，馆内设有六大展区，免费参观。"
    sheet = Sheet()
    sheet.line(60, 90, "清河大桥建成通车", 18)
    sheet.body(BRIDGE, [Column(40, 120, 220, 400)])
    sheet.picture(300, 90, 560, 230)
    for n in range(2):
        sheet.line(300, 236 + 13 * n, story[29 * n : 29 * n + 29], 9)
    sheet.line(300, 280, "校足球队夺冠", 18)
    sheet.body(FOOTBALL, [Column(300, 310, 220, 400)])
    texts = {bare(a.text) for a in read(pdf_of(sheet))}
    assert texts == {bare("".join(BRIDGE)), bare(story), bare("".join(FOOTBALL))}


def test_text_set_from_top_to_bottom_is_read() -> None:
    """Two such articles, the headline right of the first column, beside one that is set as usual."""

    def set_upright(title: str, paragraphs: list[str], right: float, top: float, length: int) -> None:
        sheet.upright(right - 24, top, title, 20)
        column = 0
        for paragraph in paragraphs:
            text = "\u3000\u3000" + paragraph
            for start in range(0, len(text), length):
                for n, c in enumerate(text[start : start + length]):
                    if c != "\u3000":
                        sheet.texts.append((right - 48 - 15 * column, top + 10 * n, c, 10))
                column += 1

    sheet = Sheet()
    set_upright("清河大桥建成通车", BRIDGE, 560, 90, 24)
    sheet.line(60, 90, "校足球队夺冠", 18)
    sheet.body(FOOTBALL, [Column(40, 120, 200, 300)])
    set_upright("清河口镇安排春耕备耕任务", COUNCIL, 560, 420, 30)
    articles = {a.title: [bare(p) for p in a.text.split("\n")] for a in read(pdf_of(sheet))}
    assert articles == {
        "清河大桥建成通车": BRIDGE,
        "校足球队夺冠": FOOTBALL,
        "清河口镇安排春耕备耕任务": [bare(p) for p in COUNCIL],
    }


def test_a_page_of_scattered_words_ends_soon() -> None:
    rng = random.Random(1)
    places = [(rng.uniform(0, 560), rng.uniform(0, 790)) for _ in range(400)]
    pieces = [
        TextPiece(COUNCIL[1][n % 60 : n % 60 + 3], Box(x, y, x + 30, y + 10), 10) for n, (x, y) in enumerate(places)
    ]
    pieces += [TextPiece("会", Box(100, 100, 100, 110), 10), TextPiece("议", Box(110, 100, 120, 100), 10)]
    page = PrintedPage(1, 600, 800, tuple(pieces))
    reading = read_arranged([(page, arrange(page))], Origin("page.pdf", stem="page"))
    assert sum(len(bare(a.title + a.text)) for a in reading.articles) > 600


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_the_process_of_pdfs_goes_on_and_one_that_has_grown_ends() -> None:
    def page(states: int) -> bytes:
        out = io.BytesIO()
        canvas = Canvas(out, pageCompression=1)
        canvas.drawString(60, 700, "Spring sowing begins in Qingshi County.")
        canvas._code.append("q\n" * states)
        canvas.save()
        return out.getvalue()

    assert read_bytes(page(1), "a.pdf")
    small = pdf_process.READER.process()
    assert read_bytes(page(1), "b.pdf")
    assert pdf_process.READER.process() is small
    assert read_bytes(page(2_200_000), "large.pdf")
    assert small.poll() is not None and pdf_process.READER.process() is not small
    assert read_bytes(page(1), "c.pdf")
