"""What RTF's control words mean to a reader of text, and the encodings of its bytes.

The words are those of Microsoft's Rich Text Format specification, version 1.9.1.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

CHARACTERS: Final = {
    "tab": " ", "line": "\n", "softline": "\n", "emdash": "—", "endash": "–", "emspace": " ", "enspace": " ",
    "qmspace": " ", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "~": " ",
    "_": "-", "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
"""Words and signs that stand for characters."""
ENDS_OF_PARAGRAPH: Final = frozenset({"par", "sect", "page", "column", "pagebb", "\n", "\r"})
UNSEEN: Final = frozenset({
    "colortbl", "info", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf",
    "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "pntext", "pntxta", "pntxtb", "listtext",
    "nonesttables", "shprslt", "fldinst", "datafield", "formfield", "xe", "tc", "tcn", "txe", "rxe", "revtbl",
    "annotation", "private", "filetbl", "template", "comment", "nextfile", "mmathPict", "background", "bkmkstart",
    "bkmkend", "falt", "panose", "fname", "objdata", "objclass", "objname", "listtable", "listoverridetable", "atnid",
    "atnauthor", "generator",
})  # fmt: skip
"""Groups in which nothing is text of the document; pictures, headers and footers among them."""
HOLDERS: Final = frozenset({"fonttbl", "stylesheet", "sp", "sn", "sv", "shpinst", "do"})
"""Groups whose own text is none of the document, but in which something counts."""
STARRED_TEXT: Final = frozenset({"footnote", "moMath", "moMathPara", "mr"})
"""Groups marked as ones to skip where they are not known, that are text none the less."""
BOXES: Final = frozenset({"footnote", "shptxt", "dptxbxtext"})
"""Groups whose text stands after the paragraph that they hang on."""
_CHARSETS: Final = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437",
}  # fmt: skip
_TWO_BYTES: Final = ("gb18030", "cp950", "cp932", "cp949", "utf-8")
_HAN_PAIRS: Final = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])+")


def charset_encoding(charset: int) -> str:
    """The encoding of a font's characters; empty where it is that of the document."""
    return _CHARSETS.get(charset, "")


def page_encoding(page: int) -> str:
    """The encoding of a code page (``\\ansicpg936``)."""
    name = {936: "gb18030", 54936: "gb18030", 65001: "utf-8", 10000: "mac_roman"}.get(page, f"cp{page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def decode_bytes(raw: bytes, font: str, document: str) -> str:
    """Text in the encoding of its font, else of the document; in a Western one, pairs of GB2312's bytes are Chinese.

    Writers that say nothing of their encoding, or a Western one, write Chinese so.
    """
    if raw.isascii():
        return raw.decode("ascii")
    encoding = font or document or "cp1252"
    if encoding not in _TWO_BYTES and document in _TWO_BYTES:
        encoding = document
    if encoding not in _TWO_BYTES and _HAN_PAIRS.fullmatch(raw):
        encoding = "gb18030"
    return raw.decode(encoding, "replace")


def join_surrogates(text: str) -> str:
    """Text whose halves of pairs (``\\u-10187\\u-8511``) are characters; half a pair alone becomes U+FFFD."""
    if not re.search("[\ud800-\udfff]", text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
