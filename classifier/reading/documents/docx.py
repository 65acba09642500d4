"""A Word file → text with Markdown's headline marks, so that it is read as a page or a plain article."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.documents.text_files import FileText
from classifier.reading.documents.word import WordText, read_relations, read_styles
from classifier.reading.packed_streams import check_parts
from classifier.reading.patterns import pattern
from classifier.reading.reading_options import Limits

_HEADING = pattern(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
_MAIN = "word/document.xml"


def docx_text(data: bytes, name: str, limits: Limits) -> FileText:
    """All text that a reader of a .docx sees, in its order; headings as ``#`` lines, tables as ``|`` rows.

    Tracked insertions and moves count as done, deletions as gone; text boxes and notes stand after the
    paragraph they hang on.  Page headers and footers, comments and the numbers of lists are left out.

    Raises InputRefused where it is damaged, locked with a password, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            check_parts(parts, len(data), name, limits, say("word.too_large"), say("word.bomb"))
            lines = _read_parts(parts, name, limits)
    except zipfile.BadZipFile as error:
        raise InputRefused(name, say("word.other_format")) from error
    except (RuntimeError, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise InputRefused(name, say("word.damaged", error=error)) from error
    if not any(lines):
        raise InputRefused(name, say("word.no_text"))
    return FileText("\n".join(lines))


def _read_parts(parts: zipfile.ZipFile, name: str, limits: Limits) -> list[str]:
    names = set(parts.namelist())

    def content(part: str) -> bytes:
        import zlib

        try:
            return parts.read(part)
        except zlib.error as error:
            raise InputRefused(name, say("word.damaged", error=error)) from error

    main = _MAIN
    if "_rels/.rels" in names:
        told = read_relations(content("_rels/.rels"), name, limits)
        main = next((target.lstrip("/") for kind, target in told.values() if kind == "officeDocument"), _MAIN)
    if main not in names:
        raise InputRefused(name, say("word.other_format"))
    folder = posixpath.dirname(main)
    beside = posixpath.join(folder, "_rels", posixpath.basename(main) + ".rels")
    relations = read_relations(content(beside), name, limits) if beside in names else {}
    parts_of: dict[str, tuple[str, str]] = {}
    for key, (kind, target) in relations.items():
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        if path in names:
            parts_of[key] = kind, path
    by_kind = dict(parts_of.values())
    styles = read_styles(content(by_kind["styles"]), name) if "styles" in by_kind else {}
    marks = {style: heading_marks(written) for style, written in styles.items()}
    notes: dict[str, list[str]] = {}
    for kind in ("footnotes", "endnotes"):
        if kind in by_kind:
            noted = WordText(name, limits, marks)
            noted.read(content(by_kind[kind]))
            notes.update({f"{kind[:-1]} {key}": lines for key, lines in noted.notes.items()})

    def other_part(key: str) -> list[str]:
        # Each part is shown once, however often it is named.
        kind, path = parts_of.pop(key, ("", ""))
        if kind == "aFChunk":
            return _chunk_lines(content(path), path, name, limits)
        if kind == "diagramData":
            drawn = WordText(name, limits, {})
            drawn.read(content(path))
            return drawn.lines
        return []

    text = WordText(name, limits, marks, notes, other_part)
    text.read(content(main))
    text.end_pending()
    return text.lines


def _chunk_lines(data: bytes, path: str, name: str, limits: Limits) -> list[str]:
    """The text of a whole document that stands inside this one until Word takes it in."""
    if not path.lower().endswith((".htm", ".html", ".xhtml", ".txt")):
        raise InputRefused(name, say("word.chunk", part=posixpath.basename(path)))
    from classifier.reading.documents.web.blocks import page_blocks
    from classifier.reading.documents.web.parsing import parse_page, split_scripts
    from classifier.reading.documents.web_page import decode_page

    text = decode_page(data, name).text
    if path.lower().endswith(".txt"):
        return [line for written in text.splitlines() if written.strip() for line in (written.strip(), "")]
    page = page_blocks(parse_page(split_scripts(text).markup, name, limits), name, limits)
    return [line for block in page.blocks for line in (block.text, "")]


def heading_marks(style: str) -> str:
    if style.lower() in ("title", "标题"):
        return "# "
    if style.lower() in ("subtitle", "副标题"):
        return "## "
    match = _HEADING.match(style)
    return "#" * min(int(match[1]) or 1, 6) + " " if match else ""
