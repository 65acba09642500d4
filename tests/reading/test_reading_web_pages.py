"""Web pages of many layouts give their article alone: title, date, every paragraph; others are refused by name."""

# ruff: noqa: E501

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.reading import LIMITS, read_bytes
from tests.reading import web_pages as made


def read(markup: str, encoding: str = "utf-8") -> Article:
    [article] = read_bytes(markup.encode(encoding), "page.html")
    return article


@pytest.mark.parametrize(
    "paragraphs", [made.PARAGRAPHS, made.PARAGRAPHS[2:], made.SHORT], ids=["long", "middle", "short"]
)
@pytest.mark.parametrize("layout", made.LAYOUTS, ids=lambda layout: layout.__name__)
def test_article_alone(layout: Callable[[Sequence[str]], str], paragraphs: Sequence[str]) -> None:
    article = read(layout(paragraphs))
    assert article.text.split("\n") == list(paragraphs)
    assert (article.title, article.date) == (made.TITLE, made.DATE)


@pytest.mark.parametrize("page", made.NO_ARTICLES, ids=lambda page: page.__name__)
def test_page_without_an_article_is_refused_by_name(page: Callable[[], str]) -> None:
    with pytest.raises(InputRefused, match=r"^page\.html: holds no article text"):
        read(page())


def test_round_up_of_linked_briefs_is_an_article_in_doubt() -> None:
    article = read(made.round_up())
    assert article.title == "青石早报：这十件事今天值得知道" and article.date == made.DATE
    assert [line[:5] for line in article.text.split("\n")] == [h[:5] for h in made.HEADLINES]
    assert article.uncertain == ("may_be_list",)


@pytest.mark.parametrize(
    ("page", "doubt"),
    [
        (
            f"{made.NAV}<h1>{made.TITLE}</h1><div id=app></div><div class=comment-list><p>我老家也种春小麦，今年雨水不错，希望收成好。</p></div>",
            "set_aside",
        ),
        (
            f"{made.NAV}<h1>{made.TITLE}</h1><div id=app></div>{made.RELATED}<div><p>八月的草原上，牧民们赶着羊群转场，这是另一条新闻的摘要。</p></div>",
            "links_above",
        ),
    ],
    ids=["comment", "other story"],
)
def test_text_that_may_not_be_the_articles_is_in_doubt(page: str, doubt: str) -> None:
    assert read(made.document(page)).uncertain == (doubt,)


def test_names_of_an_element_around_headline_and_text_say_nothing() -> None:
    page = made.document(
        f"{made.NAV}<div class='left-side comment-page'><h1>{made.TITLE}</h1>{made.wrapped(made.SHORT)}</div>{made.FOOT}"
    )
    article = read(page)
    assert article.text.split("\n") == list(made.SHORT) and not article.uncertain


def test_half_a_character_in_a_script_does_no_harm() -> None:
    page = (
        made.next_data(made.SHORT).replace(made.TITLE, "\\ud83d青石剪纸展开展").replace("剪纸展，", "剪纸展\\ud83d，")
    )
    article = read(page)
    assert (article.title + article.text).encode() and "展出作品一百二十件" in article.text


def test_headline_said_again_below_the_text_starts_nothing() -> None:
    said = "".join(f"<p>网友{i}：老家也种春小麦，今年雨水好，盼着有个好收成。</p>" for i in range(4))
    page = made.document(
        f"{made.NAV}{made.wrapped(made.PARAGRAPHS)}<ul>{made.links(made.HEADLINES)}</ul><div class=s>{made.TITLE}</div><div>{said}</div>"
    )
    assert read(page).text.split("\n") == list(made.PARAGRAPHS)


def test_sentence_whose_names_are_linked_stays() -> None:
    names = "、".join(
        f"<a href=/{i}>{name}</a>"
        for i, name in enumerate(["青石县农业发展公司", "柳湾镇粮食合作社", "清河口镇种子公司", "北渠村农机合作社"])
    )
    linked = f"参加签约的有{names}，签约额两千万元，都在今年内完成投资，预计带动八百户农户增收。"
    page = made.document(
        f"<h1>{made.TITLE}</h1><div>{made.wrapped([made.PARAGRAPHS[0], linked, made.PARAGRAPHS[3]])}</div>{made.RELATED}"
    )
    assert "北渠村农机合作社，签约额两千万元" in read(page).text


@pytest.mark.parametrize(
    ("paragraphs", "reporters"),
    [
        (["本报讯（记者 何文清）青石县三万亩春小麦开播，机声隆隆。", "预计四月上旬播完。"], ("何文清",)),
        (["本报记者 何文清 李 丽", "青石县三万亩春小麦开播，机声隆隆。", "预计四月上旬播完。"], ("何文清", "李丽")),
        (["青石县三万亩春小麦开播，机声隆隆。", "预计四月上旬播完。（记者 何文清）"], ("何文清",)),
    ],
)
def test_reporters(paragraphs: list[str], reporters: tuple[str, ...]) -> None:
    article = read(made.document(f"{made.NAV}<h1>{made.TITLE}</h1>{made.wrapped(paragraphs)}{made.RELATED}"))
    assert article.reporters == reporters and article.text.split("\n") == paragraphs


def test_summary_that_repeats_the_text_is_read_once() -> None:
    summary = f"<div class=s>摘要：{made.PARAGRAPHS[0][:40]}</div>"
    own = "<div class=s>摘要：青石县抢抓农时播种春小麦，农户和技术员都忙在田间。</div>"
    body = made.wrapped(made.PARAGRAPHS) + "<p>《青石日报》（2026年03月18日 03 版）</p>"
    for extra, kept in ((summary, False), (own, True)):
        page = made.document(
            f"{made.NAV}<h1>{made.TITLE}</h1><p>2026-03-18 08:15</p>{extra}<div>{body}</div>{made.RELATED}"
        )
        lines = read(page).text.split("\n")
        assert lines[kept:] == list(made.PARAGRAPHS) and lines[0].startswith("摘要") == kept


def test_headline_alone_is_no_article() -> None:
    title = "中国人习以为常的地方，为何老外却说了不得？"
    with pytest.raises(InputRefused, match="holds no article text"):
        read(made.document(f"{made.NAV}<h1>{title}</h1><div class=video><p>{title}</p></div>{made.FOOT}", title=title))


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-8", "utf-16"])
@pytest.mark.parametrize("declared", ["gb2312", "GBK", "utf-8", "big5", "iso-8859-1", "x-unknown"])
def test_bytes_speak_louder_than_what_a_page_declares(encoding: str, declared: str) -> None:
    paragraphs = (
        "三月十七日，青石山下的小村人家在田里播下了春小麦。",
        "今年雨水好，村里老人高兴地看著孩子在田地旁跑來跑去。",
    )
    markup = made.document(
        f"<h1>青石山下春小麦</h1>{made.wrapped(paragraphs)}", title="青石山下春小麦", charset=declared
    )
    if encoding == "big5":
        markup = (
            markup.replace("麦", "麥")
            .replace("这", "這")
            .replace("样", "樣")
            .replace("脚", "腳")
            .replace("网", "網")
            .replace("里", "裡")
        )
        markup = (
            markup.replace("闻", "聞").replace("话", "話").replace("个", "個").replace("兴", "興").replace("边", "邊")
        )
    article = read(markup, encoding)
    assert article.title.startswith("青石山下春小") and "今年雨水好，村" in article.text


def test_bytes_that_cannot_be_read_are_told() -> None:
    data = made.commercial(made.PARAGRAPHS).encode().replace("小麦".encode(), "小".encode() + b"\xe9\xba", 1)
    [article] = read_bytes(data, "page.html")
    assert article.text.split("\n") == list(made.PARAGRAPHS)
    assert article.uncertain == ("not_decoded?count=1",)


def test_radicals_become_plain_characters_however_they_are_written() -> None:
    page = made.document(
        "<h1>⼈⼤代表走访农户</h1><p>3月17日，县&#x2F08;&#x2F24;代表走访了⼗⼆户农家。</p>", title="⼈⼤代表走访农户"
    )
    article = read(page)
    assert (article.title, article.text) == ("人大代表走访农户", "3月17日，县人大代表走访了十二户农家。")


def test_what_no_reader_sees_leaves_no_gap() -> None:
    page = made.document(
        "<h1>青石县春小麦开播</h1><p>青石县<!-- -->三<!-- -->万亩春小<script>a</script>麦已<ruby>经<rt>jing</rt></ruby>开\u200b播，机声隆隆。</p>"
    )
    assert read(page).text == "青石县三万亩春小麦已经开播，机声隆隆。"


def test_a_script_that_names_an_encoding_is_no_declaration() -> None:
    head = '<script src="/a.js" charset="gbk"></script>'
    assert read(made.document(f"<h1>{made.TITLE}</h1>{made.wrapped(made.SHORT)}", head=head)).text == "\n".join(
        made.SHORT
    )


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("青石县召开春耕动员会_新浪新闻", "青石县召开春耕动员会"),
        ("青石县召开春耕动员会|春耕_新浪新闻", "青石县召开春耕动员会"),
        ("青石县召开春耕动员会-时政频道-和讯网", "青石县召开春耕动员会"),
        ("青石县召开春耕动员会_要闻_青石新闻中心_青石网_qs.cn", "青石县召开春耕动员会"),
        ("青石新闻网--青石县召开春耕动员会", "青石县召开春耕动员会"),
        ("“三夏”大忙：青石县—柳湾镇联合收割_网易新闻", "“三夏”大忙：青石县—柳湾镇联合收割"),
        ("县领导调研政务服务中心", "县领导调研政务服务中心"),
        ("第一书记|老何和他的三百亩核桃林_财经_腾讯网", "第一书记|老何和他的三百亩核桃林"),
    ],
)
@pytest.mark.parametrize("shown", ["<h1>{}</h1>", "<div class=t>{}</div>", ""])
def test_headline_without_the_site(title: str, headline: str, shown: str) -> None:
    if not shown and headline[4] == "|":
        return  # only the page itself tells this stroke from the one before a site's name
    page = made.document(
        f"{made.NAV}{shown.format(headline)}<p>2026-03-18 08:15</p>{made.wrapped(made.SHORT)}", title=title
    )
    assert read(page).title == headline


@pytest.mark.parametrize("inside", [True, False])
def test_headline_of_a_page_that_names_only_its_site(inside: bool) -> None:
    head = f"<p>{made.TITLE}</p><p>2026-03-18 08:15 来源：青石日报</p>"
    body = (
        f"<div>{head}{made.wrapped(made.PARAGRAPHS)}</div>"
        if inside
        else f"<div>{head}</div><div>{made.wrapped(made.PARAGRAPHS)}</div>"
    )
    for title in ("", "青石新闻网", "青石县人民政府"):
        article = read(made.document(f"{made.NAV}{made.SHARE}{body}{made.RELATED}{made.FOOT}", title=title))
        assert (article.title, article.date, article.text) == (made.TITLE, made.DATE, "\n".join(made.PARAGRAPHS))


@pytest.mark.parametrize(
    ("head", "body", "date"),
    [
        ('<meta property="article:published_time" content="2026-03-18T08:15:00+08:00">', "<i>2026-03-20 09:00</i>", made.DATE),
        ('<meta name="PubDate" content="2026-3-18 08:15">', "", made.DATE),
        ('<meta name="publishdate" content="20260318">', "", made.DATE),
        ('<meta itemprop="datePublished" content="2026-03-18">', "", made.DATE),
        ("", "<p>2026年3月18日 08:15</p>", made.DATE),
        ("", "<p>发布时间：2026/3/18</p>", made.DATE),
        ("", "<p>时间：2026.03.18　来源：青石日报</p>", made.DATE),
        ("", "<p><time datetime='2026-03-18T00:15:00'>昨天</time></p>", made.DATE),
        ("", '<script>var info = {"pubDate": "2026-03-18T08:15:00"}</script>', made.DATE),
        ("", "<div><span><em>2026</em></span><span><em>03</em>/<em>18</em></span><span> 08:15:00</span></div>", made.DATE),
        ("", "<div><div>2026</div><div>03/18</div><div>08:15</div></div>", made.DATE),
        ('<meta name="apub:time" content="3/18/2026, 8:15:00 AM">', "", made.DATE),
        ("", "<textarea class=article-time>1773792900000</textarea>", made.DATE),
        ("", '<script>{"first_shared_at":1773792900,"x":1}</script>', made.DATE),
        ('<link rel="canonical" href="https://www.qs.cn/n/2026/0318/c1-2.html">', "", made.DATE),
        ('<link rel="canonical" href="https://www.qs.cn/20260318/c12.html">', "", made.DATE),
        ('<meta property="article:published_time" content="0000-00-00">', "<p>2026-02-30 08:00</p>", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_date_of_publication(head: str, body: str, date: str) -> None:
    paragraphs = (
        "1998年7月6日，青石县发过一场大水，老人们至今记得。",
        "2024年5月1日，新修的河堤全线完工，全长三十公里。",
    )
    page = made.document(f"{made.NAV}<h1>{made.TITLE}</h1>{body}{made.wrapped(paragraphs)}{made.FOOT}", head=head)
    assert read(page).date == date


def test_day_below_the_text_when_none_is_above() -> None:
    page = made.document(
        f"<h1>{made.TITLE}</h1>{made.wrapped(made.SHORT)}<div>【2026-03-18】【打印】【关闭】</div>{made.FOOT}"
    )
    assert read(page).date == made.DATE


_FIGURES = "<table><tr><td>清河口镇</td><td>1.2</td></tr><tr><td>青石镇</td><td>0.9</td></tr></table>"


@pytest.mark.parametrize(
    ("between", "lines"),
    [
        (_FIGURES, ["清河口镇", "1.2", "青石镇", "0.9"]),
        ("<h3>关注民生办实事</h3>", ["关注民生办实事"]),
        ("<p><strong>展开春耕竞赛</strong></p>", ["展开春耕竞赛"]),
        ("<p>时间：4月8日</p><p>地点：县礼堂</p>", ["时间：4月8日", "地点：县礼堂"]),
        ("<p>字号：大 中 小</p>", []),
        ("<h3>编辑部的春天</h3>", ["编辑部的春天"]),
        ("<p>编辑 张宁</p>", []),
        ("<p>打印</p>", []),
        ("<p>2026-04-05 08:30</p>", []),
    ],
)
def test_short_lines_between_paragraphs(between: str, lines: list[str]) -> None:
    first, *rest = made.SHORT
    body = f"<p>{first}</p>{between}" + "".join(f"<p>{x}</p>" for x in rest)
    article = read(f"<title>{made.TITLE}</title>{made.NAV}<h1>{made.TITLE}</h1><div>{body}</div>{made.RELATED}")
    assert article.text.split("\n") == [first, *lines, *rest]


@pytest.mark.parametrize(
    ("end", "lines"),
    [
        (_FIGURES, ["清河口镇", "1.2", "青石镇", "0.9"]),
        ("<ul><li>北斗导航播种</li><li>滴灌带铺设</li></ul>", ["北斗导航播种", "滴灌带铺设"]),
        ("<h3>编后</h3><p>一年之计在于春。</p>", ["编后", "一年之计在于春。"]),
        ("<ul><li><a href=1>县医院专家下乡义诊</a></li></ul>", []),
        ("<p>责任编辑：张宁</p>", []),
    ],
)
def test_tables_and_lists_below_the_last_sentence(end: str, lines: list[str]) -> None:
    body = "".join(f"<p>{x}</p>" for x in made.SHORT) + end
    article = read(f"<title>{made.TITLE}</title>{made.NAV}<h1>{made.TITLE}</h1><div>{body}</div>{made.RELATED}")
    assert article.text.split("\n") == [*made.SHORT, *lines]


def test_words_of_notices_inside_an_article_stay() -> None:
    paragraphs = (
        "青石县公安局提醒市民，不要扫描来历不明的二维码，也不要下载陌生人发来的客户端。",
        "去年，全县受理侵权案件二十起，其中未经授权翻印教材的八起。",
        "市民发现可疑情况，请及时拨打举报电话，民警将在一小时内回复。",
        "县版权局负责人说，保护版权就是保护创新，版权归作者所有，这一点必须讲清楚。",
        "下一步，全县将继续开展集中整治。",
    )
    assert read(made.commercial(paragraphs)).text.split("\n") == list(paragraphs)


def test_what_surrounds_the_text_in_its_own_element_is_left_out() -> None:
    extra = (
        "<p>原标题：青石县春小麦开播</p>",
        "<p>（责任编辑：周晓岚）</p><p>扫一扫在手机打开当前页</p><p>延伸阅读：</p><p>去年此时，青石县的播种刚刚开始，比今年晚了五天。</p>",
    )
    page = made.document(
        f"<h1>{made.TITLE}</h1><div>{extra[0]}{made.wrapped(made.PARAGRAPHS)}{extra[1]}</div>{made.RELATED}"
    )
    assert read(page).text.split("\n") == list(made.PARAGRAPHS)


HOSTILE = {
    "attributes": lambda n: "<p " + " ".join(f"a{i}=1" for i in range(n)) + ">字</p>",
    "attributes behind quotes": lambda n: "<p " + " ".join(f"a{i}='>'" for i in range(n)) + ">字</p>",
    "attributes behind an open quote": lambda n: "<p ' " + " ".join(f"a{i}<" for i in range(n)) + ">字</p>",
    "many tags of many attributes": lambda n: ("<p " + " ".join(f"a{i}" for i in range(250)) + ">字</p>") * (n // 250),
    "paragraphs": lambda n: "<p>字" * n,
    "sentences": lambda n: "<p>县里开会。</p>" * n,
    "nested": lambda n: "<div>" * n + "字",
    "nested inline": lambda n: "<b>" * n + "字",
    "nested sentences": lambda n: "<div>县里开会。" * 400 + "</div>" * 400 + "<div><p>县里开会。</p>" * (n // 10),
    "tables": lambda n: "<table><tr><td>" * n + "字",
    "links": lambda n: "<a href=x>字" * n,
    "open tags": lambda n: "<p<" * n,
    "open scripts": lambda n: "<script>" * n,
    "open comments": lambda n: "<!--" * n,
    "scripts": lambda n: "<script>{}</script>" * n,
    "entities": lambda n: "&amp" * n,
    "blanks": lambda n: "<p>" + " " * n + "字" + "\u3000" * n,
    "breaks": lambda n: "县里开会<br>" * n,
    "dates": lambda n: "<p>2026年" * n,
    "titles": lambda n: "<title>" + "青石_" * n + "</title><p>县里开会，大家都来了。</p>",
    "titles repeated": lambda n: f"<title>{'青石县里开会' * 100}</title>" + "<p>青石县里开会</p>" * (n // 2),
    "quotes in scripts": lambda n: "<script>" + "content:\"\\" * n + "</script>",
    "texts in scripts": lambda n: "<script>" + "content:\"县里开会。\"," * n + "</script>",
    "longer and longer texts in scripts": lambda n: (
        "<script>" + "".join("content:\"" + "县里开会，大家都来了。" * (3 + i) + "\"," for i in range(int(n**0.5))) + "</script>"
    ),
    "text areas": lambda n: "<textarea>" + "&lt;p&gt;县里开会，大家都来了。" * n,
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_page_ends_soon(kind: str) -> None:
    page = made.document(HOSTILE[kind](40_000))
    start = time.process_time()
    try:
        assert read_bytes(page.encode(), "x.html")
    except InputRefused as refused:
        assert refused.name == "x.html"
    assert time.process_time() - start < 6


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<p>字" * 300_001, "has more than 300,000 tags"),
        ("字" * (LIMITS.html_bytes + 1), "has more than 16,777,216 characters"),
        ("<div>" * 1_001 + "字", "nests elements deeper than 1,000"),
        (f"<p {' '.join(f'a{i}' for i in range(40_000))}>字", "has a tag of more than 256 attributes"),
    ],
    ids=["tags", "characters", "depth", "attributes"],
)
def test_bounds_are_named(page: str, reason: str) -> None:
    with pytest.raises(InputRefused, match=rf"^x\.html: {reason}"):
        read_bytes(page.encode(), "x.html")


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_time_grows_with_the_page(kind: str) -> None:
    took = []
    for n in (30_000, 120_000):
        page = made.document(HOSTILE[kind](n)).encode()
        start = time.process_time()
        try:
            read_bytes(page, "x.html")
        except InputRefused:
            pass
        took.append(time.process_time() - start)
    assert took[1] < 8 * took[0] + 0.5


def mutated(page: str, chance: random.Random) -> bytes:
    data = bytearray(page.encode(chance.choice(["utf-8", "gb18030"])))
    for _ in range(chance.randint(1, 12)):
        at, length = chance.randrange(len(data)), chance.choice([1, 1, 3, 20, 400])
        way = chance.randrange(4)
        if way == 0:
            del data[at : at + length]
        elif way == 1:
            data[at:at] = bytes(chance.randrange(256) for _ in range(length))
        elif way == 2:
            data[at:at] = data[chance.randrange(len(data)) :][:length] * chance.choice([1, 50])
        else:
            data[at : at + 1] = chance.choice(
                [b"<", b">", b'"', b"</div>", b"<table>", b"\0", b"&#x110000;", b"<![CDATA[", b"\xff"]
            )
    return bytes(data)


@pytest.mark.parametrize("count", [60, pytest.param(2_000, marks=pytest.mark.slow)])
def test_changed_pages_are_read_or_refused(count: int) -> None:
    chance = random.Random(count)
    for _ in range(count):
        data = mutated(chance.choice(made.LAYOUTS)(made.PARAGRAPHS), chance)
        try:
            for article in read_bytes(data, "x.html"):
                article.text.encode()
        except InputRefused as refused:
            assert refused.name == "x.html" and refused.reason


def test_missing_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(made.bare_breaks(made.SHORT), "utf-8")
    code = (
        "import sys; sys.modules['lxml'] = None\n"
        "from classifier.reading import read_path\n"
        "from classifier.errors import InputRefused\n"
        "try: list(read_path('page.html'))\n"
        "except InputRefused as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("page.html: cannot be read: the package lxml, ")
    assert "pip install lxml" in done.stdout and "save" not in done.stdout


@pytest.mark.parametrize("tag", ["p", "div", "section", "br"])
def test_length_and_tags_do_not_matter(tag: str) -> None:
    for count in range(1, 12):
        paragraphs = [
            f"第{i}天，清河口镇的干部走进田间地头，察看小麦返青情况，帮助农户解决灌溉用水。"
            for i in range(1, count + 1)
        ]
        body = "<br><br>".join(paragraphs) if tag == "br" else made.wrapped(paragraphs, tag)
        for name in ("content", "article", "TRS_Editor"):
            page = made.document(
                f"{made.NAV}<h1>{made.TITLE}</h1><div class={name}>{body}</div>{made.RELATED}{made.FOOT}"
            )
            assert read(page).text.split("\n") == paragraphs


_FIRST, _SECOND, _THIRD = (
    "近日，青石县组织力量抢修水渠，确保春灌用水，三十名干部下村帮忙。",
    "县水利局负责人说，全部水渠将在月底前修好，各村已备好水泵二百台。",
    "水渠修好后，可浇灌农田三万亩，惠及农户两千多家，大家都盼着早日通水。",
)


def on_a_page(*blocks: str) -> str:
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>青石县抢修水渠_青石网</title></head><body>{made.NAV}"
        f"<h1>青石县抢修水渠</h1>{''.join(blocks)}{made.RELATED}</body></html>"
    )


@pytest.mark.parametrize(
    "button",
    [
        "<p>分享</p>",
        "<div class=share><a>分享</a></div>",
        "<div class='share-box'><span>分享到：</span></div>",
        "<p>点赞</p>",
        "<section>赞 12</section>",
        "<div><div><a href=#>评论</a></div></div>",
        "<p>举报</p>",
    ],
)
@pytest.mark.parametrize("at", [1, 2])
def test_button_between_paragraphs_ends_no_article(button: str, at: int) -> None:
    blocks = [f"<p>{text}</p>" for text in (_FIRST, _SECOND, _THIRD)]
    blocks.insert(at, button)
    assert read(on_a_page(*blocks)).text.split("\n") == [_FIRST, _SECOND, _THIRD]


def test_ranking_between_paragraphs_ends_no_article() -> None:
    links = "".join(f"<p>{i} <a href=/{i}>青石县第{i}条热门新闻的标题在这里</a></p>" for i in range(9))
    ranking = f"<div class=rank><h3>热门排行</h3>{links}</div>"
    page = on_a_page(f"<div><p>{_FIRST}</p><p>{_SECOND}</p>{ranking}<p>{_THIRD}</p></div>")
    assert read(page).text.split("\n") == [_FIRST, _SECOND, _THIRD]


@pytest.mark.parametrize("linked", [0, 1, 2])
@pytest.mark.parametrize("wrapped", ["<a href=/z>{}</a>", "近日，<a href=/z>{}</a>"])
def test_sentence_that_is_a_link_stays(linked: int, wrapped: str) -> None:
    texts = [_FIRST, _SECOND, _THIRD]
    blocks = [f"<p>{wrapped.format(text) if i == linked else text}</p>" for i, text in enumerate(texts)]
    if wrapped.startswith("近日"):
        texts[linked] = f"近日，{texts[linked]}"
    assert read(on_a_page(*blocks)).text.split("\n") == texts
