"""The short way through clean text gives what the long way gives, and is taken by nearly all clean texts."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from classifier.article import Article
from classifier.reading.documents.clean import date_of, read_clean
from classifier.reading.documents.clean_files import read_clean_files
from classifier.reading.documents.text_files import read_text, with_broken
from classifier.reading.encoding import decode
from classifier.reading.origin import Origin
from classifier.reading.reading_options import Limits, ReadingOptions

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
    assert 0.3 < compare(1_500, 2, 0.4) < 0.9


@pytest.mark.slow
def test_many_damaged_texts_are_read_alike_or_the_long_way() -> None:
    for seed in range(10, 16):
        compare(4_000, seed, 0.1 * (seed - 9))


def compare_files(contents: list[bytes]) -> tuple[float, float]:
    """The shares of the files that are read together and one by one; the former gave the same as the latter."""
    found = read_clean_files(contents)
    alone = [read_clean(content, ORIGIN) for content in contents]
    for i, (content, article) in enumerate(zip(contents, alone, strict=True)):
        if found.is_read[i]:
            byline = found.bylines.get(i)
            printed = byline.printed if byline else ""
            assert article is not None, content.decode()
            here = (found.titles[i], found.texts[i], printed, date_of(ORIGIN.path, byline))
            assert here == (article.title, article.text, article.byline, article.date), content.decode()
        elif content and not found.texts[i]:
            assert not found.titles[i]
    return sum(found.is_read.tolist()) / len(contents), sum(a is not None for a in alone) / len(contents)


def test_clean_files_are_read_together_as_one_by_one() -> None:
    chance = random.Random(3)
    together, alone = compare_files([make_text(chance, 0.0).encode() for _ in range(400)])
    assert together > 0.85
    assert together > alone - 0.02


def test_several_threads_may_ask_first() -> None:
    """In a new process, where what the compiled code reads by is not made yet."""
    program = """
import sys, threading
from classifier.reading.documents.clean_files import read_clean_files
text = "抢修水渠保春灌\\n\\n近日,青石县组织力量抢修水渠,确保春灌用水(三十名干部下村),“水来了”,村民说。\\n".encode()
sys.setswitchinterval(1e-5)
start = threading.Barrier(6)
read = []
def ask():
    start.wait()
    read.append(read_clean_files([text] * 300).texts[299])
threads = [threading.Thread(target=ask) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert len(read) == 6 and len(set(read)) == 1 and "水来了" in read[0], read
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("strange", [0.1, 0.3, 0.6])
def test_damaged_files_are_read_together_as_one_by_one(strange: float) -> None:
    chance = random.Random(int(100 * strange))
    together, alone = compare_files([make_text(chance, strange).encode() for _ in range(700)])
    assert together > 0.8 * alone


@pytest.mark.slow
def test_many_damaged_files_are_read_together_as_one_by_one() -> None:
    for seed in range(20, 30):
        chance = random.Random(seed)
        compare_files([make_text(chance, chance.random()).encode() for _ in range(4_000)])


def test_files_with_any_byte_changed_are_read_together_as_one_by_one() -> None:
    chance = random.Random(5)
    contents = []
    for _ in range(1_500):
        content = bytearray(make_text(chance, 0.02).encode())
        for _ in range(chance.randint(1, 3)):
            content[chance.randrange(len(content))] = chance.choice(list(content) + list(range(256)))
        if chance.random() < 0.2:
            del content[chance.randrange(len(content)) :]
        contents.append(bytes(content))
    compare_files(contents)


PIECES = (
    "记者 从 今天 近日 （5月2日） ( （ ) ） 据 本报 新华社 青石网 报道 消息 讯 电 ， 、 ： 。 张宁 "
    "评论员 撰稿人 □ N 口 ~ “ 《 获悉 水利部 3月5日 中央社 综合 【春耕】 北京 连日 通讯员 记~者 特约 "
    "李丽 摄 了解 在 · / — 記者 報導 本報訊 中国新闻网 青石融媒 曾 (记者~张宁) 作者 中心 "
)
PARTS = [part.replace("~", " ") for part in PIECES.split()]
"""Parts of bylines, and words that look like them; a tilde stands for a blank."""


def make_beginning(chance: random.Random) -> str:
    """A text whose paragraphs begin with parts of bylines in any order."""
    starts = ["".join(chance.choices(PARTS, k=chance.randint(1, 7))) for _ in range(chance.randint(1, 3))]
    rest = ["", STORY, STORY, STORY[: chance.randint(1, 30)]]
    head = "".join(chance.choices(PARTS, k=3)) if chance.random() < 0.2 else "抢修水渠保春灌"
    return "\n".join([head, "", *(start + chance.choice(rest) for start in starts), STORY])


def test_beginnings_like_bylines_are_read_together_as_one_by_one() -> None:
    chance = random.Random(11)
    together, _ = compare_files([make_beginning(chance).encode() for _ in range(3_000)])
    assert together > 0.3


@pytest.mark.slow
def test_many_beginnings_like_bylines_are_read_together_as_one_by_one() -> None:
    for seed in range(40, 44):
        chance = random.Random(seed)
        compare_files([make_beginning(chance).encode() for _ in range(10_000)])


STORY = "近日,青石县组织力量抢修水渠,确保春灌用水,三十名干部下村帮忙,水渠全长十二公里,预计月底前完工。"


TEXTS = [
    "", " \n\n", "\n", "春", "春耕", "春耕\n", "春耕\n{}", "春耕\n\n{}", "\ufeff春耕\n\n{}",
    "春\xa0耕\n\n{}\xa0\n\xa0{}", "\xa0春耕\r\n\r\n{}\xa0\xa0\r\n", "春耕\r{}", "春耕\n\n{}\r",
    "  春耕\n\u3000\u3000{}\n\t{}", "春耕\n\n{}\U0001f600\n\n\U00020000{}", "春耕\n\n\U0002f800{}", "春耕\n\n\u2f08{}",
    "春耕\n\n本报讯(记者 张宁){}", "春耕\n\n本报北京3月3日电 {}", "春耕\n\n{}\n(记者 张宁)", "{}\n本报讯\n(记者张宁){}",
    "春耕(记者 张宁)\n\n{}", "春耕\n本报记者 张宁\n{}", "春耕\n\n{}\n一、抓农时\n{}", "春耕\n\n{}\n水渠通到田\n头,{}",
    "春耕\n\n“{}\n“{}”", "春耕\n\n{}(完)\n{}", "春 耕 春 灌 夜 校 学 用\n\n{}", "Spring\n\n{}",
    "春耕\n\n{}\n相关阅读\n{}", "{{春耕}}\n\n{}", "title: 春耕\n\n{}", " title: 春耕\n\n{}",
    "plain words\n\nmore of them.", "春耕\n\n{}本报讯(记者 张宁){}", "春耕\n\n{}\n责任编辑:张宁",
    "春耕\n\n{}。电(", "春耕\n\n发电\n{}", "春耕\n\n青石县用上了太阳能发电\n{}",
]  # fmt: skip


@pytest.mark.parametrize("form", TEXTS)
def test_each_is_read_together_as_alone(form: str) -> None:
    text = form.replace("{{", "{").replace("}}", "}").replace("{}", STORY)
    compare_files([text.encode(), f"春耕\n\n{STORY}".encode(), text.encode() * 2])


def test_bytes_that_are_no_text_are_left_to_others() -> None:
    good = f"春耕\n\n{STORY}".encode()
    wrong = [
        good.replace("春".encode(), raw)
        for raw in (
            b"\xff",
            b"\xc0\xaf",
            b"\xe0\x80\xaf",
            b"\xed\xa0\x80",
            b"\xf5\x80\x80\x80",
            b"\x80",
            b"\xe6\x98",
            b"\0",
        )
    ]
    cut = [good[:-1], good[:-2], good + b"\xe6", good + b"\xf0\x9f\x98"]
    assert read_clean_files([*wrong, *cut, "春耕".encode("gb18030"), good]).is_read.tolist() == [False] * 13 + [True]


def test_limits_hold_for_files_read_together() -> None:
    long = "\n".join(["春耕", "", *[STORY * 3] * 150]).encode()
    assert read_clean_files([long]).is_read.all()
    assert not read_clean_files([long], Limits(page_lines=100)).is_read.any()
    assert not read_clean_files(["\n".join(["春耕", *[STORY * 3] * 300]).encode()]).is_read.any()
