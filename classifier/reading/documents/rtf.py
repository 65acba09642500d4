"""Rich Text Format → text with Markdown's headline marks, as ``docx_text`` gives it.

The words are those of Microsoft's Rich Text Format specification, version 1.9.1.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace
from typing import Final

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.documents.docx import heading_marks
from classifier.reading.documents.text_files import FileText
from classifier.reading.doubts import doubt
from classifier.reading.reading_options import Limits

_TOKEN: Final = re.compile(
    rb"\\([A-Za-z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)", re.DOTALL
)
_HEEDED: Final = frozenset({
    "ansicpg", "mac", "deff", "f", "af", "fcharset", "cpg", "dbch", "loch", "hich", "uc", "v", "deleted", "plain",
    "pard", "intbl", "s", "outlinelevel", "upr", "cell", "row", "nestcell",
})  # fmt: skip
_CHARACTERS: Final = {
    "tab": " ", "line": "\n", "softline": "\n", "emdash": "—", "endash": "–", "emspace": " ", "enspace": " ",
    "qmspace": " ", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "~": " ",
    "_": "-", "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
"""Words and signs that stand for characters."""
_ENDS_OF_PARAGRAPH: Final = frozenset({"par", "sect", "page", "column", "pagebb", "\n", "\r"})
_UNSEEN: Final = frozenset({
    "colortbl", "info", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf",
    "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "pntext", "pntxta", "pntxtb", "listtext",
    "nonesttables", "shprslt", "fldinst", "datafield", "formfield", "xe", "tc", "tcn", "txe", "rxe", "revtbl",
    "annotation", "private", "filetbl", "template", "comment", "nextfile", "mmathPict", "background", "bkmkstart",
    "bkmkend", "falt", "panose", "fname", "objdata", "objclass", "objname", "listtable", "listoverridetable", "atnid",
    "atnauthor", "generator",
})  # fmt: skip
"""Groups in which nothing is text of the document; pictures, headers and footers among them."""
_HOLDERS: Final = frozenset({"fonttbl", "stylesheet", "sp", "sn", "sv", "shpinst", "do"})
"""Groups whose own text is none of the document, but in which something counts."""
_STARRED_TEXT: Final = frozenset({"footnote", "moMath", "moMathPara", "mr"})
"""Groups marked as ones to skip where they are not known, that are text none the less."""
_BOXES: Final = frozenset({"footnote", "shptxt", "dptxbxtext"})
"""Groups whose text stands after the paragraph that they hang on."""
_CHARSETS: Final = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437",
}  # fmt: skip
_TWO_BYTES: Final = ("gb18030", "cp950", "cp932", "cp949", "utf-8")
_HAN_PAIRS: Final = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])+")
_START: Final = b"{\\rtf"
_WIDE_CELL: Final = 40
"""A row lays out a page, and is no row of a table, where a cell holds several paragraphs of this many characters."""


def rtf_text(data: bytes, name: str, limits: Limits) -> FileText:
    """All text that a reader of an .rtf sees, in its order.

    Headings are ``#`` lines, tables ``|`` rows, characters that could not be read U+FFFD.
    What was deleted with tracking on, hidden text, the code of fields, headers and footers are left out; text boxes
    and notes stand after the paragraph they hang on.  Time is linear in the bytes.

    Raises InputRefused where it is no RTF, holds no text, or is more than ``limits`` allow.
    """
    start = data.find(_START, 0, 1_024)
    if start < 0:
        raise InputRefused(name, say("rtf.other_format"))
    reader = _RtfReader(name, limits)
    end = reader.read(data, start)
    notes = []
    if reader.stack:
        notes.append(doubt("rtf_breaks_off"))
    elif data[end:].strip(b"\0\r\n\t \x1a"):
        notes.append(doubt("rtf_goes_on"))
    lines = reader.finished_lines()
    if not any(lines):
        raise InputRefused(name, say("word.no_text"))
    text = "\n".join(lines)
    return FileText(text, text.count("\ufffd"), doubts=tuple(notes))


@dataclass(slots=True)
class _Group:
    """What holds within a group, and is taken over by the groups in it."""

    unseen: bool = False
    dropped: bool = False
    skipped_after_code: int = 1
    font: int = -1
    wide_font: int = -1
    is_wide: bool = False
    hidden: bool = False
    deleted: bool = False
    in_table: bool = False
    mark: str = ""
    kind: str = ""
    """The word that says what the group holds; its own alone."""


@dataclass(slots=True)
class _Sink:
    """Where text goes: the document, a text box or a note."""

    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    hanging: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)

    def take_text(self) -> str:
        """What was written since the last paragraph or cell ended."""
        text = _join_surrogates("".join(self.pieces)).strip()
        self.pieces.clear()
        return text


class _RtfReader:
    """Reads the words of a document one after the other."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self.stack: list[_Group] = []
        self.group = _Group()
        self.sinks = [_Sink()]
        self.raw = bytearray()
        self.to_skip = 0
        self.starred = False
        self.encoding = ""
        self.fonts: dict[int, str] = {}
        self.default_font = -1
        self.styles: dict[int, str] = {}
        self.style = 0
        self.aside: list[str] = []
        self.drawn_property = ""
        self.characters = self.line_count = 0

    # Words -------------------------------------------------------------------------------------------

    def read(self, data: bytes, at: int) -> int:
        """Read from ``at`` to the end of the document; where it ends."""
        match_token = _TOKEN.match
        count = 0
        while at < len(data):
            match = match_token(data, at)
            if match is None:  # a stroke at the very end
                return len(data)
            at = match.end()
            count += 1
            if count > self.limits.rtf_words:
                raise InputRefused(self.name, say("rtf.words", most=f"{self.limits.rtf_words:,}"))
            word, number, code, sign, brace, text = match.groups()
            if text is not None:
                self._take_bytes(text)
            elif code is not None:
                self._take_bytes(bytes((int(code, 16),)))
            elif word is not None:
                if word == b"bin":
                    length = int(number or 0)
                    at += length if 0 < length <= len(data) - at else 0
                elif word == b"u" and number is not None:
                    self._take_code(int(number))
                else:
                    self._take_word(word.decode("ascii"), int(number) if number is not None else None)
            elif brace == b"{":
                self._open_group()
            elif brace is not None:
                self._close_group()
                if not self.stack:
                    return at
            elif sign is not None:
                self._take_sign(sign)
        return at

    def _take_bytes(self, raw: bytes) -> None:
        if self.to_skip:
            skipped = min(self.to_skip, len(raw))
            self.to_skip -= skipped
            raw = raw[skipped:]
        if raw and not self.group.dropped:
            self.raw += raw

    def _take_code(self, code: int) -> None:
        self._write_raw()
        self.to_skip = self.group.skipped_after_code
        code = code + 0x1_0000 if code < 0 else code
        if code <= 0x10_FFFF and not self.group.dropped:
            self._write(chr(code))

    def _take_sign(self, sign: bytes) -> None:
        self.to_skip = 0
        if sign == b"*":
            self.starred = True
            return
        if sign in b"{}\\":
            self._take_bytes(sign)
            return
        self._write_raw()
        text = sign.decode("latin-1")
        if text in _ENDS_OF_PARAGRAPH:
            self._end_paragraph()
        elif text in _CHARACTERS:
            self._write(_CHARACTERS[text])

    def _take_word(self, word: str, number: int | None) -> None:
        self._write_raw()
        skipped, self.to_skip = self.to_skip, 0
        starred, self.starred = self.starred, False
        group = self.group
        if word in _BOXES:
            self._open_box(word)
        elif word in _HOLDERS:
            group.unseen, group.kind = True, word
        elif word in _UNSEEN or (starred and word not in _STARRED_TEXT and word != "ud"):
            group.unseen = group.dropped = True
        elif word == "ud" and self.stack and self.stack[-1].kind == "upr":
            group.unseen = False  # the same text as the group before it, in Unicode
        if group.dropped:
            return
        if word in _CHARACTERS:
            if skipped:
                self.to_skip = skipped - 1
            else:
                self._write(_CHARACTERS[word])
        elif word in _ENDS_OF_PARAGRAPH:
            self._end_paragraph()
        elif word in _HEEDED:
            self._heed(word, number)

    def _heed(self, word: str, number: int | None) -> None:
        """Do what a word (of _HEEDED) asks."""
        group, told = self.group, number or 0
        match word:
            case "f":
                group.font = told
                group.is_wide = group.is_wide and group.wide_font < 0
            case "af" if group.is_wide:
                group.wide_font = told
            case "loch" | "hich":
                group.is_wide = False
            case "dbch":
                group.is_wide = True
            case "intbl":
                group.in_table = True
            case "pard":
                group.in_table, group.mark = False, ""
            case "plain":
                group.hidden = group.deleted = group.is_wide = False
                group.font = self.default_font
            case "cell" if not group.unseen:
                self._end_cell()
            case "row":
                self._end_row()
            case "nestcell" if not group.unseen and (text := self.sinks[-1].take_text()):
                self.sinks[-1].cell.append(text)  # the cell of a table in a cell is a paragraph of that
            case "s" if self._is_in("stylesheet"):
                self.style = told
            case "s":
                group.mark = heading_marks(self.styles.get(told, ""))
            case "outlinelevel" if number is not None and 0 <= number < 6 and not group.mark:
                group.mark = "#" * (number + 1) + " "
            case "uc":
                group.skipped_after_code = min(max(told, 0), 16)
            case "v":
                group.hidden = number != 0
            case "deleted":
                group.deleted = number != 0
            case "upr" if not group.unseen:
                # A group that says the same twice: in bytes, and in Unicode, which is read.
                group.unseen, group.kind = True, "upr"
            case "ansicpg":
                self.encoding = _page_encoding(number or 1252)
            case "mac":
                self.encoding = "mac_roman"
            case "deff":
                self.default_font = group.font = told
            case "fcharset" if self._is_in("fonttbl"):
                self.fonts[group.font] = _CHARSETS.get(told, "")
            case "cpg" if number and self._is_in("fonttbl"):
                self.fonts[group.font] = _page_encoding(number)

    # Groups ------------------------------------------------------------------------------------------

    def _is_in(self, kind: str) -> bool:
        return self.group.kind == kind or (len(self.stack) > 1 and self.stack[-1].kind == kind)

    def _open_group(self) -> None:
        self._end_words()
        if len(self.stack) >= self.limits.xml_depth:
            raise InputRefused(self.name, say("rtf.depth", most=f"{self.limits.xml_depth:,}"))
        self.stack.append(self.group)
        self.group = replace(self.group, kind="")

    def _end_words(self) -> None:
        self._write_raw()
        self.to_skip = 0
        self.starred = False

    def _close_group(self) -> None:
        self._end_words()
        closed = self.group
        if closed.kind in _BOXES:
            self._end_paragraph()
            self._end_row()
        self.group = self.stack.pop() if self.stack else _Group()
        if closed.kind in _BOXES:
            self._close_box()
        elif closed.kind == "sn":
            self.drawn_property = "".join(self.aside).strip()
            self.aside.clear()
        elif closed.kind == "sv":
            if self.drawn_property == "gtextUNICODE":
                self._hang([_one_line("".join(self.aside)), ""])
            self.aside.clear()
        elif self.group.kind == "stylesheet":
            self.styles[self.style] = "".join(self.aside).strip().rstrip(";").strip()
            self.aside.clear()
            self.style = 0

    def _open_box(self, word: str) -> None:
        self._write_raw()
        self.group.kind = word
        self.group.unseen = self.group.dropped
        self.group.mark, self.group.in_table = "", False
        self.sinks.append(_Sink())

    def _close_box(self) -> None:
        sink = self.sinks.pop()
        self.line_count -= len(sink.lines)
        self._hang(sink.lines)

    # Text --------------------------------------------------------------------------------------------

    def _write_raw(self) -> None:
        if self.raw:
            group = self.group
            font = group.wide_font if group.is_wide and group.wide_font >= 0 else group.font
            text = _decode_bytes(bytes(self.raw), self.fonts.get(font, ""), self.encoding)
            self.raw.clear()
            self._write(text)

    def _write(self, text: str) -> None:
        group = self.group
        if group.dropped or group.hidden or group.deleted:
            return
        if group.unseen:
            if group.kind in ("sn", "sv") or self._is_in("stylesheet"):
                self.aside.append(text)
            return
        self.characters += len(text)
        if self.characters > self.limits.article_chars:
            raise InputRefused(self.name, say("word.characters", most=f"{self.limits.article_chars:,}"))
        self.sinks[-1].pieces.append(text)

    def _hang(self, lines: list[str]) -> None:
        """Put lines after the paragraph that is open."""
        if any(lines) and not self.group.dropped:
            self._count(len(lines))
            self.sinks[-1].hanging.extend(lines)

    def _count(self, lines: int) -> None:
        self.line_count += lines
        if self.line_count > self.limits.page_lines:
            raise InputRefused(self.name, say("word.lines", most=f"{self.limits.page_lines:,}"))

    def _end_paragraph(self) -> None:
        if self.group.unseen or self.group.deleted:
            return  # where the end of a paragraph was deleted, the next goes on in it
        sink, group = self.sinks[-1], self.group
        text = sink.take_text()
        if group.in_table and text:
            sink.cell.append(text)
            return
        if text:
            if not group.in_table:
                self._end_row()
            self._count(2)
            sink.lines += [group.mark + _one_line(text) if group.mark else text, ""]
        if not (group.in_table or sink.cells or sink.cell):
            sink.lines += sink.hanging
            sink.hanging = []

    def _end_cell(self) -> None:
        sink = self.sinks[-1]
        text = sink.take_text()
        sink.cells.append([*sink.cell, text] if text else sink.cell)
        sink.cell = []

    def _end_row(self) -> None:
        """Write the row whose cells are ended: what lays out a page as paragraphs."""
        sink = self.sinks[-1]
        if sink.cell:
            sink.cells.append(sink.cell)
            sink.cell = []
        cells, sink.cells = sink.cells, []
        if not cells:
            return
        if any(sum(len(text) >= _WIDE_CELL for text in cell) > 1 for cell in cells):
            lines = [line for cell in cells for text in cell for line in (text, "")]
        else:
            lines = ["| " + " | ".join(_one_line(" ".join(cell)) for cell in cells) + " |"] if any(cells) else []
        if sink.hanging:
            lines += ["", *sink.hanging]
            sink.hanging = []
        self._count(len(lines))
        sink.lines += lines

    def finished_lines(self) -> list[str]:
        """All lines, with what no end of a paragraph follows."""
        self._write_raw()
        self.group = _Group()
        while len(self.sinks) > 1:
            self._end_paragraph()
            self._end_row()
            self._close_box()
        self._end_paragraph()
        self._end_row()
        lines: list[str] = []
        for line in self.sinks[0].lines:
            if lines and lines[-1].startswith("| ") and line and not line.startswith("| "):
                lines.append("")
            lines.append(line)
        return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _page_encoding(page: int) -> str:
    """The encoding of a code page (``\\ansicpg936``)."""
    name = {936: "gb18030", 54936: "gb18030", 65001: "utf-8", 10000: "mac_roman"}.get(page, f"cp{page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def _decode_bytes(raw: bytes, font: str, document: str) -> str:
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


def _join_surrogates(text: str) -> str:
    """Text whose halves of pairs (``\\u-10187\\u-8511``) are characters; half a pair alone becomes U+FFFD."""
    if not re.search("[\ud800-\udfff]", text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
