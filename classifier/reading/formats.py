"""Every format that is read, in one table: by which endings and first bytes it is known, and where its reader is.

What messages, ``--kind``, the desk and the planning of archives know of formats comes from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Literal

from classifier.errors import LanmuError
from classifier.messages import say

Kind = Literal[
    "auto",
    "page",
    "plain",
    "html",
    "docx",
    "doc",
    "rtf",
    "pdf",
    "alto",
    "hocr",
    "ocr",
    "jsonl",
    "json",
    "csv",
    "tsv",
    "parquet",
    "spreadsheet",
]
"""What a user may say that an input is."""
Form = Literal["text", "article", "printed", "table", "archive"]
"""What a format's reader takes and gives.

``text``: bytes, a name and limits → FileText, with ``#`` before each headline (no reader: the bytes are the text);
``article``: bytes, an Origin and a ReadingRun → Articles; ``printed``: bytes and a name → PrintedPages;
``table``: an open file and a TableSource → ArticleChunks; ``archive``: it holds files.
"""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its kind, its form, the endings of its files, and which of them messages name.

    ``reader`` is ``module:function`` below ``classifier.reading``, imported when the first file of it is read.
    ``starts``: what its files begin with.  ``streamed``: a member of an archive may be longer than a file that is
    read whole.  ``cost``: what reading a file takes beside its bytes, in bytes of plain text scored in the same
    time; nothing for tables that Arrow reads.
    """

    kind: Kind | Literal["text", "zip", "tar"]
    form: Form
    endings: str = ""
    named: str = ""
    reader: str = ""
    starts: tuple[bytes, ...] = ()
    streamed: bool = False
    cost: int = 10_000


_FORMATS: Final = (
    Format("text", "text", ".txt .text .md .markdown", "txt, md", cost=4_000),
    Format("page", "text"),
    Format("plain", "text", cost=4_000),
    Format("html", "article", ".html .htm .xhtml .shtml", "html", "documents.web_page:read_web_page", cost=40_000),
    Format("docx", "text", ".docx .docm .dotx .dotm", "docx", "documents.docx:docx_text", cost=100_000),
    Format("doc", "text", ".doc .dot .wps .wpt", "doc, wps", "documents.word97:word97_text", cost=500_000),
    Format("rtf", "text", ".rtf", "rtf", "documents.rtf:rtf_text", starts=(b"{\\rtf",)),
    Format("pdf", "printed", ".pdf", "pdf", starts=(b"%PDF-",), cost=2_000_000),
    Format("alto", "printed", ".xml .alto", "xml (ALTO)", "layout.alto:alto_pages", cost=500_000),
    Format("hocr", "printed", ".hocr", "hocr", "layout.hocr:hocr_pages", cost=500_000),
    Format("ocr", "printed", reader="layout.ocr_json:ocr_json_pages"),
    Format("jsonl", "table", ".jsonl .ndjson", "jsonl", "tables.jsonl:jsonl_chunks", streamed=True, cost=0),
    Format("json", "table", ".json", "json", "tables.json_values:json_chunks", cost=0),
    Format("csv", "table", ".csv", "csv", "tables.csv:csv_chunks", streamed=True, cost=0),
    Format("tsv", "table", ".tsv", "tsv", "tables.csv:tsv_chunks", streamed=True, cost=0),
    Format(
        "spreadsheet", "table", ".xlsx .xlsm .xltx .xlsb .xls .xlt .et .ett .ods", "xlsx, xls, ods",
        "tables.workbooks:sheet_chunks", cost=100_000,
    ),
    Format("parquet", "table", ".parquet .pq", "parquet", "tables.parquet:parquet_chunks", starts=(b"PAR1",), cost=0),
    Format("zip", "archive", ".zip", "zip", starts=(b"PK\x03\x04", b"PK\x05\x06")),
    Format("tar", "archive", ".tar .tgz .tbz2 .txz", "tar", streamed=True),
)  # fmt: skip
UNREAD_DOCUMENTS: Final = frozenset({
    ".odt", ".ofd", ".pages", ".caj", ".epub", ".mobi", ".chm", ".ppt",
    ".pptx", ".dps", ".7z", ".rar", ".eml", ".msg", ".mht", ".mhtml", ".log",
})  # fmt: skip
"""Endings of files that may hold articles and cannot be read; others are pictures, programs and the like."""
COMPRESSED: Final = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}
PACKED_TAR: Final = {".tgz": "gzip", ".tbz2": "bz2", ".txz": "xz"}

FORMATS: Final[dict[str, Format]] = {one.kind: one for one in _FORMATS}
KINDS: Final = {ending: one.kind for one in _FORMATS for ending in one.endings.split()}
"""The kind that each ending stands for."""
TABLES: Final = frozenset(one.kind for one in _FORMATS if one.form == "table")
ARCHIVES: Final = frozenset(one.kind for one in _FORMATS if one.form == "archive")
READABLE: Final = f"{', '.join(one.named for one in _FORMATS if one.named)} (also {', '.join(COMPRESSED)})"
"""The endings that messages tell of."""


def format_of(kind: str, *forms: Form) -> Format:
    """The format of a kind; LanmuError where there is none, or none of these forms."""
    known = [one.kind for one in _FORMATS if not forms or one.form in forms]
    if kind not in known:
        raise LanmuError(say("option.unknown_kind", kind=kind, known=", ".join(known)))
    return FORMATS[kind]


def load_reader(one: Format) -> Callable[..., Any]:
    """A format's reader, by its form (``Form``)."""
    module, _, function = one.reader.partition(":")
    reader: Callable[..., Any] = getattr(import_module(f"classifier.reading.{module}"), function)
    return reader
