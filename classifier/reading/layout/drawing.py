"""A printed page as SVG, with each article's frame, number and category drawn over it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from classifier.article import TaggedArticle
from classifier.reading.layout.lines import body_size, lines_of_pieces
from classifier.reading.layout.printed import Box, PrintedPage
from classifier.reading.layout.printed_articles import PlacedArticle

COLOURS = ("#c0392b", "#1f618d", "#1e8449", "#b9770e", "#6c3483", "#117a65", "#a04000", "#283747")
FONTS = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif"


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article as it is shown on its page: its number, where it stands, and what it was tagged as."""

    number: int
    place: PlacedArticle
    label: str = ""
    accepted: bool = True


def number_articles(places: Sequence[PlacedArticle], tagged: Sequence[TaggedArticle]) -> list[ShownArticle]:
    """Articles with their places, numbered as ``source.position`` numbers them."""
    return [
        ShownArticle(n, place, f"{one.category_name} {one.probability:.2f}", one.decision == "accepted")
        for n, (place, one) in enumerate(zip(places, tagged, strict=True), 1)
    ]


def page_svg(page: PrintedPage, articles: Sequence[ShownArticle], picture: bytes = b"") -> str:
    """The page as SVG; ``picture`` is its PNG to draw on, without it the text itself is set.

    An article that waits for review has broken lines around it.
    """
    width, height = page.width, page.height
    unit = max(width, height) / 1000
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}" '
        f'width="{width / max(width, 1) * 900:.0f}" height="{height / max(width, 1) * 900:.0f}" '
        f'font-family="{FONTS}">',
        f'<rect width="{width:.1f}" height="{height:.1f}" fill="#fff"/>',
    ]
    if picture:
        data = base64.b64encode(picture).decode("ascii")
        drawn.append(
            f'<image width="{width:.1f}" height="{height:.1f}" preserveAspectRatio="none" '
            f'href="data:image/png;base64,{data}"/>'
        )
    else:
        drawn += _text(page)
    for article in articles:
        colour = COLOURS[(article.number - 1) % len(COLOURS)]
        dashes = "" if article.accepted else f' stroke-dasharray="{5 * unit:.1f} {3 * unit:.1f}"'
        boxes = [part.box for part in article.place.parts if part.page == page.number]
        drawn += [
            f'<rect x="{b.left:.1f}" y="{b.top:.1f}" width="{b.width:.1f}" height="{b.height:.1f}" fill="{colour}" '
            f'fill-opacity="0.10" stroke="{colour}" stroke-width="{1.2 * unit:.2f}"{dashes}/>'
            for b in boxes
        ]
        if boxes:
            drawn += _label(article, boxes[0], colour, unit)
    drawn.append("</svg>")
    return "\n".join(drawn)


def _label(article: ShownArticle, box: Box, colour: str, unit: float) -> list[str]:
    size = 13 * unit
    text = f"{article.number} {article.label}".strip()
    wide = sum(0.6 if c.isascii() else 1.05 for c in text) * size + 0.6 * size
    top = max(0.0, box.top - 1.3 * size)
    return [
        f'<rect x="{box.left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{1.3 * size:.1f}" fill="{colour}"/>',
        f'<text x="{box.left + 0.3 * size:.1f}" y="{top + size:.1f}" font-size="{size:.1f}" fill="#fff">'
        f"{escape(text)}</text>",
    ]


def _text(page: PrintedPage) -> list[str]:
    """The page's text where it stands, for pages of which there is no picture."""
    drawn = [
        f'<rect x="{b.left:.1f}" y="{b.top:.1f}" width="{b.width:.1f}" height="{b.height:.1f}" fill="#ddd"/>'
        for b in page.pictures
    ]
    for line in lines_of_pieces(page.pieces, body_size(page)):
        box, place = line.box, f'x="{line.box.left:.1f}" y="{line.box.top + 0.88 * line.size:.1f}"'
        length = f' textLength="{box.width:.1f}" lengthAdjust="spacingAndGlyphs"' if not line.vertical else ""
        upright = ' writing-mode="vertical-rl"' if line.vertical else ""
        if line.lines > 1:
            length = ""
            text = line.text[: max(1, int(box.width / max(line.size, 1)))]
        else:
            text = line.text
        drawn.append(f'<text {place} font-size="{line.size:.1f}" fill="#333"{length}{upright}>{escape(text)}</text>')
    return drawn
