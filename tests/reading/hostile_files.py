"""Small files made to harm: each takes far more time or memory than its size tells, where nothing is bounded."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from tests.reading.office_files import workbook
from tests.reading.word_files import paragraph, word_file

TEXT = "渔船归港,码头上的鱼价比上周低了两成。"
LAUGHS = (
    "<!DOCTYPE a [<!ENTITY l0 '哈'>" + "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, 12)) + "]>"
)


def pictures_of_pictures(depth: int = 10) -> bytes:
    """A PDF whose page draws a form ten times, which draws another ten times, and so on."""
    draw = b"/X Do " * 10
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
    ]
    for number in range(depth):
        inner = draw if number + 1 < depth else b"0 0 m 9 9 l S"
        within = b"/Resources<</XObject<</X %d 0 R>>>>" % (len(objects) + 2) if number + 1 < depth else b""
        head = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]%s/Length %d>>" % (within, len(inner))
        objects.append(head + b"stream\n" + inner + b"\nendstream")
    out = b"%PDF-1.5\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + table + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))


def packed(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", dictionary_pagesize_limit=8 << 20)
    return out.getvalue()


def repeated(size: int, rows: int) -> bytes:
    """Parquet with one text that many rows point to."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["港" * size]))
    return parquet(pa.table({"text": text}))


def long_name(size: int = 64 << 20) -> bytes:
    """A tar whose first record says that a very long name follows."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, size
    return info.tobuf(tarfile.GNU_FORMAT) + b"a" * size


def nested_zip(depth: int) -> bytes:
    data = packed({"a.txt": TEXT.encode()})
    for _ in range(depth):
        data = packed({"a.zip": data})
    return data


HOSTILE: Final[Mapping[str, Callable[[], bytes]]] = {
    "哈哈.docx": lambda: word_file(paragraph("&l11;"), head=LAUGHS),
    "哈哈.xml": lambda: f"<?xml version='1.0'?>{LAUGHS}<alto><Layout><Page>&l11;</Page></Layout></alto>".encode(),
    "深.docx": lambda: word_file("<w:tbl><w:tr><w:tc>" * 3_000 + "</w:tc></w:tr></w:tbl>" * 3_000),
    "零.zip": lambda: packed({"a.txt": bytes(50 << 20)}),
    "宽.zip": lambda: packed({f"{i}.zip": packed({f"{j}.txt": b"1" * (3 << 20) for j in range(20)}) for i in range(4)}),
    "层层.zip": lambda: nested_zip(6),
    "零.txt.gz": lambda: gzip.compress(bytes(80 << 20), 1),
    "长名.tar.gz": lambda: gzip.compress(long_name(4 << 20), 1),
    "括号.json": lambda: b"[" * 3_000_000,
    "长数.jsonl": lambda: b'{"title": ' + b"9" * 1_000_000 + b"}",
    "层层.html": lambda: b"<html><body>" + b"<div>" * 400_000 + TEXT.encode() + b"</body></html>",
    "图中图.pdf": pictures_of_pictures,
    "一文多行.parquet": lambda: repeated(300_000, 3_000),
    "远.xlsx": lambda: workbook({"远": [["标题"]]}, first='<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "零.xlsx": lambda: packed({"xl/workbook.xml": bytes(90 << 20)}),
    "深.rtf": lambda: b"{\\rtf1 " + b"{" * 3_000,
    "零.doc": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50_000),
    "空格.csv": lambda: b"\0,\0\n" * 2_000,
}
"""By name; each holds no article at all."""


def write_hostile_files(folder: Path) -> list[Path]:
    """All of them as files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, make in HOSTILE.items():
        paths.append(folder / name)
        paths[-1].write_bytes(make())
    return paths
