"""Tables of articles: whole, in ranges, and with rows that are no articles."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.reading import LIMITS, ReadingOptions, TableSource, read_bytes, read_path, table_chunks
from classifier.reading.origin import Origin
from classifier.reading.tables.jsonl import jsonl_chunks, line_ranges
from classifier.reading.tables.parquet import parquet_chunks, row_groups
from tests.examples import examples

ROWS = [
    {"id": "a1", "title": "春播全面展开", "text": "八万亩春小麦开始播种。\n农机手昼夜不停。", "date": "20260407"},
    {"title": "夜市普法", "text": "民警在夜市摆摊,讲解反诈知识。"},
    {"id": 3, "title": "只有题目的消息", "text": None, "extra": {"a": [1]}},
]


def lines(*rows: Any) -> bytes:
    return "".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode()


def read(data: bytes, name: str, options: ReadingOptions | None = None) -> tuple[list[Article], list[str]]:
    refused: list[InputRefused] = []
    return read_bytes(data, name, options, refused=refused.append), [str(r) for r in refused]


def zstd(data: bytes) -> bytes:
    sink = io.BytesIO()
    sink.close = lambda: None  # type: ignore[method-assign]
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(data)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("news.jsonl", lines(*ROWS)),
        ("news.jsonl", b"\xef\xbb\xbf" + lines(*ROWS)),
        ("news.ndjson", lines(*ROWS).decode().encode("gb18030")),
        ("news.jsonl", lines(*ROWS).decode().encode("utf-16")),
        ("news.jsonl.gz", gzip.compress(lines(*ROWS))),
        ("news.jsonl.gz", gzip.compress(lines(ROWS[0])) + gzip.compress(lines(*ROWS[1:]))),
        ("news.jsonl.zst", zstd(lines(*ROWS))),
        ("news.jsonl.zst", zstd(lines(ROWS[0])) + zstd(lines(*ROWS[1:]))),
        ("news.json", json.dumps(ROWS).encode()),
        ("news.json", json.dumps({"articles": ROWS}).encode()),
        ("news.json", lines(*ROWS)),
    ],
)
def test_json(name: str, data: bytes) -> None:
    articles, refused = read(data, name)
    assert not refused
    assert [a.id for a in articles] == ["a1", "news-2", "3"]
    assert articles[0].date == "2026-04-07" and articles[0].text == ROWS[0]["text"]
    assert [a.source.position for a in articles] == [1, 2, 3]


def test_bad_lines_are_refused_by_number_and_the_rest_goes_on() -> None:
    articles, refused = read(
        lines(ROWS[0], "{broken\n", "[1]\n", "\n", {"title": "", "text": ""}, {"text": {"a": 1}}, ROWS[1]), "x.jsonl"
    )
    assert [a.title for a in articles] == ["春播全面展开", "夜市普法"]
    assert sorted(r.split(": ")[0] for r in refused) == ["x.jsonl:2", "x.jsonl:3", "x.jsonl:5", "x.jsonl:6"]
    assert articles[1].source.position == 7


def test_fields_of_other_names() -> None:
    data = lines({"号": "7", "名": "甲", "文": "乙", "时": "2026/4/9"})
    with pytest.raises(InputRefused, match=r"no field 'text'; its fields are 号, 名, 文, 时: .*--text-field"):
        read(data, "x.jsonl")
    options = ReadingOptions(id_field="号", title_field="名", text_field="文", date_field="时")
    [article] = read(data, "x.jsonl", options)[0]
    assert (article.id, article.title, article.text, article.date) == ("7", "甲", "乙", "2026-04-09")


LINES = st.lists(
    st.one_of(
        st.builds(lambda t: json.dumps({"id": "r", "text": t}, ensure_ascii=False), st.text(min_size=1, max_size=30)),
        st.builds(lambda t: json.dumps({"id": 5, "text": t}), st.text(min_size=1, max_size=30)),
        st.sampled_from(["", "{bad", "[]", "x" * 500]),
    ),
    min_size=1,
    max_size=30,
)


@examples(40, 150)
@given(LINES, st.integers(1, 2_000), st.booleans())
def test_ranges_read_what_the_whole_reads(rows: list[str], size: int, ends: bool) -> None:
    data = ("\n".join(rows) + "\n" * ends).encode("utf-8", "surrogatepass")
    options = ReadingOptions(limits=replace(LIMITS, line_bytes=400))

    def read_ranges(ranges: list[Any]) -> tuple[list[Article], list[str]]:
        refused: list[InputRefused] = []
        source = TableSource(Origin("f.jsonl", stem="f"), options, refused.append)
        articles = [
            article
            for r in ranges
            for chunk in jsonl_chunks(io.BytesIO(data), source, r, check_fields=False)
            for article in chunk.articles()
        ]
        return articles, sorted(map(str, refused))

    ranges = list(line_ranges(io.BytesIO(data), size))
    if ranges:
        assert ranges[0].start == 0 and ranges[-1].end == len(data)
        assert all(a.end == b.start for a, b in pairwise(ranges))
    try:
        whole = read_ranges([None])
    except InputRefused:
        return
    assert read_ranges(ranges) == whole


CSV = '\ufeffid,title,text,note\n1,春播,"第一行\n第二行,有逗号",x\n2,夜市,普法,y\n3,缺一栏\n4,话剧,上演,z\n'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", CSV.encode()),
        ("t.csv", CSV.lstrip("\ufeff").encode("gb18030")),
        ("t.csv", CSV.replace(",", ";").replace("行;", "行,").encode()),
        ("t.tsv", CSV.lstrip("\ufeff").replace(",", "\t").replace("行\t", "行,").encode("utf-16")),
        ("t.csv.gz", gzip.compress(CSV.replace("\n3", "\r\n3").encode())),
    ],
)
def test_csv_keeps_line_breaks_in_quotes_and_names_bad_rows(name: str, data: bytes) -> None:
    articles, refused = read(data, name)
    assert [(a.id, a.title) for a in articles] == [("1", "春播"), ("2", "夜市"), ("4", "话剧")]
    assert articles[0].text == "第一行\n第二行,有逗号"
    assert [a.source.position for a in articles] == [1, 2, 4]
    assert len(refused) == 1 and refused[0].startswith(f"{name}:3: has 2 fields, not 4")


def test_csv_refusals() -> None:
    with pytest.raises(InputRefused, match="no field 'text'"):
        read(b"a,b\n1,2\n", "t.csv")
    articles, refused = read(
        b"id,text\n1," + b"\xff\xfe\xfd" * 9 + b"\n2,a\n", "t.csv", ReadingOptions(encoding="utf-8")
    )
    assert [a.id for a in articles] == ["2"] and refused[0].startswith("t.csv:1: holds bytes that are no text")
    with pytest.raises(InputRefused, match="empty"):
        read(b"", "t.csv")


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, row_group_size=2)
    return out.getvalue()


def test_parquet_whole_and_by_row_group() -> None:
    data = parquet(
        id=[1, 2, 3, 4, 5],
        title=list("甲乙丙丁戊"),
        text=pa.array([*"abcd", None]).dictionary_encode(),
        date=pa.array([0] * 5, pa.timestamp("s")),
    )
    articles, refused = read(data, "t.parquet")
    assert [a.id for a in articles] == list("12345") and not refused
    assert articles[0].date == "1970-01-01" and articles[4].text == ""
    assert [rows for rows, _ in row_groups(io.BytesIO(data), "t")] == [2, 2, 1]
    source = TableSource(Origin("t.parquet", stem="t"), ReadingOptions(), lambda error: None)
    chunks = list(parquet_chunks(io.BytesIO(data), source, [1]))
    assert [a for c in chunks for a in c.articles()] == articles[2:4]
    assert chunks[0].positions.to_pylist() == [3, 4]


def test_parquet_refusals() -> None:
    good = parquet(zw=["a"])
    with pytest.raises(InputRefused, match="its fields are zw"):
        read(good, "t.parquet")
    for data in (b"", good[:-9], b"PAR1" + bytes(50)):
        with pytest.raises(InputRefused, match=r"^t\.parquet: "):
            read(data, "t.parquet")


def test_chunks_are_columns() -> None:
    source = TableSource(Origin("n.jsonl", stem="n"), ReadingOptions(), lambda error: None)
    [chunk] = table_chunks(io.BytesIO(lines(*ROWS)), "jsonl", source)
    assert len(chunk) == 3 and chunk.texts.null_count == 0
    assert chunk.ids.to_pylist() == ["a1", "n-2", "3"]


def test_a_damaged_gz_gives_its_rows_and_then_is_refused(tmp_path: Path) -> None:
    data = gzip.compress(b"".join(lines({"id": str(i), "text": f"第{i}条 {i * 7919}"}) for i in range(40_000)))
    (tmp_path / "n.jsonl.gz").write_bytes(data[: len(data) // 2])
    from classifier.reading import read_paths

    refused: list[InputRefused] = []
    articles = list(read_paths([tmp_path / "n.jsonl.gz"], None, refused.append))
    assert 15_000 < len(articles) < 25_000 and [r.reason.split("(")[0] for r in refused] == [
        "is damaged and cannot be unpacked "
    ]


def test_a_parquet_row_that_is_no_utf8_is_refused_by_number(tmp_path: Path) -> None:
    raw = pa.array([b"\xe6\xa3\x89", "国标".encode("gb18030"), "棉田开镰".encode()])
    texts = pa.StringArray.from_buffers(len(raw), *raw.buffers()[1:])
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["1", "2", "3"], "text": texts}), path)
    refused: list[InputRefused] = []
    assert [article.id for article in read_path(path, refused=refused.append)] == ["1", "3"]
    assert [error.name for error in refused] == [f"{path}:2"]


def test_a_broken_row_among_many_is_refused_by_number(tmp_path: Path) -> None:
    raw = pa.array([f"第{i}块棉田开镰。".encode() * 40 for i in range(4_000)])
    data = bytearray(raw.buffers()[2])
    second, last = len(raw[0].as_py()) + 1, len(data) - 1
    data[second], data[last] = 0xFF, 0xE6
    texts = pa.StringArray.from_buffers(len(raw), raw.buffers()[1], pa.py_buffer(bytes(data)))
    path = tmp_path / "many.parquet"
    pq.write_table(pa.table({"text": texts}), path)
    refused: list[InputRefused] = []
    assert len(list(read_path(path, refused=refused.append))) == 3_998
    assert [error.name for error in refused] == [f"{path}:2", f"{path}:4000"]


CANAL = {"title": "抢修水渠", "text": "近日,青石县抢修水渠,确保春灌。"}
SCHOOL = {"title": "办起夜校", "text": "柳树沟办起了夜校,欢迎报名。"}


@pytest.mark.parametrize(
    "value",
    [
        [{"article": CANAL}, {"article": SCHOOL}],
        {"hits": {"total": 2, "hits": [{"_id": "a", "_source": CANAL}, {"_id": "b", "_source": SCHOOL}]}},
        [[CANAL], [SCHOOL]],
        {"pages": [{"number": 1, "articles": [CANAL]}, {"number": 2, "articles": [SCHOOL]}]},
        {"data": [{"type": "news", "attributes": CANAL}, {"type": "news", "attributes": SCHOOL}]},
        {"first": CANAL, "second": SCHOOL},
        {"comments": [{"text": "好事!"}], "result": {"list": [CANAL, SCHOOL]}},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_articles_however_wrapped(value: object, indent: int | None) -> None:
    data = json.dumps(value, ensure_ascii=False, indent=indent).encode()
    for name, start in (("news.json", b""), ("stdin", b"\xef\xbb\xbf")):
        articles = read_bytes(start + data, name)
        assert [(a.title, a.text) for a in articles] == [tuple(CANAL.values()), tuple(SCHOOL.values())]


def test_wrapped_articles_as_json_lines() -> None:
    data = "\n".join(json.dumps({"_id": str(i), "_source": row}) for i, row in enumerate((CANAL, SCHOOL))).encode()
    assert [(a.title, a.text) for a in read_bytes(data, "news.jsonl")] == [
        tuple(CANAL.values()),
        tuple(SCHOOL.values()),
    ]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("題名", "內容"),
        ("標題", "內文"),
        ("主题", "正文"),
        ("subject", "body"),
        ("doc_title", "doc_text"),
        ("Headline", "Story"),
        ("稿件题目", "新闻稿正文"),
        ("title", "raw_text"),
    ],
)
def test_heads_of_other_papers(title: str, text: str) -> None:
    rows = [{title: row["title"], text: row["text"]} for row in (CANAL, SCHOOL)]
    table = io.StringIO()
    csv.writer(table).writerows([["副标题", title, "评论内容", text], *(["", r[title], "好", r[text]] for r in rows)])
    wanted = [tuple(CANAL.values()), tuple(SCHOOL.values())]
    for data in (table.getvalue().encode(), table.getvalue().encode("utf-16")):
        assert [(a.title, a.text) for a in read_bytes(data, "news.csv")] == wanted
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    assert [(a.title, a.text) for a in read_bytes(lines, "news.jsonl")] == wanted


KEYS = st.lists(
    st.sampled_from(
        ["id", "title", "headline", "标题", "doc_title", "web_title", "date", "日期", "text", "content", "author"]
    ),
    unique=True,
)


@examples(30, 100)
@given(st.lists(KEYS, min_size=2, max_size=12))
def test_a_row_is_read_by_its_own_keys_whatever_the_first_row_has(rows: list[list[str]]) -> None:
    values = [
        {key: "2026-03-01" if key in ("date", "日期") else f"{key}{i}春播" for key in keys}
        for i, keys in enumerate(rows)
    ]
    values = [{**row, "text": f"第{i}条：农机下田。"} for i, row in enumerate(values)]
    together = list(read_bytes(lines(*values), "together.jsonl"))
    apart = [next(iter(read_bytes(lines(row), "apart.jsonl"))) for row in values]
    assert [(a.title, a.text, a.date) for a in together] == [(a.title, a.text, a.date) for a in apart]
    assert [a.id for a in together if a.id.startswith("id")] == [row["id"] for row in values if "id" in row]


def test_a_date_in_characters_that_is_none_stays_as_it_is() -> None:
    row = {"title": "春播全面展开", "text": "八万亩春小麦开始播种。"}
    told = ("二〇二六年四月二十一日", "二〇二六年十十月一日", "二〇二六年四月三三日")
    articles, refused = read(lines(*({**row, "date": date} for date in told)), "a.jsonl")
    assert [article.date for article in articles] == ["2026-04-21", *told[1:]] and not refused
