"""Newspaper pages as OCR and layout export leave them: the right articles, from the right places."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from classifier.errors import InputRefused
from classifier.reading import ReadingOptions, read_bytes, read_path
from classifier.reading.documents.plain import plain_reading
from classifier.reading.origin import Origin
from classifier.reading.page.accounting import PageReading
from classifier.reading.page.page import read_page

PAGES = Path(__file__).parent / "pages"
SAMPLE = Path(__file__).parents[2] / "samples" / "page.md"


def covered_once(reading: PageReading) -> bool:
    ranges = sorted(
        [(s.start, s.end) for spans in reading.spans for s in spans] + [(x.start, x.end) for x in reading.left_out]
    )
    at = 0
    for start, end in ranges:
        if start != at or end <= start:
            return False
        at = end
    return at == len(reading.source)


def letters(text: str) -> list[str]:
    return sorted(c for c in text if c.isalnum())


@pytest.mark.parametrize("expected", sorted(PAGES.glob("*.json")), ids=lambda path: path.stem)
def test_page(expected: Path) -> None:
    path = next(p for p in (expected.with_suffix(".md"), expected.with_suffix(".txt")) if p.exists())
    reading = read_page(path.read_text("utf-8"), Origin(path.name, stem="page"))
    wanted: list[dict[str, Any]] = json.loads(expected.read_text("utf-8"))
    assert [a.title for a in reading.articles] == [w["title"] for w in wanted]
    assert covered_once(reading)
    for article, want in zip(reading.articles, wanted, strict=True):
        assert article.text.startswith(want.get("starts", ""))
        assert article.text.endswith(want.get("ends", ""))
        assert want.get("has", "") in article.text
        assert article.column == want.get("column", "")
        assert article.subtitle == want.get("subtitle", "")
        for name in ("date",):
            if name in want:
                assert getattr(article, name) == want[name]
        if "reporters" in want:
            assert article.reporters == tuple(want["reporters"])
        if "uncertain" in want:
            assert bool(article.uncertain) == want["uncertain"]
        if "left_out" in want:
            assert want["left_out"] in {x.reason for x in reading.left_out}


@pytest.mark.parametrize("path", [SAMPLE, *sorted(PAGES.glob("*.md"))], ids=lambda path: path.stem)
def test_nothing_is_lost(path: Path) -> None:
    reading = read_page(path.read_text("utf-8"))
    for article, spans in zip(reading.articles, reading.spans, strict=True):
        shown = article.title + article.column + article.subtitle + article.text
        assert letters(shown) == letters("".join(reading.source[s.start : s.end] for s in spans))


def test_sample_page() -> None:
    articles = list(read_path(SAMPLE))
    assert [a.id for a in articles] == [f"page-{i}" for i in range(1, 8)]
    assert articles[1].column == "学习贯彻两会精神"
    assert articles[4].title == "" and articles[4].byline == "本报讯（记者 阿依达娜·波拉提）"
    assert articles[0].text.count("其他事项") == 1 and "其它事项" not in articles[0].text
    assert "但企业用工不足、部分项目手续办理偏慢等问题依然存在" in articles[0].text
    assert [a.source.position for a in articles] == list(range(1, 8))


def test_sections_become_articles() -> None:
    articles = list(read_path(PAGES / "roundup_sections.md", ReadingOptions(sections=True)))
    assert [a.title for a in articles] == [
        "春风里的会场外——各县市干部群众热议两会",
        "白桦县:牧道修到了冬窝子",
        "青石县:厂房里的订单多起来",
        "柳树沟市:社区办起了老年食堂",
        "市图书馆夜间开放",
    ]
    assert articles[1].column == "春风里的会场外——各县市干部群众热议两会"


def test_dateline_takes_its_year_from_the_page() -> None:
    page = "2026年1月3日 星期六 第4版\n\n# 甲\n\n新华社北京12月31日电(记者 张某)国家航天局公布了新一年的任务安排。\n"
    assert read_page(page).articles[0].date == "2025-12-31"


HEADLESS = """# 青石县召开春耕生产现场会

本报讯(记者 张宁)4月3日,青石县召开春耕生产现场会,安排部署今年的春耕生产。

会议指出,今年全县要落实粮食播种面积四十二万亩,把高标准农田建设抓紧抓实。

{first}日前,阿尔川市图书馆延长夜间开放时间,读者可以在馆内阅读到晚上十点。

图书馆负责人说,夜间开放以来,每晚有两百多名读者到馆,比去年同期多了三成。

{second}柳树沟社区的老年食堂昨天开张,为六十岁以上老人提供午餐,每餐只要八元。

老人们说,饭菜可口,价格实惠,解决了大问题。
"""


@pytest.mark.parametrize(
    "damaged",
    ["本报(记者 {})", "报讯(记者 {})", "木报讯(记者 {})", "青石县融媒(记者 {})", "云上青石报道(记者 {})", "(记者 {})"],
)
def test_a_damaged_byline_starts_a_story_without_headline(damaged: str) -> None:
    first, second = damaged.format("李小明 实习记者 阿依·努尔 王强"), damaged.format("孙浩")
    articles = read_page(HEADLESS.format(first=first, second=second)).articles
    assert [a.text.count("\n") for a in articles] == [1, 1, 1]
    assert [a.byline for a in articles[1:]] == [first, second]
    assert articles[1].reporters == ("李小明", "阿依·努尔", "王强") and articles[2].reporters == ("孙浩",)
    assert articles[1].text.endswith("多了三成。")


@pytest.mark.parametrize(
    "lines",
    [
        ("□本报记者 张宁",),
        ("本报记者 张宁 通讯员 李丽",),
        ("N本报记者 张宁 通讯员 李丽", "本报讯 "),
        ("■通讯员张宁 李丽", "本报讯 "),
        ("本报通讯员 张宁 报道", "本报讯 "),
        ("□记 者 张宁", "通讯员 李丽 报道", "本报聊水讯 "),
    ],
)
def test_bylines_of_one_to_three_lines(lines: tuple[str, ...]) -> None:
    byline = "".join(f"{line}\n\n" for line in lines[:-1]) + (
        lines[-1] if lines[-1].endswith(" ") else lines[-1] + "\n\n"
    )
    articles = read_page(HEADLESS.format(first=byline, second=byline)).articles
    assert [a.text.split("\n")[0].strip() for a in articles[1:]] == [lines[0], lines[0]]
    assert articles[1].byline == " ".join(line.strip() for line in lines) and articles[1].reporters[0] == "张宁"
    assert ("李丽" in articles[1].reporters) == ("李丽" in byline) and articles[2].text.endswith("解决了大问题。")


@pytest.mark.parametrize(
    "end",
    [
        "(记者李小明)",
        "(张宁 李丽 记者 孙浩 文/图)",
        "融媒体记者 | 张宁",
        "(供稿:张宁)",
        "(青石县融媒体中心)",
        "◆文+/者 张宁",
    ],
)
def test_a_signature_ends_a_story(end: str) -> None:
    page = (
        "# 青石县春播过半\n\n截至4月3日,青石县春播过半,比去年快了三天,进度位居全地区第一。\n\n农户说,今年墒情好。\n\n"
        f"{end}\n\n# 图书馆夜间开放\n\n阿尔川市图书馆延长开放时间,读者可以读到晚上十点,周末还有讲座。\n\n{end}\n"
    )
    articles = read_page(page).articles
    assert [a.title for a in articles] == ["青石县春播过半", "图书馆夜间开放"]
    assert all(a.text.endswith(end) and not a.column for a in articles)


TRADITIONAL = (
    "縣府召開春耕會議\n{0}縣府昨日召開春耕會議,聽取農業局簡報,要求各鄉鎮落實責任,趕在月底前完成播種。{turn}\n"
    "圖書館延長開放時間\n{1}縣立圖書館即日起開放到晚上十點,館長說,每晚有兩百多名讀者到館閱讀。\n"
    "長青食堂開張\n{2}社區的長青食堂昨天開張,為六十歲以上長者供應午餐,一客只要八十元。\n"
)


@pytest.mark.parametrize(
    "bylines",
    [
        ("本報訊(記者 陳小華)", "新華社台北4月5日電(記者 林大明)", "本報訊(通訊員 王小美)"),
        ("〔記者陳小華／台北報導〕", "【本報記者林大明台中報導】", "（中央社記者王小美高雄5日電）"),
        ("記者陳小華／台北報導 ", "【本報訊】", "【王小美／高雄報導】"),
        ("〔記者陳小華、林大明／連線報導〕", "（中央社台北5日電）", "【香港商報訊】記者王小美報道："),
    ],
)
@pytest.mark.parametrize("turn", ["", "(下轉第二版)"])
def test_pages_in_traditional_characters(bylines: tuple[str, ...], turn: str) -> None:
    articles = list(read_bytes(TRADITIONAL.format(*bylines, turn=turn).encode(), "page.txt"))
    assert [a.title for a in articles] == ["縣府召開春耕會議", "圖書館延長開放時間", "長青食堂開張"]
    assert [a.byline for a in articles] == [byline.strip() for byline in bylines]
    assert set("".join(name for a in articles for name in a.reporters)) <= set("陳小華林大明王美")


def test_traditional_furniture_is_left_out() -> None:
    page = (
        "# 縣府召開會議\n\n本報訊(記者 陳小華)縣府昨日召開春耕會議。\n\n圖為會議現場。記者陳小華攝\n\n"
        "責任編輯：王小美\n\n第二版 要聞\n"
    )
    reading = read_page(page)
    assert {x.reason for x in reading.left_out} == {"editor line", "page number"}
    assert reading.articles[0].reporters == ("陳小華",)


STORY = "截至4月3日,青石县春播过半,比去年快了三天,进度位居全地区第一。\n\n农户说,今年墒情好,苗出得齐。"


@pytest.mark.parametrize(
    "chain",
    [
        "一审:张宁 二审:李丽 三审:孙浩",
        "(编辑:张宁 责编:李丽 编审:孙浩)",
        "编辑:张宁 编审:李丽 监制:孙浩",
        "责任编辑：张宁",
        "責任編輯：張寧",
        "值班主任:哈那提·列克 校对:李丽",
        "初审/张宁 终审/李丽",
    ],
)
@pytest.mark.parametrize("gap", ["\n\n", "", " "])
def test_chains_of_editors_are_left_out_with_their_reason(chain: str, gap: str) -> None:
    if gap != "\n\n" and "/" in chain:
        return
    for reading in (
        read_page(f"# 春播过半\n\n{STORY}{gap}{chain}\n"),
        plain_reading(f"春播过半\n\n{STORY}{gap}{chain}\n"),
    ):
        (article,) = reading.articles
        assert article.title == "春播过半" and article.text == STORY.replace("\n\n", "\n")
        (left_out,) = reading.left_out
        assert left_out.reason == "editor line" and reading.source[left_out.start : left_out.end].strip() == chain
        assert covered_once(reading)


@pytest.mark.parametrize("line", ["二审 维持原判", "策划 一场演出", "审核 关口前移"])
def test_headlines_with_editors_words_stay(line: str) -> None:
    assert read_page(f"# {line}\n\n{STORY}\n").articles[0].title == line


@pytest.mark.parametrize(
    "head", ["新闻推荐", "相关阅读", "【相关阅读】", "相关新闻：", "## 推荐阅读", "新闻推荐:", "相關閱讀"]
)
def test_recommended_reading_is_not_the_article(head: str) -> None:
    others = "图书馆夜间开放\n本报讯(记者 李明)近日,阿尔川市图书馆延长夜间开放时间。\n食堂开张\n近日,食堂开张。\n"
    reading = plain_reading(f"春播过半\n\n{STORY}\n\n{head}\n{others}")
    assert reading.articles[0].text == STORY.replace("\n\n", "\n") and reading.articles[0].uncertain
    assert [x.reason for x in reading.left_out] == ["recommended reading"] and covered_once(reading)
    page = f"# 春播过半\n\n{STORY}\n\n{head}\n\n- 图书馆夜间开放\n- 食堂开张\n\n# 春灌开始\n\n{STORY}\n"
    assert [a.text for a in read_page(page).articles] == [STORY.replace("\n\n", "\n")] * 2


def test_a_text_with_recommended_reading_is_no_page_for_its_bylines() -> None:
    text = f"春播过半\n本报讯(记者 张宁){STORY}\n新闻推荐\n食堂开张\n本报讯(记者 王强)近日,食堂在社区开张了。\n"
    (article,) = read_bytes(text.encode(), "a.txt")
    assert article.title == "春播过半" and "食堂" not in article.text


def test_a_sub_head_that_sounds_like_links_keeps_its_text() -> None:
    (article,) = read_page(
        f"# 春播过半\n\n{STORY}\n\n### 相关阅读\n\n读者李某说,这里的书很新,环境也好,适合孩子们来。\n"
    ).articles
    assert article.text.endswith("适合孩子们来。")


def test_a_list_of_works_with_their_reporters_is_one_story() -> None:
    works = "\n\n".join(
        f"{title}(记者 {name})" for title, name in (("《春到草原》", "张宁"), ("守望", "李丽"), ("河谷人家", "孙浩"))
    )
    (article,) = read_page(
        f"# 好新闻评选揭晓\n\n全地区好新闻评选4月3日揭晓,获奖作品如下:\n\n{works}\n\n评选每年一次。\n"
    ).articles
    assert article.text.count("记者") == 3


def test_signed_stories_with_unmarked_headlines_stay_apart() -> None:
    page = (
        f"# 青石县春播过半\n\n{STORY}(记者 张宁)\n\n"
        "图书馆夜间开放\n\n阿尔川市图书馆延长开放时间,读者可以读到晚上十点。(通讯员 李丽)\n\n"
        "老年食堂开张\n\n柳树沟社区的老年食堂昨天开张,每餐只要八元,独居老人还可以送餐上门。(供稿:孙浩)\n"
    )
    articles = read_page(page).articles
    assert [a.title for a in articles] == ["青石县春播过半", "图书馆夜间开放", "老年食堂开张"]
    assert [a.reporters for a in articles] == [("张宁",), ("李丽",), ("孙浩",)]
    assert [bool(a.uncertain) for a in articles] == [False, True, True]


@pytest.mark.parametrize(
    "line",
    [
        "记者:王局长,请您谈谈今年的春耕生产情况。",
        "记者 张宁:谢谢您接受我们的采访,请您再谈谈农机的情况。",
        "报纸的头条写着:“本报讯(记者 王某)清河口公社昨天开镰收割小麦。”",
        "“本报讯三个字,我看了一辈子。”李大爷说,那时候的报纸只有四版。",
        "新华社记者在现场看到,人们有序进站,秩序很好,没有拥堵。",
        "据新华社报道,全国各地都在征集老报纸,已经征集到三千多份。",
        "记者从县气象局获悉,未来三天有雨,请市民注意防范。",
        "▲ 羊群走过便桥,去往夏牧场。(记者 张宁 摄)",
        "图为转场现场(记者 张宁 摄),当天的气温降到零下二十度。",
        "记者手记",
    ],
)
def test_lines_inside_a_story_that_only_sound_like_bylines(line: str) -> None:
    (article,) = read_page(
        f"# 春播过半\n\n本报讯(记者 张宁){STORY}\n\n{line}\n\n农户说,今年墒情好,苗也出得齐。\n"
    ).articles
    assert line in article.text.split("\n")


def test_page_without_articles_is_refused_by_name() -> None:
    with pytest.raises(InputRefused, match=r"empty\.md.*no article"):
        read_page("# 阿尔川日报\n\n第2版 要闻\n\n责任编辑:吕志勇\n", Origin("empty.md"))


@pytest.mark.skipif(
    not (Path(os.environ.get("LANMU_CORPUS", "../shared/data")).parent / "examples").is_dir(),
    reason="no shared examples",
)
def test_real_excerpt_splits_into_its_three_articles() -> None:
    folder = Path(os.environ.get("LANMU_CORPUS", "../shared/data")).parent / "examples"
    reading = read_page((folder / "altay-daily-page-excerpt.md").read_text("utf-8"))
    assert len(reading.articles) == 3 and not reading.left_out and covered_once(reading)
    assert all(a.title and a.reporters and not a.uncertain for a in reading.articles)
    assert [len(a.text.split("\n")) for a in reading.articles] == [5, 7, 5]


LONG = (
    "清河口镇围绕春耕备耕组织农技人员下沉三十六个行政村逐户核对种子化肥农膜"
    "储备并为合作社开展农机检修让三千亩河滩地赶在清明之前播完"
)
SOWN = "4月6日,清河口镇三千亩春小麦全部播完。技术员逐块地查墒情,提醒农户及时镇压保墒。"
WARD = "县医院新楼启用\n\n本报讯(记者 张宁)新楼今天启用,看病不用再排长队。\n\n"


@pytest.mark.parametrize("begins", ["本报讯(记者 林若溪)", "本报记者 林若溪\n\n"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_headline_of_more_than_sixty_characters_is_its_story_s_own(begins: str, is_first: bool) -> None:
    story = f"{LONG}\n\n{begins}{SOWN}\n\n"
    read = read_bytes((story + WARD if is_first else WARD + story).encode(), "page.txt")
    own = read[0 if is_first else 1]
    assert len(LONG) > 60 and len(read) == 2
    assert (own.title, own.reporters) == (LONG, ("林若溪",))
    assert not any(LONG in article.text for article in read)


@pytest.mark.parametrize(
    "below",
    [
        f"\n本报讯(记者 林若溪){SOWN}",
        f"\n\n本报记者 张宁\n\n渔船归港鱼价落\n\n本报讯(记者 林若溪){SOWN}",
        f"\n\n(记者 张宁)\n\n渔船归港鱼价落\n\n本报讯(记者 林若溪){SOWN}",
        f"的事传开后\n\n邻镇也来学。\n\n渔船归港鱼价落\n\n本报讯(记者 林若溪){SOWN}",
        f",外出务工的人也放了心\n\n本报讯(记者 林若溪){SOWN}",
    ],
    ids=["wrapped", "signed", "signed in brackets", "torn", "with a comma"],
)
def test_a_long_paragraph_without_its_full_stop_is_no_headline(below: str) -> None:
    read = read_bytes(f"{WARD}{LONG}{below}\n".encode(), "page.txt")
    assert not any(article.title.startswith(LONG) for article in read)
    assert LONG in read[0].text
