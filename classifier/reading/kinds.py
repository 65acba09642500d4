"""Which kind of input a file's first bytes stand for."""

from __future__ import annotations

import re
from typing import Final

from classifier.errors import InputRefused
from classifier.reading.encoding import decode
from classifier.reading.file_names import name_of_bytes
from classifier.reading.formats import FORMATS

_LONG_LINE = 1 << 20
_STARTS: Final = tuple((start, one.kind) for one in FORMATS.values() for start in one.starts)
_OCR_JSON: Final = (
    b'"pdf_info"', b'"page_idx"', b'"parsing_res_list"', b'"layoutParsingResults"', b'"rec_texts"',
    b'"overall_ocr_res"', b'"ocrResults"', b'"dt_polys"', b'"layout_det_res"', b'"text_region"', b'"paragraph_content"',
    b'"title_content"',
)  # fmt: skip
"""Fields near the start of what MinerU and PaddleOCR write, which no table of articles has."""
_OCR_LINES: Final = re.compile(rb"\s*\[\s*(?:\[\s*){3,4}-?\d")
"""The start of a list of lines, each with a list of its corners."""
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The start of Office files of before 2007, of Word and Excel alike."""
_OLE_STREAMS: Final = {"WordDocument\0": "doc", "Workbook\0": "spreadsheet", "Book\0": "spreadsheet"}
_SHEET_PARTS: Final = (b"xl/workbook", b"xl/worksheets/", b"xl/theme/", b"xl/sharedStrings")
_SHEET_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"
SHARED_ENDINGS: Final = frozenset({"json", "html", "spreadsheet"})
"""Kinds whose endings stand for other things, too: ``kind_by_start`` tells."""
_HEAD_OF_OCR = 16_384
_PACKED_MAGIC: Final = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz"))


def kind_by_content(head: bytes, *, whole: bool = False) -> str:
    """The kind that the first bytes stand for; ``text`` where they say nothing.

    ``whole``: they are all there are.
    """
    if head.startswith(OLE):
        return _ole_kind(head) or "text"
    for start, kind in _STARTS:
        if head.startswith(start):
            return _zip_kind(head) if kind == "zip" else kind
    if head[257:262] == b"ustar":
        return "tar"
    head = _as_utf8(head)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<alto" in start[:2000].lower():
        return "alto"
    if start[:2000].lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith((b"{", b"[")):
        return _json_kind(start, whole=whole)
    return _table_kind(start, whole=whole) or "text"


def _as_utf8(head: bytes) -> bytes:
    """Text in UTF-16 or UTF-32, as some consoles pipe it, in UTF-8; other bytes as they are."""
    if not head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) and b"\0" not in head[:64]:
        return head

    try:
        return decode(head[: len(head) // 4 * 4], "").text.encode("utf-8", "replace")
    except InputRefused:
        return head


def _zip_kind(head: bytes) -> str:
    """What a zip is by the names of its first members: a Word file, a spreadsheet, or an archive."""
    if any(name in head for name in _SHEET_PARTS) or _SHEET_TYPE in head[:200]:
        return "spreadsheet"
    return "docx" if b"[Content_Types].xml" in head[:2000] and b"ppt/" not in head else "zip"


def _ole_kind(data: bytes) -> str:
    """What an Office file of before 2007 holds, by the names of its streams anywhere in it; empty where neither."""
    names = {name.encode("utf-16-le"): kind for name, kind in _OLE_STREAMS.items()}
    return next((kind for name, kind in names.items() if name in data), "")


def is_locked(data: bytes) -> bool:
    """Whether an Office file (``OLE``) holds one that is locked with a password, .docx and .xlsx among them."""
    return "EncryptedPackage".encode("utf-16-le") in data


def word_kind(data: bytes, kind: str) -> str:
    """What a file named as Word's (``kind``) is by its bytes: people rename them, and systems name web pages .doc."""
    if data.startswith(OLE):
        return "doc"
    by_content = kind_by_content(data, whole=True)
    if by_content in ("docx", "html", "rtf"):
        return by_content
    return kind if data.startswith(b"PK") or by_content != "text" else "text"


def is_workbook(head: bytes) -> bool:
    """Whether bytes may be a workbook's: they begin as those of Excel, WPS and OpenDocument do."""
    return head.startswith((OLE, b"PK"))


def kind_by_start(kind: str, head: bytes, *, whole: bool) -> str:
    """What a file of one of ``SHARED_ENDINGS`` is by its start; ``whole``: it is all there is."""
    return _sheet_kind(head, whole=whole) if kind == "spreadsheet" else ocr_kind(kind, head[:_HEAD_OF_OCR])


def _sheet_kind(head: bytes, *, whole: bool) -> str:
    """What a file named as a spreadsheet is by its start: systems name tables of text so (``csv``)."""
    if is_workbook(head):
        return "spreadsheet"
    return "csv" if kind_by_content(head, whole=whole) == "csv" else "spreadsheet"


def _json_kind(start: bytes, *, whole: bool) -> str:
    """Whether JSON is one value, or an object a line; ``text`` where it is neither (``[图片] …``)."""
    import json

    line, end, rest = start.partition(b"\n")
    if len(line) > _LONG_LINE:
        return "jsonl" if rest.lstrip()[:1] == b"{" else "json"
    try:
        value = json.loads(line)
        if isinstance(value, dict) and rest.lstrip():
            return "jsonl"
        return "json" if isinstance(value, dict | list) else "text"
    except (ValueError, RecursionError):
        pass
    if line.startswith(b'{"') and not end and not whole:
        return "jsonl"
    inside = start[1:].lstrip()
    opening = (b'"', b"}") if start[:1] == b"{" else (b"{", b"[", b'"', b"]")
    return "json" if inside.startswith(opening) else "text"


def _table_kind(start: bytes, *, whole: bool) -> str:
    """``csv`` where the first line is a heading and the next lines have as many cells; else empty."""
    start = start[:65_536]
    lines = (start if b"\n" in start else start.replace(b"\r", b"\n")).split(b"\n")
    if not whole and len(lines) > 1:
        lines = lines[:-1]
    lines = [line.rstrip(b"\r") for line in lines if line.strip()]
    if lines and lines[0].lower().startswith(b"sep=") and len(lines[0]) == 5:
        lines = lines[1:]
    if len(lines) < 2 or len(lines[0]) > 2_000:
        return ""
    delimiter = max((b",", b"\t", b";", b"|"), key=lines[0].count)
    if not lines[0].count(delimiter):
        return ""
    from classifier.reading.tables.fields import is_heading

    if not is_heading([name_of_bytes(cell) for cell in lines[0].split(delimiter)]):
        return ""
    return "csv" if any(line.count(delimiter) >= lines[0].count(delimiter) for line in lines[1:50]) else ""


def ocr_kind(kind: str, head: bytes) -> str:
    """What a JSON or HTML file is by its start: an OCR tool's (``ocr``, ``hocr``), or still ``kind``."""
    if kind in ("json", "jsonl", "text") and _OCR_LINES.match(head):
        return "ocr"
    if kind == "json" and any(mark in head for mark in _OCR_JSON):
        return "ocr"
    if kind == "json" and b'"box"' in head and (b'"txt"' in head or (b'"text"' in head and b'"score"' in head)):
        return "ocr"
    if kind == "html" and (b"ocr_page" in head or b'"ocr-system"' in head):
        return "hocr"
    return kind


def find_packing(head: bytes) -> str:
    """The compression that the first bytes stand for, or empty."""
    return next((packed for magic, packed in _PACKED_MAGIC if head.startswith(magic)), "")
