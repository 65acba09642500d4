"""The short way through clean text gives what the long way gives, and is taken by nearly all clean texts."""

from __future__ import annotations

import random

import pytest

from classifier.article import Article
from classifier.reading.documents.clean import read_clean
from classifier.reading.documents.text import read_text, with_broken
from classifier.reading.encoding import decode
from classifier.reading.options import ReadingOptions
from classifier.reading.origin import Origin

ORIGIN = Origin("news/2026-03-05/01.txt", stem="a")
HEADS = ["抢修水渠保春灌", "【春耕】柳树沟:办起夜校 学用结合", "青石县春播面积超过三十万亩", "暖心食堂里的笑声"]
SUB_HEADS = ["水渠通到田头", "夜校办到村里", "一、抢抓农时", "老人吃上热饭", "我县新增农机补贴三百万元"]
PARAGRAPHS = [
    "近日,青石县组织力量抢修水渠,确保春灌用水,三十名干部下村帮忙,水渠全长十二公里,预计月底前完工。",
    "“水来了,心里就踏实了。”村民王刚说,往年这个时候,大家都要排队等水,今年渠修好了,水直接流到地头。",
    "县水利局负责人介绍,全部水渠将在月底前修好,各村已备好水泵二百台(套)、水管三千米,可浇灌农田三万亩。",
    "柳树沟村办起了夜校,课程有养殖、电商和法律,三十名村民报名学习,每周两次,由县里的老师上课。",
    "据了解,今年全县计划种植小麦18.6万亩、玉米12万亩,目前已播8万亩,进度快于去年同期。",
    "他表示:“我们要把水用好,把地种好,让大家都有好收成。”",
    "下一步,县里将继续做好服务,确保各项政策落到实处!",
    "老人们说,这里的饭菜热乎,价格也不贵,一顿只要五元钱;子女在外打工,也放心了……",
    "记者从会上获悉,今年3月5日起,食堂每天开放两次。",
]
STRANGE = [
    "本报讯(记者 张宁)", "(记者 张宁)", "新华社北京3月5日电 ", "据新华社北京3月5日电,", "责任编辑:张宁",
    "相关阅读", "“", "”", "。", "(", "（", "——", "-", "图为现场。 张宁 摄", "①", "●", "(下转第二版)",
    "(上接第一版)", "记者:", "张某说,", "[", "#", "## ", "**", "title: 春", "\u3000\u3000", "  ", "\t",
    "来源:青石网", "□记者 张宁", "本报记者 张宁", "遗失声明", "2026年3月5日", "第2版", "（完）",
    "一审:张宁 二审:李丽", "新闻推荐 ", "编辑", "…", "！", "：", ":", "、", "，", "的", "A", "1", "张宁 李丽",
    "本 报 讯 ( 记 者 张 宁 )近 日", "縣", "本報訊（記者", "〔記者張寧／台北報導〕", "\r", "\x0b", "\u2028",
    "\xa0", "青石讯 ", "(张宁)", "通讯员 张宁", "⼈", "&nbsp;", "<br>", "|", "1. ", "---\n", "_",
]  # fmt: skip


def read_long(data: bytes) -> list[Article]:
    decoded = decode(data, ORIGIN.name)
    return with_broken(read_text(decoded.text, "auto", ORIGIN, ReadingOptions()), decoded.broken, decoded.nuls)


def make_text(chance: random.Random, strange: float) -> str:
    lines = [chance.choice(HEADS)] if chance.random() < 0.9 else []
    for _ in range(chance.randint(1, 9)):
        if chance.random() < 0.15:
            lines.append(chance.choice(SUB_HEADS))
        line = "".join(chance.choices(PARAGRAPHS, k=chance.choice((1, 1, 1, 2, 4))))
        if chance.random() < strange:
            line = line[: chance.randint(1, 60)]
        lines.append(line)
    for _ in range(3):
        if chance.random() < strange:
            i = chance.randrange(len(lines))
            at = chance.choice((0, len(lines[i]), chance.randint(0, len(lines[i]))))
            lines[i] = lines[i][:at] + chance.choice(STRANGE) + lines[i][at:]
        if chance.random() < strange / 2:
            lines.insert(chance.randint(0, len(lines)), chance.choice(STRANGE))
    between = chance.choice(("\n", "\n\n", "\r\n", "\n\u3000\u3000", "\n\t", "\n  "))
    return between.join(lines) + chance.choice(("", "\n", "\n\n", " \n"))


def compare(count: int, seed: int, strange: float) -> float:
    """The share of texts that took the short way; each gave the same there."""
    chance = random.Random(seed)
    taken = 0
    for _ in range(count):
        text = make_text(chance, strange)
        short = read_clean(text.encode(), ORIGIN)
        if short is not None:
            taken += 1
            assert [short] == read_long(text.encode()), repr(text)
    return taken / count


def test_clean_texts_take_the_short_way() -> None:
    assert compare(300, 1, 0.0) > 0.85


def test_damaged_texts_are_read_alike_or_the_long_way() -> None:
    assert 0.05 < compare(1_500, 2, 0.4) < 0.6


@pytest.mark.slow
def test_many_damaged_texts_are_read_alike_or_the_long_way() -> None:
    for seed in range(10, 16):
        compare(4_000, seed, 0.1 * (seed - 9))
