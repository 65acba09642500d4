"""What OCR tools make of a page: figures set as formulas, headings of one level, characters set apart."""

from __future__ import annotations

import pytest

from classifier.article import Article
from classifier.reading import read_bytes


def read(source: str) -> list[Article]:
    return read_bytes(source.encode(), "page.md")


@pytest.mark.parametrize(
    ("formula", "figure"),
    [
        (r"$7.\,3\%$", "7.3%"),
        (r"$1,\,6\%$", "1,6%"),
        (r"$3 0 \textperthousand$", "30‰"),
        (r"$5 ‰$", "5‰"),
        (r"$\blacksquare$", "■"),
        (r"$\bigstar$", "★"),
        (r"$1^{\#}$", "1#"),
        (r"$1 2 ^ { \circ } \mathrm { C }$", "12°C"),
        (r"$20\,^{\circ}\text{C}$", "20°C"),
        (r"$\mathbf { 1 0 }$", "10"),
        (r"$8 0 0 \mathrm { m } ^ { 2 }$", "800m²"),
        (r"$6 . 5 \mathrm { { m } ^ { 3 } }$", "6.5m³"),
        (r"$6 2 . 5 \%$", "62.5%"),
        (r"$3 . 5 \times 1 0 ^ { 4 }$", "3.5×10⁴"),
        (r"$1 0 \text { 万亩 }$", "10万亩"),
        (r"$\mathrm { C O } _ { 2 }$", "CO₂"),
        (r"$-5^{\circ}C \sim 3^{\circ}C$", "-5°C～3°C"),
        (r"$\geq 9 0 \%$", "≥90%"),
        (r"$\frac{1}{3}$", "1/3"),
        (r"$\textcircled{1}$", "①"),
        (r"$5 \mathrm { k m } / \mathrm { h }$", "5km/h"),
        (r"$$ 1 5 \% $$", "15%"),
        (r"\(12\%\)", "12%"),
        (r"$8:30$", "8:30"),
        (r"$1 0 0 { , } 0 0 0$", "100,000"),
    ],
)
def test_figures_set_as_formulas(formula: str, figure: str) -> None:
    (article,) = read(f"# 公布春播进度\n\n据农技站统计,今年的数字是 {formula} ,比去年好。\n")
    assert article.text == f"据农技站统计,今年的数字是{figure},比去年好。"


@pytest.mark.parametrize("money", ["票价$100元和$200元", "价格在$5,000-$6,000之间", r"公式$\sum_{i=1}^{n} x_i$不变"])
def test_what_is_no_figure_stays_as_it_is(money: str) -> None:
    (article,) = read(f"# 票价公布\n\n据了解,{money}。\n")
    assert article.text == f"据了解,{money}。"


REPORT = (
    "# 干部下沉解民忧 春耕一线见真情\n\n{byline}4月5日,青石镇干部走进田间地头,察看小麦返青情况。\n\n"
    "# {a}建立清单\n\n{first}该镇落实包联干部八十六名,建立问题清单。\n\n"
    "# {b}群众点赞\n\n{second}以前浇地要排队等水,现在一天就浇完了。\n\n"
    "# {c}久久为功\n\n{third}该镇将继续推动干部下沉一线,把服务送到群众心坎上。\n"
)


@pytest.mark.parametrize("numbers", [("", "", ""), ("一、", "二、", "三、"), ("(一)", "(二)", "(三)")])
def test_a_report_whose_sub_heads_are_headlines_is_one_article(numbers: tuple[str, str, str]) -> None:
    a, b, c = numbers
    source = REPORT.format(
        byline="本报讯(记者 王明)", a=a, b=b, c=c, first="据了解,", second="“群众说,", third="下一步,"
    )
    (article,) = read(source)
    assert article.title == "干部下沉解民忧 春耕一线见真情"
    assert all(head in article.text for head in ("建立清单\n", "群众点赞\n", "久久为功\n"))


@pytest.mark.parametrize("byline", ["本报讯(记者 王明)", ""])
def test_where_that_cannot_be_known_each_part_says_so(byline: str) -> None:
    source = REPORT.format(
        byline=byline, a="", b="", c="", first="镇党委书记说,", second="村民李某说,", third="四月里,"
    )
    articles = read(source)
    assert len(articles) == 1 or (len(articles) == 4 and all(a.uncertain for a in articles))


def test_long_sub_heads_say_so_too() -> None:
    source = REPORT.format(
        byline="本报讯(记者 王明)", a="党建引领聚合力 乡村治理", b="", c="", first="据了解,", second="“", third=""
    )
    articles = read(source)
    assert len(articles) == 1 or all(a.uncertain for a in articles)


def test_stories_with_bylines_under_short_headlines_stay_apart() -> None:
    story = "# {title}\n\n本报讯(记者 王明)据了解,青石镇落实包联干部八十六名,建立问题清单。\n\n"
    articles = read("".join(story.format(title=title) for title in ("春耕一线见真情", "建立清单", "群众点赞")))
    assert [a.title for a in articles] == ["春耕一线见真情", "建立清单", "群众点赞"]
    assert not any(a.uncertain for a in articles)


def test_characters_set_apart_are_closed_up() -> None:
    (article,) = read(
        "# 清 河 口 镇 召 开 会 议\n\n本 报 讯 ( 记 者 张 宁 ) 4 月 5 日 , 全 镇 播 种 春 小 麦 3 万 亩 。\n\n"
        "先进个人是:\n\n王 刚 李 敏 马 龙 吴 迪 周 燕 陈 明\n"
    )
    assert article.title == "清河口镇召开会议" and article.reporters == ("张宁",)
    assert article.text.startswith("本报讯(记者张宁)4月5日,全镇播种春小麦3万亩。")
    assert article.text.endswith("王 刚 李 敏 马 龙 吴 迪 周 燕 陈 明")
