"""Newspaper pages made of real news for ``benchmarks.page_reading``: bylines of many forms, damaged as OCR does it.

A page is drawn with a seed: headlines and columns, subtitles, captions, editors' lines, stories without
a headline and stories whose beginning is cut off; a third of the bylines is damaged.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from classifier.reading.page.accounting import PageReading
from classifier.reading.patterns import ENDS

Place = Literal["lead", "line", "end"]

# ruff: noqa: E501

SURNAMES = "张李王赵刘陈杨黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
GIVEN = "宁丽敏静磊强军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞鑫波斌宇浩凯健俊帆雪梅琳晨辉悦婷海燕志文晓建国"
FAR_NAMES = ("古丽娜·巴哈提", "哈那提·托列别克", "阿依努尔·木拉提", "叶尔兰·哈布", "迪丽达·赛力克", "巴合提·努尔")
PLACES = ("青石", "白桦", "清河", "柳树沟", "阿尔川", "北屏")

# {a}, {b}, {c} are names, {p} a place. A blank at the end sets the byline off from the text.
FORMS: tuple[tuple[Place, tuple[str, ...]], ...] = (
    ("lead", ("本报讯(记者 {a} {b})",)),
    ("lead", ("本报讯（记者{a}、{b}）",)),
    ("lead", ("本报讯(记者 {a} 实习记者 {b})",)),
    ("lead", ("本报讯(通讯员 {a} {b} 记者 {c})",)),
    ("lead", ("本报讯({a} {b} 报道)",)),
    ("lead", ("本报讯 记者{a}、通讯员{b}、{c}报道:",)),
    ("lead", ("新华社{p}3月6日电(记者 {a})",)),
    ("lead", ("新华社{p}3月6日电 ",)),
    ("lead", ("本报{p}3月6日讯(记者 {a})",)),
    ("lead", ("本报3月6日讯(记者{a} 特约记者{b})",)),
    ("lead", ("本报{p}讯(记者 {a})",)),
    ("lead", ("中国{p}网消息(记者 {a})",)),
    ("lead", ("{p}网讯 ",)),
    ("lead", ("{p}县融媒体中心3月6日讯(记者 {a} {b} 通讯员 {c})",)),
    ("lead", ("{p}网{p}3月6日讯(本网记者 {a})",)),
    ("lead", ("今日{p}网讯 记者{a} 实习生{b} 报道:",)),
    ("lead", ("{p}新闻网--{p}报讯(通讯员 {a})",)),
    ("lead", ("{p}日报-新{p}客户端3月6日讯({a} {b} {c})",)),
    ("lead", ("云上{p}报道(记者 {a})",)),
    ("lead", ("(县融媒体中心记者{a}报道)",)),
    ("lead", ("{p}日报/{p}网 记者 {a} ",)),
    ("lead", ("{p}时刻3月6日讯({p}站通讯员 {a})",)),
    ("lead", ("【天天{p}网{p}电】(记者 {a})",)),
    ("lead", ("(记者 {a} 特约记者 {b})",)),
    ("lead", ("记者:{a} 通讯员:{b} ",)),
    ("lead", ("镇平台记者{a}、{b},通讯员{c}报道:",)),
    ("lead", ("□记者 {a} ",)),
    ("line", ("□本报记者 {a}",)),
    ("line", ("本报记者 {a} 通讯员 {b}",)),
    ("line", ("N本报记者 {a} 通讯员 {b}", "本报讯 ")),
    ("line", ("本报通讯员 {a} 报道", "本报讯 ")),
    ("line", ("■通讯员{a} {b}", "本报讯 ")),
    ("line", ("□记 者 {a}", "通讯员 {b} {c} 报道", "本报{p}讯 ")),
    ("end", ("(记者{a})",)),
    ("end", ("({a} {b} 记者 {c} 文/图)",)),
    ("end", ("融媒体记者 | {a}",)),
    ("end", ("(供稿:{a})",)),
    ("end", ("({p}县融媒体中心)",)),
    ("end", ("通讯员:{a}/{b}",)),
    ("end", ("◆文+/记者 {a}",)),
    ("end", ("(编辑:{a} 责编:{b} 编审:{c})",)),
    ("end", ("一审:{a} 二审:{b} 三审:{c}",)),
)
MISREAD = {
    "本": "木", "讯": "迅汛", "记": "己", "者": "着", "报": "根", "员": "贝", "社": "杜", "月": "几", "(": "〈", "（": "（", "电": "屯",
}  # fmt: skip
CAPTIONS = ("图为活动现场。 本报记者 {a} 摄", "▲{p}的春天。({a} 摄)", "图为{p}新貌。({a} {b} 摄影报道)")
COLUMNS = ("学习贯彻两会精神", "要闻", "走进基层", "民生一线", "综合新闻")


@dataclass(frozen=True)
class MadeStory:
    """A story as it was laid out: its title, and its paragraphs without the byline."""

    title: str
    column: str
    paragraphs: tuple[str, ...]


@dataclass
class MadePage:
    """A page's text and the stories it was made of, in order."""

    source: str
    stories: list[MadeStory] = field(default_factory=list)


def make_page(news: Sequence[tuple[str, Sequence[str]]], rng: random.Random, damaged: float = 0.35) -> MadePage:
    """Lay (title, paragraphs) out as a page."""
    page = MadePage("")
    blocks: list[str] = []
    if rng.random() < 0.3:
        blocks.append(f"阿尔川日报\n\n2026年3月{rng.randint(1, 28)}日 星期五 第{rng.randint(1, 8)}版")
    for i, (title, paragraphs) in enumerate(news):
        place, form = rng.choice(FORMS)
        beheaded = i == 0 and rng.random() < 0.1 and len(paragraphs) > 3
        headless = not beheaded and place != "end" and rng.random() < 0.2
        column = rng.choice(COLUMNS) if not (beheaded or headless) and rng.random() < 0.15 else ""
        own = list(paragraphs[1:] if beheaded else paragraphs)
        shown_title = "" if beheaded or headless else title
        if column:
            blocks.append(f"## {column}")
        if shown_title:
            blocks.append(f"# {shown_title}")
            if rng.random() < 0.1:
                blocks.append(f"## ——{rng.choice(PLACES)}见闻")
        byline = [_filled(line, rng) for line in form]
        if rng.random() < damaged:
            byline = _damaged(byline, rng, whole=headless)
        body = [piece for paragraph in own for piece in torn(paragraph, rng)]
        if beheaded:
            pass
        elif place == "end":
            body.append("\n\n".join(byline))
        elif place == "lead" or len(byline) > 1:
            blocks += byline[:-1]
            body[0] = byline[-1] + body[0]
        else:
            blocks += byline
        if rng.random() < 0.1:
            body.insert(rng.randint(1, len(body)), _filled(rng.choice(CAPTIONS), rng))
        blocks += body
        page.stories.append(MadeStory(shown_title, column, tuple(own)))
    if rng.random() < 0.3:
        blocks.append(_filled("责任编辑:{a} 版式:{b} 校对:{c}", rng))
    page.source = "\n\n".join(blocks) + "\n"
    return page


def torn(paragraph: str, rng: random.Random) -> list[str]:
    """A paragraph as columns tear it: half of the longer ones in two or three, never at a sentence's end."""
    if len(paragraph) <= 40 or rng.random() < 0.5:
        return [paragraph]
    cuts = sorted(rng.sample(range(10, len(paragraph) - 5), rng.choice([1, 1, 2])))
    cuts = [0, *(c for c in cuts if paragraph[c - 1] not in "。！？；”："), len(paragraph)]
    return [paragraph[a:b] for a, b in pairwise(cuts)]


def is_one_story(paragraphs: Sequence[str]) -> bool:
    """Whether a news item is laid out as sentences only, not with further headlines inside."""
    return all(len(p) > 24 and p[-1] in ENDS + "”）)" for p in paragraphs)


def found_stories(page: MadePage, reading: PageReading) -> int:
    """How many of the page's stories were read with the right title, column, first and last words, and nothing else."""
    found = 0
    left = list(reading.articles)
    for story in page.stories:
        text = "".join(story.paragraphs)
        for article in left:
            own = article.text.replace("\n", "")
            if article.title == story.title and article.column == story.column and _holds_just(own, text):
                left.remove(article)
                found += 1
                break
    return found


def _holds_just(own: str, text: str) -> bool:
    """Whether ``own`` is ``text`` with at most a byline before, after or a caption inside."""
    start, end = own.find(text[:12]), own.rfind(text[-12:])
    return 0 <= start <= 100 and 0 <= len(own) - 12 - end <= 60 and abs(len(own) - len(text)) <= 140


def _filled(form: str, rng: random.Random) -> str:
    def name() -> str:
        if rng.random() < 0.2:
            return rng.choice(FAR_NAMES)
        return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.choice([1, 2, 2])))

    return form.format(a=name(), b=name(), c=name(), p=rng.choice(PLACES))


def _damaged(byline: list[str], rng: random.Random, *, whole: bool) -> list[str]:
    """One thing wrong: a character lost or misread, a bracket lost, blanks between, halves on two lines."""
    k = rng.randrange(len(byline))
    line = byline[k]
    kind = rng.choice(["lost", "misread", "bracket", "blanks", "halves"])
    if kind == "lost":
        at = rng.randrange(min(len(line), 8))
        line = line[:at] + line[at + 1 :]
    elif kind == "misread":
        places = [i for i, c in enumerate(line) if c in MISREAD]
        if places:
            at = rng.choice(places)
            line = line[:at] + rng.choice(MISREAD[line[at]]) + line[at + 1 :]
    elif kind == "bracket":
        places = [i for i, c in enumerate(line) if c in "()（）【】"]
        if places:
            at = rng.choice(places)
            line = line[:at] + line[at + 1 :]
    elif kind == "blanks":
        line = " ".join(c for c in line.rstrip() if c != " ") + ("" if line[-1] in ")）:" else " ")
    elif len(line) > 6:
        at = rng.randint(2, len(line) - 3)
        line = line[:at] + "\n\n" + line[at:]
    return [*byline[:k], line, *byline[k + 1 :]]
