"""The same printed pages as OCR tools would write them: ALTO, hOCR, MinerU's and PaddleOCR's JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

from classifier.reading.layout.lines import Line, body_size, lines_of_pieces
from classifier.reading.layout.printed import Box, PrintedPage

SCALE = 3.0
"""Pixels a point: a scan of 216 dots an inch."""


def printed_lines(page: PrintedPage) -> list[Line]:
    """A page's lines with their boxes, as an OCR tool finds them."""
    upright = [rule for rule in page.rules if rule.height > rule.width]
    for frame in page.frames:
        upright += [
            Box(frame.left, frame.top, frame.left + 0.5, frame.bottom),
            Box(frame.right - 0.5, frame.top, frame.right, frame.bottom),
        ]
    return lines_of_pieces(page.pieces, body_size(page), upright)


def shaken(lines: Sequence[Line], rng: random.Random, share: float) -> list[Line]:
    """Lines whose boxes are off by up to ``share`` of their size, as on a scan."""

    def off(size: float) -> float:
        return rng.uniform(-share, share) * size

    return [
        Line(
            line.text,
            Box(
                line.box.left + off(line.size),
                line.box.top + off(line.size),
                line.box.right + off(line.size),
                line.box.bottom + off(line.size),
            ),
            line.size,
            line.bold,
            vertical=line.vertical,
        )
        for line in lines
    ]


def as_alto(page: PrintedPage, lines: Sequence[Line]) -> str:
    rows = [
        f"<TextLine {_place(line.box)}><String CONTENT={quoteattr(line.text)} {_place(line.box)}/></TextLine>"
        for line in lines
    ]
    rows += [f"<Illustration {_place(box)}/>" for box in _pictures(page)]
    rows += [f"<GraphicalElement {_place(box)}/>" for box in page.rules]
    return (
        '<?xml version="1.0" encoding="UTF-8"?><alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Layout>'
        f'<Page WIDTH="{page.width * SCALE:.0f}" HEIGHT="{page.height * SCALE:.0f}"><PrintSpace><TextBlock>'
        f"{''.join(rows)}</TextBlock></PrintSpace></Page></Layout></alto>"
    )


def as_hocr(page: PrintedPage, lines: Sequence[Line]) -> str:
    rows = [
        f'<span class="ocr_line" title="bbox {" ".join(map(str, _pixels(line.box)))}">'
        f'<span class="ocrx_word">{escape(line.text)}</span></span>'
        for line in lines
    ]
    rows += [f'<div class="ocr_photo" title="bbox {" ".join(map(str, _pixels(b)))}"></div>' for b in _pictures(page)]
    rows += [f'<div class="ocr_separator" title="bbox {" ".join(map(str, _pixels(b)))}"></div>' for b in page.rules]
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'/><meta name='ocr-system' content='made'/></head><body>"
        f"<div class='ocr_page' title='bbox 0 0 {page.width * SCALE:.0f} {page.height * SCALE:.0f}'>"
        f"{''.join(rows)}</div></body></html>"
    )


def as_mineru_middle(page: PrintedPage, lines: Sequence[Line]) -> str:
    body = body_size(page)
    blocks = [
        {
            "type": "title" if line.size > 1.3 * body else "text",
            "bbox": _pixels(line.box),
            "lines": [{"bbox": _pixels(line.box), "spans": [{"type": "text", "content": line.text}]}],
        }
        for line in lines
    ]
    blocks += [{"type": "image", "bbox": _pixels(box), "lines": [], "blocks": []} for box in _pictures(page)]
    info = {"page_idx": 0, "page_size": [page.width * SCALE, page.height * SCALE], "preproc_blocks": blocks}
    return json.dumps({"pdf_info": [info]}, ensure_ascii=False)


def as_paddle(page: PrintedPage, lines: Sequence[Line]) -> str:
    body = body_size(page)
    regions = [
        {"block_bbox": _pixels(line.box), "block_label": "paragraph_title", "block_content": line.text}
        for line in lines
        if line.size > 1.3 * body
    ]
    regions += [{"block_bbox": _pixels(box), "block_label": "image", "block_content": ""} for box in _pictures(page)]
    result = {
        "width": page.width * SCALE,
        "height": page.height * SCALE,
        "parsing_res_list": regions,
        "overall_ocr_res": {"rec_texts": [line.text for line in lines], "rec_boxes": [_pixels(x.box) for x in lines]},
    }
    return json.dumps({"res": result}, ensure_ascii=False)


def as_rapidocr(page: PrintedPage, lines: Sequence[Line]) -> str:
    rows = []
    for line in lines:
        left, top, right, bottom = _pixels(line.box)
        corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
        rows.append({"box": corners, "txt": line.text, "score": 0.98})
    return json.dumps(rows, ensure_ascii=False)


FORMATS: dict[str, tuple[str, Callable[[PrintedPage, Sequence[Line]], str]]] = {
    "alto": (".xml", as_alto),
    "hocr": (".hocr", as_hocr),
    "mineru": ("_middle.json", as_mineru_middle),
    "paddle": (".json", as_paddle),
    "rapidocr": (".json", as_rapidocr),
}


def _pictures(page: PrintedPage) -> list[Box]:
    """Pictures, and frames that hold no text."""
    middles = [((p.box.left + p.box.right) / 2, (p.box.top + p.box.bottom) / 2) for p in page.pieces]
    empty = [f for f in page.frames if not any(f.holds(x, y) for x, y in middles)]
    return [*page.pictures, *empty]


def _pixels(box: Box) -> list[int]:
    return [round(v * SCALE) for v in (box.left, box.top, box.right, box.bottom)]


def _place(box: Box) -> str:
    left, top, right, bottom = _pixels(box)
    return f'HPOS="{left}" VPOS="{top}" WIDTH="{right - left}" HEIGHT="{bottom - top}"'
