"""Newspaper pages set for tests: text in columns, drawn character by character in an order of chance."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
NEVER_FIRST = "，。、；：？！”’）》"


@dataclass(frozen=True)
class Column:
    """Where a column's lines stand."""

    x: float
    top: float
    width: float
    bottom: float


@dataclass
class Sheet:
    """One page; ``y`` grows downwards."""

    width: float = 600
    height: float = 800
    size: float = 10
    leading: float = 15
    texts: list[tuple[float, float, str, float]] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float, bool]] = field(default_factory=list)

    def line(self, x: float, y: float, text: str, size: float) -> None:
        """A line of text whose upper edge is ``y``."""
        self.texts.append((x, y, text, size))

    def upright(self, x: float, y: float, text: str, size: float) -> None:
        """A headline set from top to bottom."""
        for n, c in enumerate(text):
            self.texts.append((x, y + 1.05 * n * size, c, size))

    def rule(self, left: float, top: float, right: float, bottom: float) -> None:
        self.boxes.append((left, top, right, bottom, True))

    def frame(self, left: float, top: float, right: float, bottom: float) -> None:
        self.boxes.append((left, top, right, bottom, False))

    def picture(self, left: float, top: float, right: float, bottom: float) -> None:
        self.boxes.append((left, top, right, bottom, True))

    def body(self, paragraphs: list[str], columns: list[Column]) -> None:
        """Paragraphs through columns, each starting two characters in."""
        places = [
            (column, column.top + n * self.leading)
            for column in columns
            for n in range(int((column.bottom - column.top) / self.leading))
        ]
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        at = 0
        for paragraph in paragraphs:
            rest, indent = paragraph, 2
            while rest:
                column, y = places[at]
                at += 1
                room, n = column.width - indent * self.size, 1
                while n < len(rest) and pdfmetrics.stringWidth(rest[: n + 1], FONT, self.size) <= room:
                    n += 1
                while n < len(rest) and rest[n] in NEVER_FIRST:
                    n -= 1
                self.texts.append((column.x + indent * self.size, y, rest[:n], self.size))
                rest, indent = rest[n:], 0


def pdf_of(*sheets: Sheet, seed: int = 1, one_by_one: bool = True) -> bytes:
    """The sheets as a PDF."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    rng = random.Random(seed)
    out = io.BytesIO()
    canvas = Canvas(out)
    for sheet in sheets:
        canvas.setPageSize((sheet.width, sheet.height))
        for left, top, right, bottom, filled in sheet.boxes:
            canvas.setFillGray(0.7)
            canvas.rect(left, sheet.height - bottom, right - left, bottom - top, stroke=not filled, fill=filled)
        canvas.setFillGray(0)
        drawn = []
        for x, y, text, size in sheet.texts:
            if one_by_one:
                starts = (x + pdfmetrics.stringWidth(text[:n], FONT, size) for n in range(len(text)))
                drawn += [(start, y, c, size) for start, c in zip(starts, text, strict=True) if c != " "]
            else:
                drawn.append((x, y, text, size))
        rng.shuffle(drawn)
        for x, y, text, size in drawn:
            canvas.setFont(FONT, size)
            canvas.drawString(x, sheet.height - y - 0.88 * size, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
