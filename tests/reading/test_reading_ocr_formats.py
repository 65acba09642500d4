"""Every form in which OCR tools and libraries write a page gives the same articles."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.reading import read_bytes
from classifier.reading.doubts import explain_doubt
from classifier.reading.layout.lines import Line
from classifier.reading.layout.pdf import pdf_pages
from tests.reading.page_formats import printed_lines
from tests.reading.sheets import Column, Sheet, pdf_of

REED = [
    "青石湖边的芦苇荡里昨天飞来了二百多只天鹅，比往年早了一个星期。湖区管理站的护鸟员在岸边架起望远镜，记下它们的数目和环号。",
    "管理站提醒游客，观鸟时不要投喂，也不要驾船靠近。站里今年新修了三座木栈桥，从桥上可以清楚地看到天鹅在水面上休息和觅食。",
]
SCHOOL = [
    "县第二中学的学生食堂从本周起公开每天的进货单，家长可以在校门口的电子屏上查到米面、蔬菜和肉类的产地与价格，意见当天就有人回复。",
]
WANTED = {"青石湖迎来首批天鹅": REED, "学校食堂公开进货单": SCHOOL}
Box4 = tuple[float, float, float, float]


def bare(text: str) -> str:
    return "".join(text.split())


def page_lines() -> list[tuple[str, Box4]]:
    """The lines of a page of two articles in pixels, those of the second first."""
    sheet = Sheet()
    sheet.line(60, 90, "青石湖迎来首批天鹅", 22)
    sheet.body(REED, [Column(40, 130, 160, 255), Column(220, 130, 160, 255)])
    sheet.line(400, 90, "学校食堂公开进货单", 16)
    sheet.body(SCHOOL, [Column(400, 130, 160, 300)])
    [page] = pdf_pages(pdf_of(sheet))
    lines: Sequence[Line] = sorted(printed_lines(page), key=lambda line: -line.box.left)
    return [(x.text, (3 * x.box.left, 3 * x.box.top, 3 * x.box.right, 3 * x.box.bottom)) for x in lines]


def ints(box: Box4, scale: float = 1.0) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(scale * side) for side in box)
    return left, top, right, bottom


def corners(box: Box4) -> list[list[int]]:
    left, top, right, bottom = ints(box)
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def check(data: str | bytes, name: str) -> list[Article]:
    """The two articles are read, whole and under their headlines."""
    articles = read_bytes(data.encode() if isinstance(data, str) else data, name)
    texts = {a.title: bare(a.text) for a in articles}
    assert texts == {title: bare("".join(text)) for title, text in WANTED.items()}
    return articles


# ALTO ------------------------------------------------------------------------------------------------


def alto(namespace: str, unit: str, scale: float, *, characters: bool = False, line_boxes: bool = True) -> str:
    def place(box: Box4) -> str:
        left, top, right, bottom = ints(box, scale)
        return f'HPOS="{left}" VPOS="{top}" WIDTH="{right - left}" HEIGHT="{bottom - top}"'

    rows = []
    for text, box in page_lines():
        if characters:  # each word a String, with blanks between, as Tesseract writes Chinese
            step = (box[2] - box[0]) / len(text)
            words = "<SP/>".join(
                f"<String CONTENT={quoteattr(c)} {place((left, box[1], left + step, box[3]))}/>"
                for left, c in zip((box[0] + n * step for n in range(len(text))), text, strict=True)
            )
        else:
            words = f"<String CONTENT={quoteattr(text)} {place(box)}><Glyph CONTENT='x'/></String>"
        rows.append(f"<TextLine {place(box) if line_boxes else ''}>{words}</TextLine>")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><alto{namespace}><Description><MeasurementUnit>{unit}</MeasurementUnit>'
        f'</Description><Layout><Page ID="P1" WIDTH="{1800 * scale:.0f}" HEIGHT="{2400 * scale:.0f}"><TopMargin/>'
        f"<PrintSpace><ComposedBlock><TextBlock>{''.join(rows)}</TextBlock></ComposedBlock></PrintSpace></Page></Layout>"
        "</alto>"
    )


NAMESPACE = ' xmlns="http://www.loc.gov/standards/alto/ns-v{}#"'


@pytest.mark.parametrize(
    "written",
    [
        alto("", "mm10", 25.4 / 21.6),  # version 1 has no namespace
        alto(NAMESPACE.format(2), "mm10", 25.4 / 21.6),
        alto(NAMESPACE.format(3), "inch1200", 1200 / 216),
        alto(NAMESPACE.format(4), "pixel", 1.0),
        alto(NAMESPACE.format(3), "pixel", 1.0, characters=True),
        alto(NAMESPACE.format(4), "pixel", 1.0, line_boxes=False),
    ],
    ids=["v1", "v2-mm10", "v3-inch1200", "v4-pixel", "tesseract", "words-only"],
)
def test_alto_of_any_version_and_unit(written: str) -> None:
    articles = check(written, "page.xml")
    assert all((a.source.page, a.source.box is None) == (1, False) for a in articles)


def test_the_page_of_another_unit_than_its_text() -> None:
    """Some libraries give the page's size in pixels and all else in tenths of a millimetre."""
    written = alto("", "mm10", 25.4 / 21.6).replace('WIDTH="2117" HEIGHT="2822"', 'WIDTH="5000" HEIGHT="6667"')
    assert 'WIDTH="5000"' in written
    assert max(a.source.box[3] for a in check(written, "page.alto") if a.source.box) == 1


def test_a_wide_blank_between_words_is_printed() -> None:
    words = '<String CONTENT="秋收" HPOS="100" VPOS="0" WIDTH="80" HEIGHT="40"/><SP/>'
    near = f'{words}<String CONTENT="开镰" HPOS="184" VPOS="0" WIDTH="80" HEIGHT="40"/>'
    far = f'{words}<String CONTENT="开镰" HPOS="240" VPOS="0" WIDTH="80" HEIGHT="40"/>'
    body = "".join(
        f'<TextLine><String CONTENT="今天一早村民就下了地收割机作业" HPOS="100" VPOS="{y}" WIDTH="300" HEIGHT="20"/>'
        "</TextLine>"
        for y in (70, 100, 130)
    )
    for line, title in ((near, "秋收开镰"), (far, "秋收 开镰")):
        page = f'<alto><Layout><Page WIDTH="600" HEIGHT="800"><TextLine>{line}</TextLine>{body}</Page></Layout></alto>'
        assert [a.title for a in read_bytes(page.encode(), "p.xml")] == [title]


# hOCR ------------------------------------------------------------------------------------------------


def hocr(body: str, page: str = "image 'p.png'; bbox 0 0 1800 2400; ppageno 0") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head>'
        "<meta name='ocr-system' content='some OCR'/></head><body>"
        f'<div class="ocr_page" title="{page}">{body}</div></body></html>'
    )


def title(box: Box4) -> str:
    return "bbox {} {} {} {}".format(*ints(box))


def tesseract() -> str:
    rows = "".join(
        f"<div class='ocr_carea' title='{title(box)}'><p class='ocr_par' lang='chi_sim' title='{title(box)}'>"
        f"<span class='{'ocr_header' if n == 0 else 'ocr_textfloat' if n == 1 else 'ocr_line'}' "
        f'title="{title(box)}; baseline 0 -6; x_size 41; x_descenders 7">\n'
        + "\n".join(f"<span class='ocrx_word' title='{title(box)}; x_wconf 91'>{escape(c)}</span>" for c in text)
        + "</span></p></div>"
        for n, (text, box) in enumerate(page_lines())
    )
    return hocr(rows)


def ocropus() -> str:
    rows = "<br/>".join(f"<span class='ocr_line' title='{title(box)}'>{text}</span>" for text, box in page_lines())
    return hocr(rows, "file p.png")


def kraken() -> str:
    rows = "".join(
        f'<span class="ocr_line" id="line_{n}" title="{title(box)}; poly 1 2 3 4"><span class="ocrx_word" '
        f'title="{title(box)}; x_confs 0.9">{text}</span></span>'
        for n, (text, box) in enumerate(page_lines())
    )
    return hocr(f'<div class="ocr_carea" title="bbox 0 0 1800 2400">{rows}</div>', "bbox 0 0 1800 2400; image p.png")


def floats() -> str:
    """Headlines in blocks of a class that also stands for lines."""
    rows = "".join(
        f"<div class='ocr_textfloat' title='{at}'><span class='ocrx_line' title='{at}'>{text}</span></div>"
        for text, at in ((text, title(box)) for text, box in page_lines())
    )
    return hocr(rows)


def words_only() -> str:
    return hocr("".join(f"<span class='ocrx_word' title='{title(box)}'>{text}</span>" for text, box in page_lines()))


@pytest.mark.parametrize("write", [tesseract, ocropus, kraken, floats, words_only])
def test_hocr_of_several_tools(write: Callable[[], str]) -> None:
    check(write(), "page.hocr")
    check(write(), "page.html")


# PaddleOCR and its kin -------------------------------------------------------------------------------


def blocks() -> list[dict[str, Any]]:
    """The blocks of the page as a layout model frames them."""
    return [
        {"block_label": "doc_title", "block_content": "", "block_bbox": [170, 260, 790, 345], "block_id": 0},
        {"block_label": "text", "block_content": "", "block_bbox": [115, 380, 1150, 780], "block_id": 1},
        {"block_label": "paragraph_title", "block_content": "", "block_bbox": [1190, 260, 1660, 330], "block_id": 2},
        {"block_label": "text", "block_content": "", "block_bbox": [1195, 380, 1700, 900], "block_id": 3},
    ]


def recognised() -> dict[str, Any]:
    lines = page_lines()
    return {
        "dt_polys": [corners(box) for _, box in lines] * 40,
        "rec_texts": [text for text, _ in lines],
        "rec_scores": [0.99] * len(lines),
        "rec_polys": [corners(box) for _, box in lines],
        "rec_boxes": [ints(box) for _, box in lines],
    }


def pp_ocr() -> Any:
    return {"input_path": "p.png", "page_index": None, "model_settings": {}, **recognised()}


def pp_ocr_polygons() -> Any:
    result = pp_ocr()
    result["rec_boxes"] = []
    return {"res": result}


def pp_structure_3() -> Any:
    return {
        "input_path": "p.pdf",
        "page_index": 0,
        "width": 1800,
        "height": 2400,
        "parsing_res_list": blocks(),
        "layout_det_res": {"boxes": []},
        "overall_ocr_res": recognised(),
    }


def pp_structure_service() -> Any:
    return {"logId": "1", "errorCode": 0, "result": {"layoutParsingResults": [{"prunedResult": pp_structure_3()}]}}


def pp_structure_2() -> Any:
    regions = []
    for kind, box in (
        ("title", (150, 250, 800, 350)),
        ("text", (100, 370, 1160, 800)),
        ("Title", (1180, 250, 1700, 340)),
    ):
        regions.append((kind, box))
    regions.append(("text", (1180, 370, 1720, 900)))
    blocks = []
    for kind, (left, top, right, bottom) in regions:
        own = [
            {"text": text, "confidence": 0.98, "text_region": corners(box)}
            for text, box in page_lines()
            if left <= (box[0] + box[2]) / 2 <= right and top <= (box[1] + box[3]) / 2 <= bottom
        ]
        blocks.append({"type": kind, "bbox": [left, top, right, bottom], "res": own, "img_idx": 0})
    blocks.append({"type": "figure", "bbox": [100, 1000, 900, 1500], "res": [], "img_idx": 0})
    return blocks


def pp_ocr_2() -> Any:
    return [[[corners(box), [text, 0.97]] for text, box in page_lines()]]


def rapidocr_1() -> Any:
    return [[corners(box), text, 0.97] for text, box in page_lines()]


def rapidocr() -> Any:
    return [{"box": corners(box), "txt": text, "score": 0.97} for text, box in page_lines()]


def umi_ocr() -> Any:
    return {"code": 100, "data": [{"box": corners(b), "text": t, "score": 0.9, "end": "\n"} for t, b in page_lines()]}


@pytest.mark.parametrize(
    "write",
    [
        pp_ocr, pp_ocr_polygons, pp_structure_3, pp_structure_service, pp_structure_2, pp_ocr_2, rapidocr_1, rapidocr,
        umi_ocr,
    ],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 4])
def test_lines_of_paddleocr_and_its_kin(write: Callable[[], Any], indent: int | None) -> None:
    check(json.dumps(write(), ensure_ascii=False, indent=indent), "page.json")


def test_regions_a_line_each() -> None:
    """PP-Structure 2's ``res_0.txt``."""
    lines = "\n".join(json.dumps(region, ensure_ascii=False) for region in pp_structure_2())
    articles = read_bytes(lines.encode(), "res_0.json")
    assert {a.title for a in articles} == set(WANTED)


def test_blocks_alone_are_read_where_there_are_no_lines() -> None:
    """PaddleOCR-VL gives blocks with their text, lines broken in them."""
    result = pp_structure_3()
    del result["overall_ocr_res"]
    texts = ["青石湖迎来首批天鹅", "".join(REED), "学校食堂公开进货单", "".join(SCHOOL)]
    for block, text in zip(result["parsing_res_list"], texts, strict=True):
        block["block_content"] = "\n".join(text[n : n + 15] for n in range(0, len(text), 15))
    articles = check(json.dumps(result, ensure_ascii=False), "p_res.json")
    assert "\n" not in articles[0].text


# MinerU ----------------------------------------------------------------------------------------------


def items(*, places: bool = True) -> list[dict[str, Any]]:
    def item(text: str, box: Box4, level: int = 0) -> dict[str, Any]:
        entry: dict[str, Any] = {"type": "text", "text": text, "page_idx": 0}
        if level:
            entry["text_level"] = level
        if places:
            entry["bbox"] = [round(side) for side in box]
        return entry

    return [
        {
            "type": "header",
            "text": "青石日报 2026年10月9日",
            "page_idx": 0,
            **({"bbox": [40, 5, 900, 20]} if places else {}),
        },
        item("青石湖迎来首批天鹅", (100, 110, 430, 140), 1),
        item(REED[0], (66, 162, 333, 315)),
        item(REED[1], (366, 162, 633, 315)),
        {"type": "image", "img_path": "a.jpg", "img_caption": [], "page_idx": 0},
        item("学校食堂公开进货单", (666, 110, 930, 135), 1),
        item(SCHOOL[0], (666, 162, 933, 360)),
    ]


def test_a_content_list_with_places() -> None:
    assert all(a.source.box for a in check(json.dumps(items(), ensure_ascii=False), "p_content_list.json"))


def test_a_content_list_without_places_is_read_in_its_order() -> None:
    articles = check(json.dumps(items(places=False), ensure_ascii=False), "p_content_list.json")
    assert [a.title for a in articles] == list(WANTED)
    assert [a.text.split("\n") for a in articles] == [REED, SCHOOL]


def test_a_content_list_of_the_second_version() -> None:
    page = []
    for one in items():
        if one["type"] == "text":
            kind = "title" if "text_level" in one else "paragraph"
            inside = [{"type": "text", "content": one["text"]}]
            content = {f"{kind}_content": inside, **({"level": 1} if kind == "title" else {})}
            page.append({"type": kind, "content": content, "bbox": one["bbox"]})
    header = {"type": "page_header", "content": {"page_header_content": [{"type": "text", "content": "青石日报"}]}}
    page.append({**header, "bbox": [40, 5, 300, 20]})
    check(json.dumps([page], ensure_ascii=False), "p_content_list_v2.json")


def middle(*, whole_blocks: bool) -> dict[str, Any]:
    """``pipeline`` gives each line with its box, ``vlm`` a block as one line."""
    blocks = []
    boxes = [
        (170, 260, 790, 345),
        (115, 380, 605, 780),
        (650, 380, 1150, 780),
        (1190, 260, 1700, 330),
        (1195, 380, 1700, 900),
    ]
    texts = ["青石湖迎来首批天鹅", REED[0], REED[1], "学校食堂公开进货单", SCHOOL[0]]
    for k, (box, text) in enumerate(zip(boxes, texts, strict=True)):
        if whole_blocks:
            lines = [{"bbox": box, "spans": [{"bbox": box, "type": "text", "content": text}]}]
        else:
            lines = [
                {"bbox": ints(b), "spans": [{"bbox": ints(b), "type": "text", "content": t}]}
                for t, b in sorted(page_lines(), key=lambda line: line[1][1])
                if box[0] - 30 <= b[0] and b[2] <= box[2] + 30 and box[1] - 30 <= b[1] and b[3] <= box[3] + 30
            ]
        blocks.append({"type": "title" if k in (0, 3) else "text", "bbox": box, "lines": lines})
    key = "para_blocks" if whole_blocks else "preproc_blocks"
    furniture = {"type": "page_number", "bbox": (890, 2300, 910, 2330), "lines": []}
    return {
        "pdf_info": [{key: blocks, "page_idx": 0, "page_size": [1800, 2400], "discarded_blocks": [furniture]}],
        "_backend": "vlm" if whole_blocks else "pipeline",
    }


@pytest.mark.parametrize("whole_blocks", [False, True])
def test_middle_json_of_both_backends(whole_blocks: bool) -> None:
    check(json.dumps(middle(whole_blocks=whole_blocks), ensure_ascii=False), "p_middle.json")


def test_a_figure_set_as_a_formula_in_a_line() -> None:
    value = middle(whole_blocks=True)
    spans = value["pdf_info"][0]["para_blocks"][4]["lines"][0]["spans"]
    spans.append({"type": "inline_equation", "content": r"7 . 3 \%"})
    articles = read_bytes(json.dumps(value, ensure_ascii=False).encode(), "p_middle.json")
    assert any(a.text.endswith("7.3%") for a in articles)


# What cannot be -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [None, [0, 0, 0, 0], [1e300, 0, 2e300, 10], [float("nan"), 0, 10, 10], "x", [float("inf")] * 4, [5e8, 1, 6e8, 30]],
)
def test_a_line_without_a_place_is_told_and_the_rest_read(place: Any) -> None:
    value = pp_ocr()
    value["rec_boxes"] = [*value["rec_boxes"], place]
    value["rec_texts"].append("这一行没有位置")
    articles = check(json.dumps(value, ensure_ascii=False), "page.json")
    told = articles[0].uncertain[-1]
    assert told.startswith("without_place?count=1&first=%E8%BF%99")
    assert explain_doubt(told, "zh") == "有 1 行没有写明在版面上的位置，没有读（这一行没有位置 ……）"


def test_a_box_without_height_is_guessed_from_its_text() -> None:
    value = pp_ocr()
    left, top, right, _ = value["rec_boxes"][3]
    value["rec_boxes"][3] = [right, top + 20, left, top + 20]
    check(json.dumps(value, ensure_ascii=False), "page.json")


def test_places_of_thousands_of_millions_are_refused_by_name() -> None:
    value = {"rec_texts": ["一行字"] * 3, "rec_boxes": [[1e12, 1e12, 2e12, 2e12]] * 3}
    with pytest.raises(InputRefused, match=r"^page\.json: holds no text"):
        read_bytes(json.dumps(value).encode(), "page.json")


@pytest.mark.parametrize("size", [1.0, 40.0, 1e5])
def test_places_in_any_measure(size: float) -> None:
    """Shares of the page, centimetres, or hundredths of a point."""
    lines = [
        {"box": [[x / 1800 * size, y / 1800 * size] for x, y in corners(box)], "txt": text}
        for text, box in page_lines()
    ]
    check(json.dumps(lines, ensure_ascii=False), "page.json")
