"""Bylines of many papers, agencies and sites start stories; what only names them in a story's midst does not."""

from __future__ import annotations

import pytest

from classifier.article import Article
from classifier.reading import read_bytes

CANAL = "近日,青石县组织力量抢修水渠,确保春灌用水,三十名干部下村帮忙。水渠全长十二公里。"
SCHOOL = "柳树沟村办起了夜校,三十名村民报名学习,课程有养殖、电商和法律。"
VILLAGES = "各村都派人来帮忙,水渠边一片忙碌,大家盼着早日通水。"
OFFICIAL = "县水利局负责人说,水渠修好后,可浇灌农田三万亩,惠及农户两千多家。"
TITLES = ["抢修水渠保春灌", "柳树沟办起夜校"]

LEADS = [
    "本报讯〔记者 张宁〕",
    "本报讯 【记者 张宁】",
    "本报讯 张宁报道:",
    "本报讯　　",
    "木报讯(记者 张宁)",
    "本报讯(记者 张宁",
    "本报讯记者 张宁)",
    "本报讯（记者　张宁　通讯员　李丽）",
    "本报讯(记者 阿依古丽.买买提 通讯员 哈那提)",
    "本报青石3月5日讯(记者 张宁)",
    "本报北京3月5日电",
    "新华社联合国3月5日电(记者 张宁)",
    "据新华社北京3月5日电 记者张宁报道:",
    "中新网青石3月5日电 题:",
    "人民网讯 ",
    "央视网消息(新闻联播):",
    "央广网北京3月5日消息 ",
    "中国青年报客户端讯(记者 张宁)",
    "青石县融媒体中心讯(记者 张宁)",
    "青石电台消息:",
    "青石讯 ",
    "青石讯:",
    "柳树沟镇讯 ",
    "法新社巴黎3月5日电 ",
    "（中央社記者張寧台北5日電）",
    "【本報訊】",
    "[本报讯]",
    "【明報專訊】",
    "本報訊（記者 張寧）",
    "记者张宁报道:",
    "(县融媒体中心记者张宁报道)",
    "农民日报·中国农网记者 张宁\n\n",
    "潮新闻客户端 记者 张宁\n\n",
    "大众日报客户端记者 张宁 报道\n\n",
    "石榴云/新疆日报讯(记者张宁报道)",
]


def read(text: str, name: str) -> list[Article]:
    return read_bytes(text.encode(), name)


@pytest.mark.parametrize("lead", LEADS)
def test_byline_starts_a_story(lead: str) -> None:
    canal, school = lead + CANAL, lead + SCHOOL
    marked = read(f"# {TITLES[0]}\n\n{canal}\n\n# {TITLES[1]}\n\n{school}\n", "page.md")
    unmarked = read(f"{TITLES[0]}\n\n{canal}\n\n{TITLES[1]}\n\n{school}\n", "page.txt")
    for articles in (marked, unmarked):
        assert [article.title for article in articles] == TITLES
        assert all(article.byline and lead.strip()[:2] in article.text for article in articles)
    headless = read(f"# {TITLES[0]}\n\n本报讯(记者 王刚){CANAL}\n\n{VILLAGES}\n\n{school}\n", "page.md")
    assert [article.title for article in headless] == [TITLES[0], ""]


@pytest.mark.parametrize(
    "inside",
    [
        "据新华社北京3月5日电,全国春灌面积已达一亿亩。",
        "据中新社北京3月5日电报道,全国春灌面积已达一亿亩。",
        "据新华社北京3月5日报道,全国春灌面积已达一亿亩。",
        "另据中新社3月5日报道,全国春灌面积已达一亿亩。",
        "央视新闻(记者 王刚)曾报道过这里的水渠,引来不少游客参观。",
        "新华社(记者 王刚)去年报道过这里缺水的情况。",
        "新华社记者王刚在报道中写道,这里的水渠修得又快又好。",
        "本报曾于去年3月5日报道过这里缺水的情况。",
        "县融媒体中心记者跟随干部来到柳树沟,看到水渠已经修好。",
        "喜讯 传来,村民都到渠边看水,笑声不断。",
        "县里发来短讯 说,明天还有雨,要抓紧清淤。",
        "镇上的通讯 设施也一并修好,方便大家联系。",
        "记者:水渠什么时候修好?",
        "图为干部群众清理水渠。 张宁 摄",
    ],
)
@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no marks"])
def test_paper_named_in_a_story_starts_none(inside: str, marks: bool) -> None:
    head = "# " if marks else ""
    page = (
        f"{head}{TITLES[0]}\n\n本报讯(记者 张宁){CANAL}\n\n{VILLAGES}\n\n{inside}\n\n{OFFICIAL}\n\n"
        f"{head}{TITLES[1]}\n\n本报讯(记者 李丽){SCHOOL}\n"
    )
    articles = read(page, "page.md" if marks else "page.txt")
    assert [article.title for article in articles] == TITLES
    assert inside in articles[0].text and articles[0].text.endswith(OFFICIAL)


@pytest.mark.parametrize(
    ("sign", "names"),
    [
        ("(张宁)", ("张宁",)),
        ("张宁 李丽", ("张宁", "李丽")),
        ("——张宁", ("张宁",)),
        ("读者 李丽", ("李丽",)),
        ("青石县 王刚", ("王刚",)),
        ("作者:张宁", ("张宁",)),
        ("本报综合", ()),
        ("(本报综合报道)", ()),
        ("据《青石日报》", ()),
        ("(据新华社)", ()),
        ("(新华社)", ()),
    ],
)
def test_line_that_signs_a_story_is_no_column_of_the_next(sign: str, names: tuple[str, ...]) -> None:
    page = f"# {TITLES[0]}\n\n{CANAL}\n\n{OFFICIAL}\n\n{sign}\n\n# {TITLES[1]}\n\n{SCHOOL}\n\n{sign}\n"
    articles = read(page, "page.md")
    assert [(a.title, a.column, a.subtitle) for a in articles] == [(title, "", "") for title in TITLES]
    assert [a.text.split("\n")[-1] for a in articles] == [sign, sign]
    assert [a.reporters for a in articles] == [names, names]


def test_names_in_brackets_behind_the_last_sentence_are_its_reporters() -> None:
    [article] = read(f"{TITLES[0]}\n\n{CANAL}\n{OFFICIAL}(张宁 李丽)\n", "article.txt")
    assert article.reporters == ("张宁", "李丽") and article.text.endswith("(张宁 李丽)")


@pytest.mark.parametrize(
    "sign",
    ["(张宁)", "(供稿:张宁)", "(青石县融媒体中心)", "(来源:青石融媒)", "（记者　张宁）", "(张宁 记者 李丽 文/图)"],
)
def test_page_of_signed_stories_without_marks(sign: str) -> None:
    articles = read(f"{TITLES[0]}\n\n{CANAL}\n\n{OFFICIAL}{sign}\n\n{TITLES[1]}\n\n{SCHOOL}{sign}\n", "page.txt")
    assert [article.title for article in articles] == TITLES
    assert all(article.text.endswith(sign) for article in articles)


@pytest.mark.parametrize("mark", ["＃", "＃ ", "# ", "#", "＃＃ "])
def test_headline_marks_of_any_width(mark: str) -> None:
    articles = read(f"{mark}{TITLES[0]}\n\n{CANAL}\n\n{mark}{TITLES[1]}\n\n{SCHOOL}\n", "page.md")
    assert [(article.title, article.text) for article in articles] == list(zip(TITLES, (CANAL, SCHOOL), strict=True))


@pytest.mark.parametrize("line", ["2/8", "2026/03/05", "2026-03-05 第2版", "广告", "●责任编辑 张宁", "■版式:李丽"])
@pytest.mark.parametrize("at", [0, 2, 4])
def test_line_that_is_of_the_page_and_no_story(line: str, at: int) -> None:
    lines = [f"# {TITLES[0]}", f"本报讯(记者 张宁){CANAL}", VILLAGES, f"# {TITLES[1]}", f"本报讯(记者 李丽){SCHOOL}"]
    lines.insert(at, line)
    articles = read("\n\n".join(lines) + "\n", "page.md")
    assert [article.title for article in articles] == TITLES
    assert all(line not in article.text for article in articles)
    assert all(article.date == ("2026-03-05" if line.startswith("2026") else "") for article in articles)


def test_credit_between_torn_lines_joins_them() -> None:
    page = f"# {TITLES[0]}\n\n本报讯(记者 张宁)各村都派人来帮忙,水渠边一\n\n摄影:李丽\n\n片忙碌,大家盼着早日通水。\n"
    [article] = read(page, "page.md")
    assert "水渠边一片忙碌" in article.text and "摄影:李丽" in article.text
