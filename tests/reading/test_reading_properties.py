"""What must hold for any page: nothing lost, nothing twice, the same answer every time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from classifier.errors import InputRefused
from classifier.reading import read_bytes
from classifier.reading.documents.plain import plain_reading
from classifier.reading.encoding import decode
from classifier.reading.origin import Origin
from classifier.reading.page.accounting import PageReading
from classifier.reading.page.bylines import closing_reporters, lead_byline, line_byline
from classifier.reading.page.page import read_page
from tests.examples import examples

PIECES = st.sampled_from(
    [
        "# 青石县召开春耕生产现场会",
        "## 民生一线",
        "### 白桦县:牧道修到了冬窝子",
        "# 阿尔川日报",
        "2026年4月9日 星期四 第2版 要闻",
        "本报讯(记者 张宁 哈那提·托列别克)4月3日,青石县召开春耕生产现场会。",
        "本报讯（通讯员　孙　浩）四月四日，招聘会在人民广场举行。",
        "新华社北京4月2日电(记者 张某)国家统计局2日发布数据。",
        "□本报记者 迪娜·赛力克",
        "本报记者 韩冬 摄",
        "图为游客在河谷骑马。",
        "会议指出,要把牧区公路养护抓在平时,组织好冬季除",
        "雪和春季清障,保证客车通行。",
        "会议还研究了其他事项。",
        "会议还研究了其它事项。",
        "陈某某说,自己年轻时在草原上教过书。",
        "一把铁锹二十六年",
        "**从骑马一项到全年有活**",
        "遗失声明",
        "(下转第三版)",
        "(上接第一版)各族群众像石榴籽一样紧紧抱在一起。",
        "责任编辑:吕志勇 美编:白璐",
        "会议圆满结束。一审:张宁 二审:李丽",
        "(编辑:张宁 责编:李丽)",
        "相关阅读",
        "新闻推荐:图书馆夜间开放",
        "本报(记者 张宁 实习记者 阿依·努尔)日前,春播全面开始。",
        "本报讯(记者 张",
        "宁)近日,春播全面开始。",
        "■通讯员张宁 李丽",
        "本报讯 ",
        "本 报 讯 ( 记 者 张 宁 ) 近 日 , 春 播 开 始 。",
        "〔記者王大明／台北報導〕縣府昨日召開會議。",
        "(供稿:张宁)",
        "title: 青石县春播",
        "据统计,春播面积增长 $7.\\,3\\%$ 。",
        "— 3 —",
        "![](images/p2_03.jpg)",
        "<!-- page: 2 -->",
        "<table><tr><td>青石县</td><td>多云</td></tr></table>",
        "| 县市 | 气温 |",
        "|---|---|",
        "王 刚 李 敏 赛力克·木拉提 周海燕",
        "---",
        "",
        "",
        "　　",
    ]
)
PAGES = st.lists(st.one_of(PIECES, PIECES, st.text(max_size=40)), max_size=40).flatmap(
    lambda pieces: st.sampled_from(["\n", "\n\n", "\r\n\r\n", "\n \n"]).map(lambda gap: gap.join(pieces))
)


def read(source: str) -> PageReading | None:
    try:
        return read_page(source, Origin("page.md", stem="page"))
    except InputRefused:
        return None


def letters(text: str) -> list[str]:
    return sorted(c for c in text if "\u4e00" <= c <= "\u9fff")


@examples(80, 400)
@given(PAGES)
def test_every_character_ends_in_one_article_or_is_left_out(source: str) -> None:
    reading = read(source)
    if reading is None:
        return
    ranges = sorted(
        [(s.start, s.end) for spans in reading.spans for s in spans] + [(x.start, x.end) for x in reading.left_out]
    )
    assert [start for start, _ in ranges] == [0, *(end for _, end in ranges[:-1])]
    assert ranges[-1][1] == len(source)
    assert all(x.reason for x in reading.left_out)


@examples(80, 400)
@given(PAGES)
def test_an_article_shows_what_its_ranges_hold(source: str) -> None:
    reading = read(source)
    if reading is None:
        return
    for article, spans in zip(reading.articles, reading.spans, strict=True):
        shown = article.title + article.column + article.subtitle + article.text
        assert letters(shown) == letters("".join(source[s.start : s.end] for s in spans))


@examples(50, 200)
@given(PAGES)
def test_a_plain_article_loses_nothing_either(source: str) -> None:
    reading = plain_reading(source, Origin("a.txt"))
    ranges = sorted(
        [(s.start, s.end) for spans in reading.spans for s in spans] + [(x.start, x.end) for x in reading.left_out]
    )
    assert [start for start, _ in ranges] == [0, *(end for _, end in ranges[:-1])][: len(ranges)]
    assert not source or ranges[-1][1] == len(source)
    (article,) = reading.articles
    shown = article.title + article.column + article.subtitle + article.text
    assert letters(shown) == letters("".join(source[s.start : s.end] for spans in reading.spans for s in spans))


@examples(50, 200)
@given(PAGES)
def test_reading_is_deterministic_and_ids_are_unique(source: str) -> None:
    first, second = read(source), read(source)
    assert first == second
    if first is not None:
        ids = [a.id for a in first.articles]
        assert len(set(ids)) == len(ids)
        assert [a.source.position for a in first.articles] == list(range(1, len(ids) + 1))


@examples(40, 150)
@given(PAGES)
def test_sections_lose_nothing_either(source: str) -> None:
    from classifier.reading import ReadingOptions

    try:
        reading = read_page(source, Origin("page.md", stem="page"), ReadingOptions(sections=True))
    except InputRefused:
        return
    shown = "".join(a.title + a.subtitle + a.text for a in reading.articles)
    held = "".join(source[s.start : s.end] for spans in reading.spans for s in spans)
    assert set(letters(held)) >= set(letters(shown)) - set(letters("".join(a.column for a in reading.articles)))


@examples(60, 300)
@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    for name in ("a.txt", "a.md", "a.jsonl", "a.csv", "a.zip", "a.tar", "a.json", "a.parquet", "a.docx"):
        try:
            read_bytes(data, name)
        except InputRefused as refused:
            assert refused.name.startswith(name) and refused.reason


@examples(50, 200)
@given(
    st.text(
        st.sampled_from("我国的发展人民政府工作会议农牧民群众学校医院春天草原,。、\n1234567890ab"),
        min_size=12,
        max_size=300,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
def test_what_is_encoded_comes_back(text: str, encoding: str) -> None:
    if len(letters(text)) < 6:  # a word or two may be good text in several encodings
        return
    assert decode(text.encode(encoding), "x").text == text


@examples(60, 300)
@given(st.text(st.sampled_from("张三李四王 ·记者本报讯(（)），、/□通讯员新华社3月5日电某摄图"), max_size=120))
def test_byline_patterns_take_any_line(line: str) -> None:
    byline = lead_byline(line) or line_byline(line)
    assert byline is None or byline.printed in line
    assert all(closing_reporters(line))
