"""Two makers of PDF pages from plans: Chromium, which breaks lines itself, and ReportLab with a typesetter here."""

from __future__ import annotations

import html
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.page_plans import SUBHEADS, Article, Box, Frame, Plan

NEVER_FIRST = set("，。！？；：、）》”’％%)】—…")
NEVER_LAST = set("（《“‘(【")


def segments(frame: Frame) -> list[Box]:
    """Boxes the body runs through, in reading order: each column, what pictures and insets leave of it."""
    boxes = []
    head = frame.head_height()
    for i in range(frame.columns):
        column = frame.column(i)
        top = column.y + (head if i < frame.span else 0)
        pieces = [Box(column.x, top, column.w, column.y + column.h - top)]
        for taken in _obstacles(frame):
            pieces = [left for piece in pieces for left in _without(piece, taken, frame.size)]
        boxes += [p for p in pieces if p.h > 1.6 * frame.leading and p.w > 7 * frame.size]
    return boxes


def _obstacles(frame: Frame) -> list[Box]:
    taken = []
    if frame.picture:
        p = frame.picture
        taken.append(Box(p.x, p.y, p.w, p.h + (caption_height(frame) if frame.article.caption else 0)))
    if frame.inset:
        taken.append(frame.inset.box)
    return taken


def caption_height(frame: Frame) -> float:
    assert frame.picture is not None
    lines = -(-len(frame.article.caption) * 0.9 * frame.size // frame.picture.w)
    return (lines + 0.5) * frame.size * 1.3


def _without(piece: Box, taken: Box, size: float) -> list[Box]:
    if taken.x >= piece.x + piece.w or taken.x + taken.w <= piece.x:
        return [piece]
    above, below = taken.y - 0.7 * size, taken.y + taken.h + 0.9 * size
    if above >= piece.y + piece.h or below <= piece.y:
        return [piece]
    left = []
    if above > piece.y:
        left.append(Box(piece.x, piece.y, piece.w, above - piece.y))
    top, bottom = max(piece.y, above), min(piece.y + piece.h, below)
    if taken.w < 0.7 * piece.w:
        if taken.x - piece.x < 2:
            x = taken.x + taken.w + size
            left.append(Box(x, top, piece.x + piece.w - x, bottom - top))
        else:
            left.append(Box(piece.x, top, taken.x - size - piece.x, bottom - top))
    if below < piece.y + piece.h:
        left.append(Box(piece.x, below, piece.w, piece.y + piece.h - below))
    return left


def all_frames(plan: Plan) -> list[Frame]:
    return [f for frame in plan.frames for f in (frame, frame.inset) if f is not None]


# Chromium ------------------------------------------------------------------------------------------

FLOW = """
([boxes, paragraphs, prefix]) => {
  const place = (kept) => {
    let at = 0, offset = 0;
    for (const id of boxes) {
      const box = document.getElementById(id);
      box.textContent = "";
      while (at < kept.length) {
        const p = document.createElement("p");
        const rest = kept[at].text.slice(offset);
        p.className = kept[at].kind + (offset ? " on" : "");
        p.textContent = rest;
        box.appendChild(p);
        if (box.scrollHeight <= box.clientHeight + 1) { at += 1; offset = 0; continue; }
        if (kept[at].kind === "sub") { p.remove(); break; }
        let low = 0, high = rest.length;
        while (low < high) {
          const middle = (low + high + 1) >> 1;
          p.textContent = rest.slice(0, middle);
          if (box.scrollHeight <= box.clientHeight + 1) low = middle; else high = middle - 1;
        }
        if (low < 4) { p.remove(); break; }
        p.textContent = rest.slice(0, low);
        p.className += " torn";
        offset += low;
        break;
      }
      if (at >= kept.length) break;
    }
    return at >= kept.length;
  };
  let kept = paragraphs;
  while (kept.length && !place(kept)) kept = kept.slice(0, -1);
  return kept.length;
}
"""


TAKE_APART = """
(chance) => {
  // Each line of the body becomes a piece of its own, and the pieces stand in the stream in an order of chance.
  const random = () => (chance = (chance * 16807) % 2147483647) / 2147483647;
  const made = [];
  for (const box of document.querySelectorAll(".box")) {
    for (const p of box.querySelectorAll("p")) {
      const node = p.firstChild;
      const style = getComputedStyle(p);
      let line = null, top = null;
      for (let i = 0; node && i < node.length; i++) {
        const range = document.createRange();
        range.setStart(node, i);
        range.setEnd(node, i + 1);
        const r = range.getBoundingClientRect();
        if (line === null || Math.abs(r.top - top) > 3) {
          line = document.createElement("div");
          top = r.top;
          made.push(line);
        }
        const c = document.createElement("div");
        c.textContent = node.data[i];
        c.style.cssText = `left:${r.left}px;top:${r.top}px;white-space:pre;font-size:${style.fontSize};` +
          `line-height:${r.height}px;font-weight:${style.fontWeight}`;
        line.appendChild(c);
      }
    }
    box.remove();
  }
  for (const div of [...document.body.children]) if (div.className !== "back") made.push(div);
  for (let i = made.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [made[i], made[j]] = [made[j], made[i]];
  }
  for (const div of made) document.body.appendChild(div);
}
"""


def make_with_chromium(plans: Sequence[Plan], path: Path, rng: random.Random) -> list[list[Article]]:
    """Set pages as HTML, absolute frames, lines broken by the browser, and print them."""
    from shutil import which

    from playwright.sync_api import sync_playwright

    wanted: list[list[Article]] = []
    made: list[bytes] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page()
        for plan in plans:
            markup, flows = _html_page(plan, rng)
            tab.set_content(markup)
            articles = []
            for frame, boxes in flows:
                paragraphs = [{"text": p, "kind": "sub" if p in SUBHEADS else "own"} for p in frame.article.paragraphs]
                kept = tab.evaluate(FLOW, [boxes, paragraphs, ""])
                frame.article.paragraphs = frame.article.paragraphs[:kept]
                if kept:
                    articles.append(frame.article)
            if rng.random() < 0.6:
                tab.evaluate(TAKE_APART, rng.randrange(1, 2**31 - 1))
            wanted.append(articles)
            made.append(tab.pdf(width=f"{plan.width / 72}in", height=f"{plan.height / 72}in", print_background=True))
        browser.close()
    _join_pdfs(made, path)
    return wanted


def _join_pdfs(made: list[bytes], path: Path) -> None:
    import pypdfium2 as pdfium

    whole = pdfium.PdfDocument.new()
    for data in made:
        one = pdfium.PdfDocument(data)
        whole.import_pages(one, pages=[0])
        one.close()
    whole.save(path)


def _html_page(plan: Plan, rng: random.Random) -> tuple[str, list[tuple[Frame, list[str]]]]:
    body_font = rng.choice(["Noto Serif CJK SC", "AR PL SungtiL GB", "Noto Sans CJK SC", "WenQuanYi Zen Hei"])
    head_font = rng.choice(["Noto Sans CJK SC", "WenQuanYi Zen Hei", "Noto Serif CJK SC"])
    align = rng.choice(["justify", "justify", "justify", "left"])
    parts = [
        f"""<style>@page{{size:{plan.width}pt {plan.height}pt;margin:0}}*{{margin:0;padding:0}}
body{{font-family:'{body_font}';width:{plan.width}pt;height:{plan.height - 2}pt;overflow:hidden;position:relative}}
div{{position:absolute;box-sizing:border-box}}.box p{{text-align:{align};text-indent:2em}}
.box p.on{{text-indent:0}}.box p.torn{{text-align-last:{align}}}
.box p.sub{{text-indent:0;text-align:center;font-weight:bold}}
.head{{font-family:'{head_font}';text-align:center;font-weight:bold;white-space:nowrap}}</style>"""
    ]
    furniture: list[str] = []
    if plan.masthead:
        furniture.append(_text_div(plan.margin, plan.margin - 18, 300, 22, plan.masthead, 20, bold=True))
    if plan.date_line:
        furniture.append(
            _text_div(plan.width - plan.margin - 240, plan.margin - 4, 240, 9, plan.date_line, 12, right=True)
        )
    if plan.page_number:
        furniture.append(_text_div(plan.width / 2, plan.margin - 4, 60, 12, plan.page_number, 15))
    pieces = furniture
    flows: list[tuple[Frame, list[str]]] = []
    for x1, y1, x2, y2 in plan.rules:
        pieces.append(_rule(x1, y1, x2, y2))
    for n, frame in enumerate(all_frames(plan)):
        own, boxes = _html_frame(frame, f"f{n}", rng)
        pieces += own
        flows.append((frame, boxes))
    backs = [p for p in pieces if 'class="back"' in p]
    rest = [p for p in pieces if 'class="back"' not in p]
    rng.shuffle(rest)
    return "<!doctype html><html lang=zh-CN><meta charset=utf-8>" + "".join(parts) + "<body>" + "".join(
        backs + rest
    ), flows


def _html_frame(frame: Frame, name: str, rng: random.Random) -> tuple[list[str], list[str]]:
    pieces: list[str] = []
    b = frame.box
    if frame.bordered or frame.tinted:
        style = "border:0.8pt solid #444;" if frame.bordered else ""
        style += "background:#e8eef4;" if frame.tinted else ""
        pieces.append(f'<div class="back" style="left:{b.x}pt;top:{b.y}pt;width:{b.w}pt;height:{b.h}pt;{style}"></div>')
    pieces += _html_head(frame, rng)
    if frame.column_rules:
        for i in range(1, frame.columns):
            column = frame.column(i)
            top = column.y + (frame.head_height() if i < frame.span else 0)
            x = column.x - frame.gutter / 2
            if not any(t.x < x < t.x + t.w for t in _obstacles(frame)):
                pieces.append(_rule(x, top, x, column.y + column.h))
    if frame.picture:
        p = frame.picture
        fill = rng.choice(
            [
                "#99aabb",
                "url(data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGNsaGhgYGBgYmBgYGBgAAAOHQGBPkTjEwAAAABJRU5ErkJggg==)",
            ]
        )
        if fill.startswith("url"):
            inner = f'<img src="{fill[4:-1]}" style="width:100%;height:100%">'
            pieces.append(f'<div style="left:{p.x}pt;top:{p.y}pt;width:{p.w}pt;height:{p.h}pt">{inner}</div>')
        else:
            pieces.append(
                f'<div style="left:{p.x}pt;top:{p.y}pt;width:{p.w}pt;height:{p.h}pt;background:{fill}"></div>'
            )
        if frame.article.caption:
            pieces.append(
                f'<div style="left:{p.x}pt;top:{p.y + p.h + 2}pt;width:{p.w}pt;font-size:{0.9 * frame.size}pt;'
                f"line-height:1.3;font-family:'AR PL KaitiM GB'\">{html.escape(frame.article.caption)}</div>"
            )
    boxes = []
    for n, s in enumerate(segments(frame)):
        boxes.append(f"{name}s{n}")
        pieces.append(
            f'<div class="box" id="{name}s{n}" style="left:{s.x}pt;top:{s.y}pt;width:{s.w}pt;height:{s.h}pt;'
            f'font-size:{frame.size}pt;line-height:{frame.leading}pt;overflow:hidden"></div>'
        )
    return pieces, boxes


def _html_head(frame: Frame, rng: random.Random) -> list[str]:
    article, inner = frame.article, frame.inner
    if frame.vertical:
        step = frame.headline_size * 1.15
        pieces = []
        for i, line in enumerate(frame.headline_lines):
            x = inner.x + (len(frame.headline_lines) - 1 - i) * step
            pieces.append(
                f'<div class="head" style="left:{x}pt;top:{inner.y}pt;height:{inner.h}pt;'
                f"font-size:{frame.headline_size}pt;"
                f'line-height:{step}pt;writing-mode:vertical-rl;text-align:left">{html.escape(line)}</div>'
            )
        return pieces
    first, last = frame.column(0), frame.column(frame.span - 1)
    x, w = first.x, last.x + last.w - first.x
    align = rng.choice(["center", "center", "left"])
    y = first.y
    pieces = []
    if article.kicker:
        pieces.append(_line_div(x, y, w, frame.size * 1.25, frame.size * 1.9, article.kicker, align))
        y += frame.size * 1.9
    for line in frame.headline_lines:
        pieces.append(_line_div(x, y, w, frame.headline_size, frame.headline_size * 1.25, line, align, bold=True))
        y += frame.headline_size * 1.25
    if article.subtitle:
        pieces.append(_line_div(x, y, w, frame.size * 1.2, frame.size * 2.0, article.subtitle, align))
        y += frame.size * 2.0
    if article.byline_line:
        pieces.append(
            _line_div(x, y, w, frame.size, frame.size * 1.8, article.byline_line, rng.choice(["center", "left"]))
        )
    return pieces


def _line_div(
    x: float, y: float, w: float, size: float, height: float, text: str, align: str, bold: bool = False
) -> str:
    kind = "head" if bold else "plain"
    return (
        f'<div class="{kind}" style="left:{x}pt;top:{y}pt;width:{w}pt;font-size:{size}pt;line-height:{height}pt;'
        f'text-align:{align};white-space:nowrap">{html.escape(text)}</div>'
    )


def _text_div(
    x: float, y: float, w: float, size: float, text: str, height: float, bold: bool = False, right: bool = False
) -> str:
    return _line_div(x, y, w, size, height + 4, text, "right" if right else "left", bold)


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    width, height = max(0.75, x2 - x1), max(0.75, y2 - y1)
    return f'<div style="left:{x1}pt;top:{y1}pt;width:{width}pt;height:{height}pt;background:#333"></div>'


# ReportLab -----------------------------------------------------------------------------------------

FONTS = {
    "song": "/usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf",
    "kai": "/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf",
    "hei": "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "micro": "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
}


def make_with_reportlab(plans: Sequence[Plan], path: Path, rng: random.Random) -> list[list[Article]]:
    """Set pages line by line: lines broken here, characters drawn one by one or a line at a time."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for name, file in FONTS.items():
        pdfmetrics.registerFont(TTFont(name, file))
    canvas = Canvas(str(path))
    wanted = []
    for plan in plans:
        canvas.setPageSize((plan.width, plan.height))
        wanted.append(_Setter(canvas, plan, rng).set())
        canvas.showPage()
    canvas.save()
    return wanted


class _Setter:
    """Sets one page on a ReportLab canvas."""

    def __init__(self, canvas: Any, plan: Plan, rng: random.Random) -> None:
        self.canvas, self.plan, self.rng = canvas, plan, rng
        self.body = rng.choice(["hei", "micro", "song"])
        self.head = rng.choice(["hei", "micro"])
        self.one_by_one = rng.random() < 0.4
        self.justify = rng.random() < 0.8
        self.calls: list[Callable[[], None]] = []

    def set(self) -> list[Article]:
        plan = self.plan
        articles = []
        for rule in plan.rules:
            self._rule(*rule)
        if plan.masthead:
            self._string(plan.margin, plan.margin, plan.masthead, self.head, 20)
        if plan.date_line:
            self._string(plan.width - plan.margin - 200, plan.margin, plan.date_line, self.body, 9)
        if plan.page_number:
            self._string(plan.width / 2, plan.margin, plan.page_number, self.head, 12)
        for frame in all_frames(plan):
            if self._frame(frame):
                articles.append(frame.article)
        self.rng.shuffle(self.calls)
        for call in self.calls:
            call()
        return articles

    def _frame(self, frame: Frame) -> bool:
        canvas, height = self.canvas, self.plan.height
        b = frame.box
        font = self._font_for("".join(frame.article.paragraphs))
        if frame.bordered or frame.tinted:
            canvas.saveState()
            canvas.setFillColorRGB(0.92, 0.94, 0.97)
            canvas.setLineWidth(0.7)
            canvas.rect(b.x, height - b.y - b.h, b.w, b.h, stroke=int(frame.bordered), fill=int(frame.tinted))
            canvas.restoreState()
        self._headline(frame, font)
        if frame.column_rules:
            for i in range(1, frame.columns):
                column = frame.column(i)
                top = column.y + (frame.head_height() if i < frame.span else 0)
                x = column.x - frame.gutter / 2
                if not any(t.x < x < t.x + t.w for t in _obstacles(frame)):
                    self._rule(x, top, x, column.y + column.h)
        if frame.picture:
            p = frame.picture
            canvas.saveState()
            canvas.setFillColorRGB(0.6, 0.65, 0.7)
            canvas.rect(p.x, height - p.y - p.h, p.w, p.h, stroke=0, fill=1)
            canvas.restoreState()
            if frame.article.caption:
                size = 0.9 * frame.size
                per = int(p.w / size)
                for n in range(0, len(frame.article.caption), per):
                    y = p.y + p.h + 2 + size * 1.3 * (n // per) + size
                    self._string(
                        p.x, y, frame.article.caption[n : n + per], self._font_for(frame.article.caption, "kai"), size
                    )
        paragraphs = frame.article.paragraphs
        boxes = segments(frame)
        while paragraphs:
            lines = self._flow(frame, boxes, paragraphs, font)
            if lines is not None:
                for x, y, text, width, kind in lines:
                    face = self.head if kind == "sub" else font
                    self._string(x, y, text, face, frame.size, width)
                break
            paragraphs = paragraphs[:-1]
        frame.article.paragraphs = paragraphs
        return bool(paragraphs)

    def _flow(
        self, frame: Frame, boxes: list[Box], paragraphs: list[str], font: str
    ) -> list[tuple[float, float, str, float, str]] | None:
        slots = []
        for box in boxes:
            y = box.y
            while y + frame.size * 1.1 <= box.y + box.h:
                slots.append((box.x, y + frame.size * 0.95, box.w))
                y += frame.leading
        lines: list[tuple[float, float, str, float, str]] = []
        at = 0
        for paragraph in paragraphs:
            rest, first = paragraph, True
            sub = paragraph in SUBHEADS
            while rest:
                if at >= len(slots):
                    return None
                x, y, w = slots[at]
                at += 1
                if sub:
                    own = self._width(rest, font, frame.size)
                    lines.append((x + (w - own) / 2, y, rest, 0, "sub"))
                    break
                indent = 2 * frame.size if first else 0.0
                n = self._break(rest, font, frame.size, w - indent)
                text = rest[:n]
                rest, first = rest[n:], False
                wide = w - indent if rest and self.justify else 0.0
                lines.append((x + indent, y, text, wide, "own"))
        return lines

    def _width(self, text: str, font: str, size: float) -> float:
        from reportlab.pdfbase.pdfmetrics import stringWidth

        return float(stringWidth(text, font, size))

    def _break(self, text: str, font: str, size: float, room: float) -> int:
        total, n = 0.0, 0
        for c in text:
            total += self._width(c, font, size)
            if total > room + 0.01:
                break
            n += 1
        if n >= len(text):
            return len(text)
        while n > 2 and (
            text[n] in NEVER_FIRST
            or text[n - 1] in NEVER_LAST
            or (
                text[n].isalnum()
                and text[n - 1].isalnum()
                and text[n].isascii()
                and text[n - 1].isascii()
                and text[n - 4 : n + 1].isascii() is False
            )
        ):
            n -= 1
        return max(1, n)

    def _headline(self, frame: Frame, font: str) -> None:
        article, inner, size = frame.article, frame.inner, frame.headline_size
        if frame.vertical:
            step = size * 1.15
            for i, line in enumerate(frame.headline_lines):
                x = inner.x + (len(frame.headline_lines) - 1 - i) * step
                for n, c in enumerate(line):
                    self._string(x, inner.y + size * (1.04 * n + 0.9), c, self._font_for(line, self.head), size)
            return
        first, last = frame.column(0), frame.column(frame.span - 1)
        x, w, y = first.x, last.x + last.w - first.x, first.y
        centred = self.rng.random() < 0.7

        def put(text: str, face: str, points: float, height: float) -> None:
            nonlocal y
            own = self._width(text, face, points)
            at = x + (w - own) / 2 if centred else x
            self._string(at, y + points, text, face, points)
            y += height

        if article.kicker:
            put(article.kicker, self._font_for(article.kicker, "kai"), frame.size * 1.25, frame.size * 1.9)
        for line in frame.headline_lines:
            put(line, self._font_for(line, self.head), size, size * 1.25)
        if article.subtitle:
            put(article.subtitle, self._font_for(article.subtitle, "kai"), frame.size * 1.2, frame.size * 2.0)
        if article.byline_line:
            put(article.byline_line, self._font_for(article.byline_line, self.body), frame.size, frame.size * 1.8)

    def _font_for(self, text: str, wished: str = "") -> str:
        from reportlab.pdfbase import pdfmetrics

        for name in (wished or self.body, "hei"):
            glyphs = pdfmetrics.getFont(name).face.charToGlyph
            if all(ord(c) in glyphs or c.isspace() for c in text):
                return name
        return "hei"

    def _string(self, x: float, y: float, text: str, font: str, size: float, width: float = 0.0) -> None:
        canvas, height = self.canvas, self.plan.height
        own = self._width(text, font, size)
        spread = (width - own) / (len(text) - 1) if width and len(text) > 1 else 0.0

        def draw() -> None:
            canvas.setFont(font, size)
            if not self.one_by_one:
                canvas.drawString(x, height - y, text, charSpace=spread)
                return
            at = x
            for c in text:
                if not c.isspace():
                    canvas.drawString(at, height - y, c)
                at += self._width(c, font, size) + spread

        self.calls.append(draw)

    def _rule(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self.canvas.setLineWidth(0.5)
        self.canvas.line(x1, self.plan.height - y1, x2, self.plan.height - y2)


MAKERS: dict[str, Callable[[Sequence[Plan], Path, random.Random], list[list[Article]]]] = {
    "chromium": make_with_chromium,
    "reportlab": make_with_reportlab,
}


def write_truth(path: Path, wanted: list[list[Article]]) -> None:
    """The articles of each page, for looking at."""
    path.write_text(json.dumps([[vars(a) for a in page] for page in wanted], ensure_ascii=False, indent=1), "utf-8")
