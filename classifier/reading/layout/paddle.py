"""What PaddleOCR writes of a page (PP-OCR, PP-Structure 2 and 3), and the line lists of RapidOCR and others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from classifier.reading.layout.measured import (
    PICTURES,
    ROLES,
    Measured,
    box_of,
    measure_block,
    measure_page,
    measure_piece,
)
from classifier.reading.layout.printed import Box, PrintedPage

RESULTS = frozenset({"parsing_res_list", "rec_texts", "overall_ocr_res"})
"""Fields of a page's result, one of which each has."""


def result_page(result: dict[str, Any], number: int) -> PrintedPage:
    """The page of a result of PP-OCR or PP-StructureV3: lines, and the blocks that they stand in."""
    number = int(result["page_index"]) + 1 if isinstance(result.get("page_index"), int) else number
    blocks = [
        (str(b.get("block_label") or b.get("label") or ""), box, str(b.get("block_content") or b.get("content") or ""))
        for b in result.get("parsing_res_list") or []
        if (box := box_of(b.get("block_bbox") or b.get("bbox"))) is not None
    ]
    pictures = [box for label, box, _ in blocks if label in PICTURES]
    lines = result.get("overall_ocr_res") or result
    texts = lines.get("rec_texts") or []
    places = lines.get("rec_boxes")
    if places is None or not len(places):
        places = lines.get("rec_polys") or lines.get("dt_polys") or []
    width, height = float(result.get("width") or 0), float(result.get("height") or 0)
    if not texts:
        pieces = [measure_block(t, box, ROLES.get(label, "")) for label, box, t in blocks if label not in PICTURES]
        return measure_page(number, width, height, pieces, pictures=pictures)
    measured: list[Measured] = []
    for text, place in zip(texts, places, strict=False):
        box = box_of(place)
        label = _label_at(box, blocks) if box is not None else ""
        measured.append(measure_piece(str(text), box, ROLES.get(label, "")))
    return measure_page(number, width, height, measured, pictures=pictures)


def regions_page(regions: Iterable[dict[str, Any]]) -> PrintedPage:
    """The page of PP-Structure 2's regions: each has a ``type``, a ``bbox`` and lines in ``res``."""
    pieces: list[Measured] = []
    pictures: list[Box] = []
    for region in regions:
        kind, box = str(region.get("type", "")).lower(), box_of(region.get("bbox"))
        lines = region.get("res")
        if kind in PICTURES and box is not None:
            pictures.append(box)
        if kind in PICTURES or not isinstance(lines, list):
            continue
        for line in lines:
            if isinstance(line, dict):
                place = box_of(line.get("text_region"))
                pieces.append(measure_piece(str(line.get("text") or ""), place, ROLES.get(kind, "")))
    return measure_page(1, 0.0, 0.0, pieces, pictures=pictures)


def lines_page(lines: Iterable[dict[str, Any]]) -> PrintedPage:
    """The page of lines with a ``box`` and a ``txt`` or ``text`` each (RapidOCR, Umi-OCR)."""
    pieces = [measure_piece(str(line.get("txt") or line.get("text") or ""), box_of(line.get("box"))) for line in lines]
    return measure_page(1, 0.0, 0.0, pieces)


def pairs_page(lines: Sequence[Any], number: int) -> PrintedPage | None:
    """The page of PP-OCR 2's lines, a corner list and ``[text, score]`` each; None where it is none."""
    pieces: list[Measured] = []
    for line in lines:
        if not isinstance(line, list) or len(line) < 2 or (box := box_of(line[0])) is None:
            return None
        told = line[1][0] if isinstance(line[1], list) and line[1] else line[1]
        if not isinstance(told, str):
            return None
        pieces.append(measure_piece(told, box))
    return measure_page(number, 0.0, 0.0, pieces)


def _label_at(box: Box, blocks: Sequence[tuple[str, Box, str]]) -> str:
    """The label of the smallest block around a line's middle."""
    around = [(b.width * b.height, label) for label, b, _ in blocks if b.holds(box.x, box.y)]
    return min(around)[1] if around else ""
