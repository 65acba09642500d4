"""Tables as people have them: quotes left open, bytes lost, GBK after English, heads in Chinese, JSON of any shape."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import Any

import pytest

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.reading import ReadingOptions, read_bytes

TITLES = ("水库开闸放水", "夜校开课", "乡村篮球赛落幕", "新桥通车", "药店搬迁", "稻田插秧", "灯会开幕", "道路改造")
TEXTS = (
    "水库今晨开闸,下游五个村的稻田都能灌上水。",
    "夜校本周开课,木工班二十个名额一天报满。",
    "决赛在打谷场上举行,东村队以两分取胜。",
    "新桥昨日通车,孩子们上学少走三里路。",
    "街口药店搬到菜场旁,周末照常营业。",
    "插秧机下田,一天能插三十亩。",
    "灯会今晚开幕,河边挂起两千盏灯。",
    "老街道路改造完工,自行车有了专用道。",
)


def read(data: bytes | str, name: str, **options: Any) -> tuple[list[Article], list[str]]:
    refused: list[InputRefused] = []
    given = data.encode() if isinstance(data, str) else data
    articles = read_bytes(given, name, ReadingOptions(**options), refused=refused.append)
    return articles, [str(error) for error in refused]


def rows(*changed: tuple[int, str], count: int = 400, delimiter: str = ",") -> str:
    """A table without quotes, of which some rows (by number) are other lines."""
    lines = [
        delimiter.join((f"k{i}", TITLES[i % 8], TEXTS[i % 8].replace(",", "，").replace(delimiter, "，")))
        for i in range(1, count + 1)
    ]
    for number, line in changed:
        lines[number - 1] = line
    return "\n".join([delimiter.join(("id", "title", "text")), *lines]) + "\n"


@pytest.mark.parametrize(
    "line",
    [
        'k10,夜校开课,"夜校本周开课',
        'k10,"夜校开课,夜校本周开课',
        '"k10,夜校开课,夜校本周开课',
        'k10,"夜校"开课",夜校本周,开课',
    ],
)
@pytest.mark.parametrize("later", ["", 'k40,新桥通车,"新桥昨日通车"', 'k40,"新桥",他说"通了"'])
def test_an_open_quote_costs_its_own_row(line: str, later: str) -> None:
    given = rows((10, line), *([(40, later)] if later else []))
    articles, refused = read(given, "t.csv")
    assert [a.id for a in articles] == [f"k{i}" for i in range(1, 401) if i != 10]
    assert [r.split(": ")[0] for r in refused] == ["t.csv:10"]
    assert articles[9].text == TEXTS[11 % 8].replace(",", "，") and not any("\n" in a.text for a in articles)


def test_a_quote_closed_by_a_later_rows_end_swallows_nothing() -> None:
    given = rows((10, 'k10,夜校开课,"夜校本周开课'), (12, 'k12,药店搬迁,街口药店搬到"菜场"旁"'))
    articles, refused = read(given, "t.csv")
    assert [a.id for a in articles] == [f"k{i}" for i in range(1, 401) if i != 10]
    assert [r.split(": ")[0] for r in refused] == ["t.csv:10"]


@pytest.mark.parametrize(
    "text", ["第一段\n近年来,文化,体育等事业发展。", "规定如下:\n1,不迟到,不早退\n2,不喧哗,不吸烟"]
)
def test_a_properly_quoted_text_is_never_taken_apart(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([("id", "title", "text"), *((f"k{i}", "标题", text) for i in range(30))])
    articles, refused = read(out.getvalue(), "t.csv")
    assert len(articles) == 30 and not refused and articles[7].text == text


def test_quotes_of_the_text_itself_stay() -> None:
    lines = ['1,甲,"引号"开头的话', '2,乙,他说"好"。', '3,丙,"第一段说"好"。\n第二段。"', '4,丁,"他说""好"", 走了"']
    given = "\n".join(["id,title,text", *lines, ""])
    articles, refused = read(given, "t.csv")
    assert not refused
    assert [a.text for a in articles] == ['"引号"开头的话', '他说"好"。', '第一段说"好"。\n第二段。', '他说"好", 走了']


def test_tabs_take_no_quotes_but_where_a_field_needs_them() -> None:
    given = 'id\ttitle\ttext\n1\t"好\t正文一\n2\t标题\t"走"了\n3\t标题\t"第一段\n第二段"\n4\t"他说""好"""\t末行\n'
    articles, refused = read(given, "t.tsv")
    assert not refused
    assert [(a.title, a.text) for a in articles] == [
        ('"好', "正文一"), ("标题", '"走"了'), ("标题", "第一段\n第二段"), ('他说"好"', "末行"),
    ]  # fmt: skip
    articles, refused = read('id\ttitle\ttext\n1\t标题\t"没有关\n2\t标题\t正文\n', "t.tsv")
    assert [a.text for a in articles] == ['"没有关', "正文"] and not refused


def test_every_csv_that_a_writer_makes_is_read_as_it_was() -> None:
    chance = random.Random(7)
    for _ in range(40):
        table = [
            (f"k{i}", *("".join(chance.choices('字文,"\n 1a;', k=chance.randint(0, 12))) for _ in range(2)), "尾")
            for i in range(chance.randint(1, 60))
        ]
        table = [(a, b.strip('" \n') or "题", c.replace("\n\n", "\n") or "文", d) for a, b, c, d in table]
        out = io.StringIO()
        csv.writer(out, quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)), lineterminator="\n").writerows(
            [("id", "title", "text", "note"), *table]
        )
        articles, refused = read(out.getvalue(), "t.csv")
        assert not refused
        assert [(a.id, a.title, a.text) for a in articles] == [row[:3] for row in table]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_one_bad_byte_costs_its_row(encoding: str, ending: str) -> None:
    if ending == "jsonl":
        text = "".join(
            json.dumps({"id": f"k{i}", "text": TEXTS[i % 8]}, ensure_ascii=False) + "\n" for i in range(1, 13)
        )
    else:
        text = rows(count=12, delimiter="," if ending == "csv" else "\t")
    data = text.encode(encoding).replace("东村队".encode(encoding), "东".encode(encoding) + b"\xff", 1)
    articles, refused = read(data, f"t.{ending}")
    assert len(articles) == 11 and [r.split(": ")[0] for r in refused] == [f"t.{ending}:2"]
    assert articles[2].text.startswith("街口药店搬到菜场旁") and articles[2].text.endswith("周末照常营业。")


def test_a_bad_row_with_a_bad_byte_is_only_a_refusal(capfd: pytest.CaptureFixture[str]) -> None:
    data = rows(count=8).encode() + b"k9,\xff\xfe,a,b,c,d\nk10," + "好,好\n".encode()
    articles, refused = read(data, "t.csv")
    assert len(articles) == 9 and len(refused) == 1
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("ending", ["csv", "jsonl", "txt"])
@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-8"])
def test_the_encoding_is_decided_on_what_is_not_ascii(ending: str, encoding: str) -> None:
    english = "all of this is in english and only a program wrote it"
    text = "縣醫院下鄉義診,居民稱讚醫生耐心。" if encoding == "big5" else "县医院下乡义诊,居民称赞医生耐心。"
    if ending == "txt":
        data = (f"{english}\n\n" * 3_000 + f"{text}\n" * 20).encode(encoding)
        [article] = read(data, "t.txt")[0]
        assert article.text.endswith(text)
        return
    if ending == "csv":
        lines = [f"u{i},,{english}" for i in range(4_000)] + [f'z{i},,"{text}"' for i in range(20)]
        given = "\n".join(["id,title,text", *lines])
    else:
        given = "\n".join(
            [json.dumps({"text": english})] * 4_000 + [json.dumps({"text": text}, ensure_ascii=False)] * 20
        )
    articles, refused = read(given.encode(encoding), f"t.{ending}")
    assert len(articles) == 4_020 and not refused and articles[-1].text == text


def test_nuls_are_left_out_and_told() -> None:
    given = rows(count=6).replace("东村", "东\0村").encode()
    articles, refused = read(given, "t.csv")
    assert len(articles) == 6 and not refused
    assert "东村队" in articles[1].text and articles[1].uncertain == ("nuls_left_out?count=1",)
    line = json.dumps({"id": "1", "text": "灯会今晚开幕。"}, ensure_ascii=False)
    [one, two] = read(line.replace("今晚", "今\0晚") + "\n" + line, "t.jsonl")[0]
    assert one.text == two.text and one.uncertain and not two.uncertain
    [article] = read("灯会今晚开幕\n\n河边挂起两千盏灯,".encode() + bytes(500) + "晚上七点点亮。\n".encode(), "t.txt")[
        0
    ]
    assert article.text == "河边挂起两千盏灯,晚上七点点亮。" and article.uncertain == ("nuls_left_out?count=500",)


@pytest.mark.parametrize(
    "head",
    [
        "编号,标题,正文,日期",
        "ID, Title ,Text,Date",
        "\ufeff\ufeffid,title,content,发布时间",
        "sep=,\n稿件编号,新闻标题,新闻内容,见报日期",
        '"news_id","headline","body","pub_date"',
        "序号,题目,内容,时间",
    ],
)
def test_usual_heads_are_understood(head: str) -> None:
    articles, refused = read(f"{head}\n7,灯会开幕,河边挂起两千盏灯。,2026-02-27\n", "t.csv")
    assert not refused
    assert [(a.id, a.title, a.text, a.date) for a in articles] == [
        ("7", "灯会开幕", "河边挂起两千盏灯。", "2026-02-27")
    ]


def test_a_semicolon_told_in_the_first_line() -> None:
    articles, _ = read("sep=;\r\nid;title;text\r\n1;灯会;甲,乙,丙\r\n", "t.csv")
    assert [(a.id, a.text) for a in articles] == [("1", "甲,乙,丙")]


def test_a_field_that_is_named_is_taken_alone() -> None:
    articles, _ = read("id,title,text,content\n1,灯会,摘要,河边挂起两千盏灯。\n", "t.csv", text_field="content")
    assert articles[0].text == "河边挂起两千盏灯。"
    with pytest.raises(InputRefused, match="no field 'zw'"):
        read("id,title,text\n1,a,b\n", "t.csv", text_field="zw")


def test_an_article_that_was_read_before_keeps_its_id() -> None:
    articles, _ = read("编号,title,text\n甲7,灯会,河边挂起两千盏灯。\n", "t.csv")
    assert articles[0].id == "t-1"


ARTICLE = {"title": "灯会开幕", "text": "河边挂起两千盏灯。"}


@pytest.mark.parametrize(
    "value",
    [
        {"comments": [{"user": "甲", "text": "好看"}] * 3, "articles": [ARTICLE]},
        {"authors": [{"name": "甲"}], "items": [ARTICLE]},
        {"code": 0, "data": {"page": 1, "list": [{"标题": ARTICLE["title"], "内容": ARTICLE["text"]}]}},
        {"authors": [{"name": "甲"}], "title": ARTICLE["title"], "content": ARTICLE["text"]},
        {"title": ARTICLE["title"], "paragraphs": ["河边挂起", "两千盏灯。"]},
        {"data": {"article": {"headline": ARTICLE["title"], "body": ARTICLE["text"]}}},
        [{"title": ARTICLE["title"], "段落": [{"text": "河边挂起"}, {"text": "两千盏灯。"}]}],
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_articles_are_found_in_json_of_any_shape(value: Any, indent: int | None) -> None:
    articles, refused = read(json.dumps(value, ensure_ascii=False, indent=indent), "t.json")
    assert not refused
    assert [(a.title, a.text.replace("\n", "")) for a in articles] == [(ARTICLE["title"], ARTICLE["text"])]


def test_lists_that_might_all_be_meant_are_asked_about() -> None:
    with pytest.raises(InputRefused, match=r"several lists .*\(notes, letters\)"):
        read(json.dumps({"notes": [{"text": "甲"}], "letters": [{"text": "乙"}]}), "t.json")


def test_pretty_objects_one_after_the_other() -> None:
    given = "\n".join(json.dumps({**ARTICLE, "id": f"p{i}"}, ensure_ascii=False, indent=2) for i in range(3))
    assert [a.id for a in read(given, "t.json")[0]] == ["p0", "p1", "p2"]


def test_no_row_is_judged_by_its_title_alone_without_a_word() -> None:
    lines = [
        ARTICLE,
        {"headline": "夜校开课", "body": "木工班二十个名额一天报满。"},
        {"title": "新桥通车", "说明文字": "新桥昨日通车,孩子们上学少走三里路,老人们也来走了一趟。"},
        {"title": "药店搬迁"},
    ]
    given = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    articles, refused = read(given, "t.jsonl")
    assert [(a.title, bool(a.text), bool(a.uncertain)) for a in articles] == [
        ("灯会开幕", True, False), ("夜校开课", True, False), ("药店搬迁", False, True),
    ]  # fmt: skip
    assert [r.split(": ")[0] for r in refused] == ["t.jsonl:3"] and "说明文字" in refused[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", range(40, 75))
def test_blocks_may_end_anywhere(end: str, size: int) -> None:
    from classifier.reading.tables.quoting import Layout, row_blocks, rows_of

    lines = ['k1,"a,b",c', "k2,x,y", "", f'k3,"多{end}行",z', 'k4,"引""号",w', 'k5,他说"好"吗,v']
    data = end.join([*lines, ""]).encode()
    layout = Layout(b",", 3)
    whole = [
        row.cells for block in row_blocks(io.BytesIO(data), layout, 1 << 20, 1 << 20) for row in rows_of(block, layout)
    ]
    cut = [row.cells for block in row_blocks(io.BytesIO(data), layout, size, 1 << 20) for row in rows_of(block, layout)]
    assert cut == whole and [cells[0] for cells in whole] == [b"k1", b"k2", b"k3", b"k4", b"k5"]


def test_rows_of_a_table_without_an_article_are_refused_once() -> None:
    refused: list[InputRefused] = []
    with pytest.raises(InputRefused, match="holds no article"):
        read_bytes("标题,正文\n,\n,\n".encode(), "a.csv", refused=refused.append)
    assert [error.name for error in refused] == ["a.csv:1", "a.csv:2"]
