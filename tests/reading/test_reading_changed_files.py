"""Files with bytes changed, cut, doubled and put in: read or refused by name, soon, in little memory."""

from __future__ import annotations

import gzip
import io
import json
import random
import resource
import tarfile
import time
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifier.errors import InputRefused
from classifier.reading import read_bytes
from tests.reading.office_files import OFFICE, workbook
from tests.reading.test_reading_spreadsheets import PAGE as TABLES_OF_A_PAGE
from tests.reading.test_reading_spreadsheets import XML
from tests.reading.word_files import paragraph, word_file

ROWS = [
    {
        "id": f"n{i}",
        "title": f"青石县修渠第{i}段",
        "text": f"近日,青石县修好水渠第{i}段,“水来了”,村民说。",
        "date": "2026-03-05",
    }
    for i in range(40)
]
PAGE = "".join(f"# {row['title']}\n\n本报讯(记者 张宁){row['text']}\n\n" for row in ROWS[:8])
SHEET = "xl/worksheets/sheet1.xml"
SIGNS = (
    b'"', b"\n", b"\r", b",", b"\0", b"\xff", b"{", b"}", b"[", b"]", b"\\", b"\\u0000", b"\\ud800",
    b"\xef\xbb\xbf", b"\t", b"# ", b"\x1a", b"|", b";", b"<", b"---\n", "（".encode(), "记者".encode(),
    "本报讯".encode(), b"1e999", b"null", b"{\\", b"\\bin9 ", b"\\'b1", b"\\u-9 ", b"<c r='XFD9'>",
)  # fmt: skip


def table(delimiter: str) -> bytes:
    lines = [list(ROWS[0]), *(list(row.values()) for row in ROWS)]
    return "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines).encode()


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), out, row_group_size=10)
    return out.getvalue()


def packed(kind: str) -> bytes:
    out = io.BytesIO()
    members = {"甲.txt": PAGE.encode(), "乙/甲.jsonl": json.dumps(ROWS[0]).encode(), "丙.csv": table(",")}
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    else:
        with tarfile.open(fileobj=out, mode="w:gz" if kind == "tgz" else "w") as tar:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


MAKERS: dict[str, Callable[[], bytes]] = {
    "txt": lambda: PAGE.replace("# ", "").encode(),
    "md": lambda: f"---\ntitle: 版面\ndate: 2026-03-05\n---\n{PAGE}| 村 | 亩 |\n|--|--|\n".encode(),
    "gb.txt": lambda: PAGE.encode("gb18030"),
    "wide.txt": lambda: PAGE.encode("utf-16"),
    "jsonl": lambda: "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode(),
    "json": lambda: json.dumps({"data": {"list": ROWS}, "comments": [{"text": "好"}]}, indent=1).encode(),
    "csv": lambda: table(","),
    "tsv": lambda: table("\t"),
    "csv.gz": lambda: gzip.compress(table(",")),
    "parquet": parquet,
    "xlsx": lambda: workbook({"稿件": [list(ROWS[0]), *(list(row.values()) for row in ROWS)], "空": []}),
    "sheet.xlsx": lambda: zipfile.ZipFile(io.BytesIO(MAKERS["xlsx"]())).read(SHEET),
    "xls": lambda: (OFFICE / "稿件.xls").read_bytes(),
    "page.xls": lambda: TABLES_OF_A_PAGE.format(sowing="渠水来了。").encode("gbk"),
    "xml.xls": lambda: XML.format(sowing="渠水来了。", clinic="新楼启用。").encode(),
    "ods": lambda: (OFFICE / "稿件.ods").read_bytes(),
    "doc": lambda: (OFFICE / "清河.doc").read_bytes(),
    "rtf": lambda: (OFFICE / "清河.rtf").read_bytes(),
    "docx": lambda: word_file("".join(paragraph(row["title"]) + paragraph(row["text"]) for row in ROWS)),
    "zip": lambda: packed("zip"),
    "tar": lambda: packed("tar"),
    "tgz": lambda: packed("tgz"),
}


def with_sheet(sheet: bytes) -> bytes:
    """A workbook that is whole but for the XML of its sheet, which a changed byte in a zip would not let through."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(MAKERS["xlsx"]())) as whole, zipfile.ZipFile(out, "w") as made:
        for name in whole.namelist():
            made.writestr(name, sheet if name == SHEET else whole.read(name))
    return out.getvalue()


def changed(data: bytes, chance: random.Random) -> bytes:
    content = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at, length = chance.randrange(len(content) + 1), chance.choice((1, 2, 4, 16, 200))
        way = chance.randrange(5)
        if way == 0:
            del content[at : at + length]
        elif way == 1:
            content[at : at + length] = bytes(chance.randrange(256) for _ in range(length))
        elif way == 2:
            content[at:at] = content[chance.randrange(len(content) + 1) :][:length] * chance.choice((1, 40))
        elif way == 3:
            content[at:at] = chance.choice(SIGNS) * chance.choice((1, 1, 300))
        else:
            del content[chance.randrange(len(content) // 2 + 1, len(content) + 1) :]
    return bytes(content)


@pytest.mark.parametrize("count", [40, pytest.param(2_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", MAKERS)
def test_changed_files_are_read_or_refused(kind: str, count: int) -> None:
    chance = random.Random(f"{kind} {count}")
    whole = MAKERS[kind]()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read = 0
    for _ in range(count):
        data = changed(whole, chance)
        data = with_sheet(data) if kind == "sheet.xlsx" else data
        began = time.process_time()
        try:
            for article in read_bytes(data, f"a.{kind}", refused=lambda error: None):
                (article.id + article.title + article.text).encode()
                read += 1
        except InputRefused as refused:
            assert refused.name.startswith(f"a.{kind}") and refused.reason
        assert time.process_time() - began < 10, data
    assert read or kind in ("csv.gz", "tgz", "xlsx")  # a changed byte breaks a checksum
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 1_000_000
