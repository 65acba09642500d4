"""The XML inside a Word file, read in one pass: each element is seen once and nothing of the tree is kept.

The parser is Python's own (expat), which reads no file and no address that a document names; a document
type, which no Word file has, is refused before an entity can grow.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.patterns import pattern
from classifier.reading.reading_options import Limits

_SPACE = pattern(r"[ \t\r\n\x0b\f\xa0]+")
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_MATH = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
_DRAWING = (
    "http://schemas.openxmlformats.org/drawingml/2006/main",
    "http://purl.oclc.org/ooxml/drawingml/main",
)
_DIAGRAM = (
    "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "http://purl.oclc.org/ooxml/drawingml/diagram",
)
_COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_VML = "urn:schemas-microsoft-com:vml"
_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_OFF = frozenset(("0", "false", "off", "none"))
_SKIPPED = frozenset(
    (
        "del", "moveFrom", "instrText", "delInstrText", "delText", "rt", "pPrChange", "rPrChange", "sectPrChange",
        "tblPrChange", "trPrChange", "tcPrChange", "tblGridChange", "numberingChange", "tblPrExChange",
    )
)  # fmt: skip
_OPENED = frozenset(
    (
        "pStyle", "vanish", "tab", "ptab", "br", "cr", "noBreakHyphen", "fldChar", "txbxContent", "AlternateContent",
        "Fallback", "textpath", "footnoteReference", "endnoteReference", "altChunk", "relIds", "tbl", "tr", "hidden",
        "tc", "gridSpan", "vMerge", "cellDel", "footnote", "endnote",
    )
)  # fmt: skip
_CLOSED = frozenset(("txbxContent", "AlternateContent", "tbl", "tr", "tc", "footnote", "endnote"))
_MOST_FIELDS = 500
_NAMES: dict[str, str] = {
    f"{space}}}{local}": local
    for spaces, names in (
        (_WORD, (*_SKIPPED, *_OPENED, "p", "pPr", "r", "rPr", "t", "trPr")),
        (_MATH, ("t",)),
        ((_COMPATIBLE,), ("AlternateContent", "Fallback")),
        ((_VML,), ("textpath",)),
        (_DRAWING, ("p", "t", "br")),
        (_DIAGRAM, ("relIds",)),
    )
    for space in spaces
    for local in names
}
_NOTE_DEPTH = 2
"""A note stands right in the part that holds the notes."""
_WIDE_TABLE_TEXT = 40
"""A row lays out a page, and is no row of a table, where a cell holds several paragraphs of this many characters."""


def parse_part(
    content: bytes,
    name: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> None:
    """Send a part's elements to ``start`` and ``end``, and its text to ``data``.

    Raises InputRefused for XML that is damaged or declares a document type.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data

    def refuse(*_: object) -> None:
        raise InputRefused(name, say("word.document_type"))

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InputRefused(name, say("word.damaged", error=error)) from error


def read_relations(content: bytes, name: str, limits: Limits) -> dict[str, tuple[str, str]]:
    """A part's relations: id → the last word of its kind, and its target."""
    relations: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("}Relationship") and attributes.get("TargetMode") != "External":
            if len(relations) >= limits.docx_parts:
                raise InputRefused(name, say("word.parts", most=f"{limits.docx_parts:,}"))
            kind = attributes.get("Type", "").rpartition("/")[2]
            relations[attributes.get("Id", "")] = kind, attributes.get("Target", "")

    parse_part(content, name, start)
    return relations


def read_styles(content: bytes, name: str) -> dict[str, str]:
    """The names of a document's styles by their ids.

    lxml's parser, as a document has some forty styles among thousands of elements that need not be looked at.
    """
    try:
        from lxml import etree
    except ImportError as error:
        raise InputRefused(name, say("reading.no_package", package="lxml")) from error
    styles: dict[str, str] = {}
    tags = [f"{{{space}}}style" for space in _WORD]
    try:
        for _, style in etree.iterparse(
            io.BytesIO(content), tag=tags, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
        ):
            space = style.tag[: style.tag.index("}") + 1]
            written = style.find(f"{space}name")
            if written is not None:
                styles.setdefault(style.get(f"{space}styleId") or "", written.get(f"{space}val") or "")
            style.clear()
    except etree.XMLSyntaxError as error:
        raise InputRefused(name, say("word.damaged", error=error)) from error
    return styles


@dataclass(slots=True)
class _Paragraph:
    pieces: list[str] = field(default_factory=list)
    mark: str = ""
    after: list[str] = field(default_factory=list)
    """Lines of the boxes and notes that hang on it."""
    goes_on: bool = False
    """Its end is deleted: the next paragraph is the rest of it."""


@dataclass(slots=True)
class _Row:
    cells: list[list[str]] = field(default_factory=list)
    column: int = 0
    is_gone: bool = False


@dataclass(slots=True)
class _Cell:
    lines: list[str] = field(default_factory=list)
    span: int = 1
    merges: str = ""
    is_gone: bool = False


class WordText:
    """Collects the lines that a reader of a document sees.

    ``marks``: what stands before a paragraph by its style's id; ``known_notes``: the lines of each note under
    ``footnote 1``; ``other_part``: the lines of another part by its relation's id.  ``notes`` are the lines of the
    footnotes or endnotes that the part itself holds, by their ids.
    """

    def __init__(
        self,
        name: str,
        limits: Limits,
        marks: dict[str, str],
        known_notes: dict[str, list[str]] | None = None,
        other_part: Callable[[str], list[str]] | None = None,
    ) -> None:
        self.name, self.limits, self.marks = name, limits, marks
        self.known_notes = known_notes or {}
        self.other_part = other_part
        self.notes: dict[str, list[str]] = {}
        self.here = ""
        self.lines: list[str] = []
        self.sinks: list[list[str]] = [self.lines]
        self.stack: list[str] = []
        self.skipped_from = 0
        self.paragraphs: list[_Paragraph] = []
        self.rows: list[_Row] = []
        self.cells: list[_Cell] = []
        self.tables: list[dict[int, str]] = []
        self.hidden: list[bool] = []
        self.fields: list[bool] = []
        self.codes = 0
        self.alternatives: list[int] = []
        self.elements = 0
        self.written = 0
        self.line_count = 0
        self.left_over: list[str] = []
        self.is_text = False

    def read(self, content: bytes) -> None:
        """Read a part.  Raises InputRefused where it is damaged or beyond the limits."""
        parse_part(content, self.name, self.start, self.end, self.data)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = _NAMES.get(tag, "")
        stack = self.stack
        stack.append(local)
        if len(stack) > self.limits.xml_depth:
            raise InputRefused(self.name, say("word.depth", most=f"{self.limits.xml_depth:,}"))
        self.elements += 1
        if self.elements > self.limits.xml_elements:
            raise InputRefused(self.name, say("word.elements", most=f"{self.limits.xml_elements:,}"))
        if not local or self.skipped_from:
            return
        if local == "t":
            self.is_text = True
        elif local == "r":
            self.hidden.append(False)
        elif local == "p":
            self.paragraphs.append(_Paragraph(self.left_over))
            self.left_over = []
        elif local in _SKIPPED:
            self._note_deleted(local)
            self.skipped_from = len(stack)
        elif local in _OPENED:
            self._open(local, attributes)

    def end(self, tag: str) -> None:
        local = self.stack.pop()
        if self.skipped_from:
            if len(self.stack) < self.skipped_from:
                self.skipped_from = 0
            return
        if local == "t":
            self.is_text = False
        elif local == "r":
            self.hidden.pop()
        elif local == "p":
            self._close_paragraph()
        elif local in _CLOSED:
            self._close(local)

    def data(self, text: str) -> None:
        if self.is_text and not self.skipped_from:
            self._write(text)

    def _write(self, text: str) -> None:
        if not self.paragraphs or (self.hidden and self.hidden[-1]) or self.codes:
            return
        self.paragraphs[-1].pieces.append(text)
        self.written += len(text)
        if self.written > self.limits.article_chars:
            raise InputRefused(self.name, say("word.characters", most=f"{self.limits.article_chars:,}"))

    def _add(self, lines: list[str]) -> None:
        """Put whole lines where lines go now: into the box, the cell or the document."""
        self._count(lines)
        self.sinks[-1].extend(lines)

    def _hang(self, lines: list[str]) -> None:
        """Put lines after the paragraph that is open."""
        self._count(lines)
        (self.paragraphs[-1].after if self.paragraphs else self.sinks[-1]).extend(lines)

    def _count(self, lines: list[str]) -> None:
        self.line_count += len(lines)
        if self.line_count >= self.limits.page_lines:
            raise InputRefused(self.name, say("word.lines", most=f"{self.limits.page_lines:,}"))

    def _close_paragraph(self) -> None:
        paragraph = self.paragraphs.pop()
        if self.codes:
            # A field whose code is still open where its paragraph ends is damaged: what follows is text.
            self.fields = [code for code in self.fields if not code]
            self.codes = 0
        if paragraph.goes_on and not self.paragraphs:
            self.left_over = paragraph.pieces
            self.sinks[-1].extend(paragraph.after)
            return
        text = "".join(paragraph.pieces).strip()
        if text and paragraph.mark:
            self._add([paragraph.mark + _SPACE.sub(" ", text), ""])
        elif text:
            self._add([text, ""])
        self.sinks[-1].extend(paragraph.after)

    def end_pending(self) -> None:
        """End a paragraph whose end was deleted where none follows that it could go on in."""
        text, self.left_over = "".join(self.left_over).strip(), []
        if text:
            self._add([text, ""])

    def _note_deleted(self, local: str) -> None:
        if local != "del" or len(self.stack) < 3:
            return
        around, outside = self.stack[-2], self.stack[-3]
        if around == "trPr" and self.rows:
            self.rows[-1].is_gone = True
        elif around == "rPr" and outside == "pPr" and self.paragraphs:
            self.paragraphs[-1].goes_on = True

    def _open(self, local: str, attributes: dict[str, str]) -> None:
        """Heed an element (of _OPENED) where it begins."""
        value = _attribute(attributes, "val") if attributes else ""
        match local:
            case "pStyle" if self.paragraphs:
                self.paragraphs[-1].mark = self.marks.get(value, "")
            case "vanish" if self.hidden and self.stack[-3:-1] == ["r", "rPr"]:
                self.hidden[-1] = value not in _OFF
            case "ptab":
                self._write("\t")
            case "tab" if self.stack[-2:-1] == ["r"]:
                self._write("\t")
            case "br" | "cr":
                self._write("\n")
            case "noBreakHyphen":
                self._write("-")
            case "fldChar":
                self._open_field(_attribute(attributes, "fldCharType"))
            case "txbxContent":
                self.sinks.append([])
                self.hidden.append(False)
            case "AlternateContent":
                self.alternatives.append(self.written)
            case "Fallback" if self.alternatives and self.written > self.alternatives[-1]:
                # It repeats for older programs what the choice holds, where that is text.
                self.skipped_from = len(self.stack)
            case "textpath" if drawn := attributes.get("string", "").strip():
                self.written += len(drawn)
                self._hang([_SPACE.sub(" ", drawn), ""])
            case "footnoteReference" | "endnoteReference":
                key = f"{local.removesuffix('Reference')} {_attribute(attributes, 'id')}"
                self._hang(self.known_notes.pop(key, []))
            case "altChunk" | "relIds" if self.other_part is not None:
                relation = "id" if local == "altChunk" else "dm"
                self._hang(self.other_part(_attribute(attributes, relation, _RELATION)))
            case "tbl":
                self.end_pending()
                self.tables.append({})
            case "tr":
                self.rows.append(_Row())
            case "hidden" if self.rows and self.stack[-2] == "trPr" and value not in _OFF:
                self.rows[-1].is_gone = True
            case "tc":
                self.cells.append(_Cell())
                self.sinks.append([])
            case "gridSpan" if self.cells and value.isascii() and value.isdigit() and len(value) < 10:
                self.cells[-1].span = int(value)
            case "vMerge" if self.cells:
                self.cells[-1].merges = value or "continue"
            case "cellDel" if self.cells:
                self.cells[-1].is_gone = True
            case "footnote" | "endnote" if len(self.stack) == _NOTE_DEPTH:
                # Those with a kind are the lines and words between text and notes.
                told = _attribute(attributes, "type") in ("", "normal")
                self.here = _attribute(attributes, "id") if told else ""
                self.sinks.append([])

    def _open_field(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append(True)
            self.codes += 1
            if len(self.fields) > _MOST_FIELDS:
                raise InputRefused(self.name, say("word.fields", most=_MOST_FIELDS))
        elif self.fields and kind == "separate":
            self.codes -= self.fields[-1]
            self.fields[-1] = False
        elif self.fields and kind == "end":
            self.codes -= self.fields.pop()

    def _close(self, local: str) -> None:
        """Heed an element (of _CLOSED) where it ends."""
        match local:
            case "txbxContent":
                self.hidden.pop()
                lines = self.sinks.pop()
                self.line_count -= len(lines)
                self._hang(lines)
            case "AlternateContent":
                self.alternatives.pop()
            case "tbl":
                self.tables.pop()
                if self.sinks[-1] and self.sinks[-1][-1]:
                    self._add([""])
            case "tr":
                self._close_row()
            case "tc":
                self._close_cell()
            case "footnote" | "endnote" if len(self.stack) == _NOTE_DEPTH - 1:
                self.end_pending()
                lines = self.sinks.pop()
                if self.here:
                    self.notes[self.here] = lines

    def _close_cell(self) -> None:
        self.end_pending()
        cell = self.cells.pop()
        cell.lines = [line for line in self.sinks.pop() if line]
        self.line_count -= len(cell.lines)
        if not self.rows:
            self._add([line for text in cell.lines for line in (text, "")])
            return
        row = self.rows[-1]
        above = self.tables[-1] if self.tables else {}
        text = "\n".join(cell.lines)
        if cell.merges == "continue" and above.get(row.column) == text:
            cell.lines = []
        elif cell.merges and (text or cell.merges == "restart"):
            above[row.column] = text
        row.column += cell.span
        if not cell.is_gone:
            row.cells.append(cell.lines)

    def _close_row(self) -> None:
        row = self.rows.pop()
        if row.is_gone or not any(row.cells):
            return
        lays_out = any(len(c) > 1 and sum(map(len, c)) >= _WIDE_TABLE_TEXT for c in row.cells)
        if lays_out or len(row.cells) == 1:
            self._add([line for cell in row.cells for text in cell for line in (text, "")])
            return
        cells = (_SPACE.sub(" ", " ".join(map(_plain, cell))).replace("|", "/").strip() for cell in row.cells)
        self._add([f"| {' | '.join(cells)} |"])


def _plain(line: str) -> str:
    """A line without the strokes of the table it is a row of: that table stands inside a cell."""
    return " ".join(line.strip("| ").split(" | ")) if line.startswith("| ") and line.endswith(" |") else line


def _attribute(attributes: dict[str, str], local: str, spaces: tuple[str, ...] = _WORD) -> str:
    return next((value for space in spaces if (value := attributes.get(f"{space}}}{local}")) is not None), "")
