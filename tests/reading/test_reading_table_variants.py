"""Tables however they are written: delimiters, line ends, encodings and blanks, with and without an ending."""

from __future__ import annotations

import json

import pytest

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.reading import read_bytes

ROWS = [(f"标题{i}", f"第{i}条，近日青石县抢修水渠，确保春灌。") for i in range(1, 31)]


def read(data: bytes, name: str) -> tuple[list[Article], list[InputRefused]]:
    refused: list[InputRefused] = []
    return read_bytes(data, name, refused=refused.append), refused


def table(delimiter: str, end: str, quote: str = '"') -> str:
    lines = [("标题", "正文"), *((title, f"{quote}{text}{quote}") for title, text in ROWS)]
    return "".join(delimiter.join(line) + end for line in lines)


@pytest.mark.parametrize("name", ["news.csv", "stdin"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_all_rows_are_read(delimiter: str, end: str, encoding: str, name: str) -> None:
    data = table(delimiter, end, "" if delimiter == "\t" else '"').encode(encoding)
    articles, refused = read(data, name)
    assert [(a.title, a.text) for a in articles] == ROWS and not refused


@pytest.mark.parametrize(
    "text",
    [
        table(",", "\n").replace(',"', ', "'),
        table(",", "\n").replace(',"', ',  "').replace('"\n', '" \n'),
        "\ufeffsep=;\r\n" + table(";", "\r\n"),
        "sep=\t\n" + table("\t", "\n", ""),
        table(",", "\n") + "\x1a",
        "\ufeff\ufeff\n\n" + table(",", "\n\n"),
        "".join(line + ("\r\n" if i % 2 else "\n") for i, line in enumerate(table(",", "\n").splitlines())),
    ],
    ids=["blank before quotes", "blanks around quotes", "sep=;", "sep=tab", "end of DOS", "empty lines", "mixed ends"],
)
def test_hand_made_tables(text: str) -> None:
    articles, refused = read(text.encode(), "news.csv")
    assert [(a.title, a.text) for a in articles] == ROWS and not refused


def test_quoted_text_with_a_blank_before_it_keeps_its_comma_and_line_break() -> None:
    articles, refused = read('标题, 正文\n修渠, "渠长,十二公里\n已修好"\n夜校, 开课了\n'.encode(), "news.csv")
    assert [(a.title, a.text.strip()) for a in articles] == [("修渠", "渠长,十二公里\n已修好"), ("夜校", "开课了")]
    assert not refused


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "gb18030", "utf-8-sig"])
@pytest.mark.parametrize("indent", [None, 1])
def test_json_from_a_pipe_in_any_encoding(encoding: str, indent: int | None) -> None:
    text = json.dumps([{"标题": title, "正文": text} for title, text in ROWS], ensure_ascii=False, indent=indent)
    articles, refused = read(text.encode(encoding), "stdin")
    assert [(a.title, a.text) for a in articles] == ROWS and not refused


@pytest.mark.parametrize("place", ["text", "title", "end", "middle"])
@pytest.mark.parametrize("row", [1, 9, 30])
def test_stray_quote_costs_at_most_its_row(place: str, row: int) -> None:
    lines = table(",", "\n").splitlines()
    title, text = ROWS[row - 1]
    lines[row] = {
        "text": f'{title},"{text}',
        "title": f'"{title},{text}',
        "end": f'{title},{text}"',
        "middle": f'{title},近日"{text}',
    }[place]
    articles, refused = read("\n".join(lines).encode(), "news.csv")
    gone = {title for title, _ in ROWS} - {a.title for a in articles}
    assert gone <= {title} and len(refused) == len(gone)
    assert all(a.text.count("条") == 1 for a in articles)
