"""Plans of newspaper pages: frames at random, and in each an article of real news with its headline and pictures."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from benchmarks.page_reading import Item

REPORTERS = ["张宁", "李明远", "古丽娜·阿不都", "王 强", "赵海燕", "陈思", "叶尔兰·马合木提"]
PAPER = "清河口日报"
CAPTION_BEGINNINGS = ["图为", "上图为", "", "▲"]
CAPTIONS = [
    "工人在车间里检查新下线的设备",
    "村民在地里收获玉米",
    "孩子们在新修的操场上奔跑",
    "施工人员在大桥上作业",
    "志愿者为老人送去生活用品",
]
SUBHEADS = ["抓实项目增后劲", "让群众得到实惠", "产业兴旺促增收", "守好一方水土", "把服务送到家门口", "科技赋能添动力"]


@dataclass(frozen=True)
class Box:
    """A rectangle in points, from the page's upper left corner."""

    x: float
    y: float
    w: float
    h: float


@dataclass
class Article:
    """What stands in one frame, as it should be read back."""

    headline: str
    paragraphs: list[str]
    kicker: str = ""
    subtitle: str = ""
    byline_line: str = ""
    caption: str = ""


@dataclass
class Frame:
    """One article's place and how it is set.

    ``span`` is over how many of its columns the headline stands; ``picture`` the picture's box, which may
    stand over several columns or leave room beside it; ``inset`` a frame inside this one.
    """

    box: Box
    columns: int
    gutter: float
    size: float
    leading: float
    article: Article
    headline_lines: list[str]
    headline_size: float
    span: int
    vertical: bool = False
    bordered: bool = False
    tinted: bool = False
    column_rules: bool = False
    picture: Box | None = None
    inset: Frame | None = None
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)

    @property
    def inner(self) -> Box:
        """The box without its border's margin."""
        pad = 8.0 if self.bordered or self.tinted else 0.0
        return Box(self.box.x + pad, self.box.y + pad, self.box.w - 2 * pad, self.box.h - 2 * pad)

    @property
    def column_width(self) -> float:
        inner = self.text_box()
        return (inner.w - (self.columns - 1) * self.gutter) / self.columns

    def text_box(self) -> Box:
        """Where columns stand: all but a vertical headline's place."""
        inner = self.inner
        if not self.vertical:
            return inner
        taken = self.headline_size * 1.15 * len(self.headline_lines) + self.size * 1.2
        return Box(inner.x + taken, inner.y, inner.w - taken, inner.h)

    def column(self, i: int) -> Box:
        inner = self.text_box()
        return Box(inner.x + i * (self.column_width + self.gutter), inner.y, self.column_width, inner.h)

    def head_height(self) -> float:
        """How much of the height the headline takes over the columns it spans."""
        if self.vertical:
            return 0.0
        height = self.headline_size * 1.25 * len(self.headline_lines) + self.size * 0.9
        height += self.size * 1.9 if self.article.kicker else 0.0
        height += self.size * 2.0 if self.article.subtitle else 0.0
        return height + (self.size * 1.8 if self.article.byline_line else 0.0)


@dataclass
class Plan:
    """A page: its size, frames, and rules between them."""

    width: float
    height: float
    margin: float
    frames: list[Frame]
    rules: list[tuple[float, float, float, float]]
    masthead: str
    date_line: str
    page_number: str


def plan_page(items: list[Item], rng: random.Random) -> Plan:
    """A page of random frames filled with news."""
    width, height = rng.choice([(780, 1100), (780, 1100), (1105, 1530), (700, 980)])
    size = rng.choice([9.0, 9.5, 10.0, 10.5]) if width < 1000 else rng.choice([10.5, 11.0])
    margin = rng.uniform(32, 50)
    top = margin + rng.uniform(24, 60)
    body = Box(margin, top, width - 2 * margin, height - top - margin - 16)
    gap = rng.uniform(1.6, 2.6) * size
    rules: list[tuple[float, float, float, float]] = []
    ruled = rng.choice([0.0, 0.3, 1.0])
    boxes: list[Box] = []
    _split(body, size, gap, ruled, rng, boxes, rules, 0)
    frames = [frame for box in boxes if (frame := _frame(box, size, gap, items, rng)) is not None]
    return Plan(
        width,
        height,
        margin,
        frames,
        rules,
        rng.choice([PAPER, "要闻", "综合新闻", ""]),
        rng.choice(["2026年3月18日 星期三", "2026年3月18日 星期三 第02版", ""]),
        rng.choice(["2", "02", "第二版", ""]),
    )


def _split(
    box: Box,
    size: float,
    gap: float,
    ruled: float,
    rng: random.Random,
    boxes: list[Box],
    rules: list[tuple[float, float, float, float]],
    depth: int,
) -> None:
    least_w, least_h = 13 * size, 15 * size
    can_x, can_y = box.w > 2 * least_w + gap, box.h > 2 * least_h + gap
    big = box.w * box.h > (46 * size) * (40 * size)
    if not (can_x or can_y) or (depth > 0 and not big and rng.random() < 0.6):
        boxes.append(box)
        return
    across = can_x and (not can_y or rng.random() < box.w / (box.w + box.h))
    ruled_here = rng.random() < ruled
    if across:
        at = rng.uniform(least_w, box.w - gap - least_w)
        if ruled_here:
            x = box.x + at + gap / 2
            rules.append((x, box.y, x, box.y + box.h))
        _split(Box(box.x, box.y, at, box.h), size, gap, ruled, rng, boxes, rules, depth + 1)
        rest = Box(box.x + at + gap, box.y, box.w - at - gap, box.h)
        _split(rest, size, gap, ruled, rng, boxes, rules, depth + 1)
    else:
        at = rng.uniform(least_h, box.h - gap - least_h)
        if ruled_here:
            y = box.y + at + gap / 2
            rules.append((box.x, y, box.x + box.w, y))
        _split(Box(box.x, box.y, box.w, at), size, gap, ruled, rng, boxes, rules, depth + 1)
        rest = Box(box.x, box.y + at + gap, box.w, box.h - at - gap)
        _split(rest, size, gap, ruled, rng, boxes, rules, depth + 1)


def _frame(
    box: Box, size: float, gap: float, items: list[Item], rng: random.Random, inside: bool = False
) -> Frame | None:
    bordered = inside or rng.random() < 0.15
    tinted = rng.random() < (0.5 if inside else 0.06)
    body_size = size * rng.choice([1, 1, 1, 1, 1.08]) if not inside else size * rng.choice([1, 0.95])
    gutter = rng.uniform(1.4, 2.2) * size
    room = box.w - (16 if bordered or tinted else 0)
    columns = max(1, min(5, int((room + gutter) / (rng.uniform(11.5, 18) * body_size + gutter))))
    filled = 0.9 if rng.random() < 0.85 else 0.5
    wanted = filled * 0.75 * room * box.h / (1.5 * body_size**2)
    item = max(rng.sample(items, 150), key=lambda i: (i.chars > wanted, -i.chars if i.chars > wanted else i.chars))
    kicker, headline = _headline(item.title)
    article = Article(headline, [], kicker if rng.random() < 0.8 else "")
    frame = Frame(box, columns, gutter, body_size, body_size * rng.uniform(1.3, 1.65), article, [headline], 0, columns)
    frame.bordered, frame.tinted = bordered, tinted
    if columns >= 3 and rng.random() < 0.3:
        frame.span = rng.randint(max(1, columns - 2), columns - 1)
    frame.vertical = not inside and room > 24 * size and box.h > 26 * size and rng.random() < 0.08
    if rng.random() < 0.2:
        article.subtitle = "——" + rng.choice(["我市抓项目促发展见闻", "来自一线的报道", "清河口镇振兴乡村记事"])
    if not _set_headline(frame, rng):
        return None
    if frame.vertical:
        article.kicker = article.subtitle = ""
    column_rules = columns > 1 and rng.random() < 0.12
    frame.column_rules = column_rules
    text = frame.text_box()
    head = frame.head_height()
    if text.h - head < 5 * frame.leading:
        return None
    style = rng.random()
    names = rng.choice(REPORTERS) + (" " + rng.choice(REPORTERS) if rng.random() < 0.3 else "")
    prefix = ""
    if style < 0.4:
        prefix = rng.choice(
            [
                f"本报讯（记者 {names}）",
                f"本报讯(记者 {names})",
                f"新华社北京3月{rng.randint(1, 28)}日电（记者 {names}）",
            ]
        )
    elif style < 0.6 and not frame.vertical:
        article.byline_line = rng.choice([f"□ 本报记者 {names}", f"本报记者 {names}"])
        if (len(article.byline_line) + 1) * body_size > frame.column_width:
            article.byline_line = "本报记者 张宁"
        head = frame.head_height()
    _place_picture(frame, head, rng)
    if not inside and frame.picture is None and columns >= 3 and text.h > 40 * size and rng.random() < 0.25:
        k = rng.randint(1, columns - 1)
        first, last = frame.column(columns - k), frame.column(columns - 1)
        h = rng.uniform(0.3, 0.5) * text.h
        inset_box = Box(first.x, text.y + text.h - h, last.x + last.w - first.x, h)
        frame.inset = _frame(inset_box, size, gap, items, rng, inside=True)
    _fill(frame, head, prefix, item, rng)
    return frame if article.paragraphs else None


def _headline(title: str) -> tuple[str, str]:
    match = re.match(r"【(.{2,12}?)】(.+)", title)
    kicker, headline = (match[1], match[2]) if match else ("", title)
    return kicker, headline.strip()


def _set_headline(frame: Frame, rng: random.Random) -> bool:
    """Choose the headline's size and lines for its place."""
    headline = frame.article.headline
    if frame.vertical:
        room = frame.inner.h
        for lines in (1, 2):
            size = min(3.2 * frame.size, room / (len(headline) / lines + 1) / 1.1)
            if size >= 1.9 * frame.size:
                frame.headline_size = size
                frame.headline_lines = _lines(headline, lines)
                return frame.inner.w - size * 1.3 * lines > 14 * frame.size
        frame.vertical = False
    first, last = frame.column(0), frame.column(frame.span - 1)
    room = last.x + last.w - first.x
    wished = rng.uniform(1.5, 2.0 + 0.55 * frame.span) * frame.size
    for lines in (1, 2, 3):
        size = min(wished, room / (max(map(len, _lines(headline, lines))) + 0.5))
        if size >= min(wished, 1.45 * frame.size) * 0.98:
            frame.headline_size = size
            frame.headline_lines = _lines(headline, lines)
            return True
    return False


def _lines(headline: str, count: int) -> list[str]:
    if count == 1:
        return [headline]
    if count == 2 and " " in headline:
        a, b = headline.split(" ", 1)
        if 0.5 < len(a) / max(1, len(b)) < 2:
            return [a, b]
    step = -(-len(headline) // count)
    return [headline[i : i + step].strip() for i in range(0, len(headline), step)]


def _place_picture(frame: Frame, head: float, rng: random.Random) -> None:
    text = frame.text_box()
    if text.h - head < 22 * frame.size or rng.random() > 0.4:
        return
    k = rng.randint(1, frame.columns)
    start = rng.randint(0, frame.columns - k)
    first, last = frame.column(start), frame.column(start + k - 1)
    width = last.x + last.w - first.x
    x = first.x
    if k == 1 and frame.column_width > 20 * frame.size and rng.random() < 0.5:
        width = 0.45 * frame.column_width
        x = rng.choice([first.x, first.x + first.w - width])
    height = rng.uniform(0.25, 0.4) * (text.h - head)
    covered = start < frame.span
    top = text.y + (head if covered else 0)
    where = rng.choice(["top", "middle", "bottom"])
    bottom = text.y + text.h - height - 3.5 * frame.size
    y = {"top": top, "middle": top + 0.3 * (text.h - head), "bottom": bottom}[where]
    frame.picture = Box(x, y, width, height)
    if rng.random() < 0.75:
        caption = rng.choice(CAPTION_BEGINNINGS) + rng.choice(CAPTIONS)
        frame.article.caption = caption + rng.choice(
            [f"。 本报记者 {rng.choice(REPORTERS[:3])} 摄", "。", "。（资料图片）"]
        )


def _fill(frame: Frame, head: float, prefix: str, item: Item, rng: random.Random) -> None:
    text = frame.text_box()
    per_line = int(frame.column_width / frame.size)
    area = frame.columns * frame.column_width * text.h
    area -= (frame.column(frame.span - 1).x + frame.column_width - text.x) * head
    for taken in (frame.picture, frame.inset.box if frame.inset else None):
        if taken is not None:
            area -= taken.w * (taken.h + 3 * frame.size)
    room = area / (frame.size * frame.leading) * 0.95 - 2 * frame.columns
    paragraphs = list(item.paragraphs)
    subheads = rng.sample(SUBHEADS, 3) if len(paragraphs) > 6 and rng.random() < 0.4 else []
    kept: list[str] = []
    for n, paragraph in enumerate(paragraphs):
        cost = -(-(len(paragraph) + 3) // per_line) * per_line
        if n and n % 3 == 0 and subheads and room > 6 * per_line:
            kept.append(subheads.pop())
            room -= per_line
        if cost > room:
            sentences = re.findall(r"[^。！？]*[。！？]”?", paragraph)
            short = ""
            while sentences and -(-(len(short + sentences[0]) + 3) // per_line) * per_line <= room:
                short += sentences.pop(0)
            if short:
                kept.append(short)
            break
        kept.append(paragraph)
        room -= cost
    while kept and kept[-1] in SUBHEADS:
        kept.pop()
    if kept and prefix:
        kept[0] = prefix + kept[0]
    frame.article.paragraphs = kept
