"""A Word file → text with Markdown's headline marks, so that it is read as a page or a plain article."""

from __future__ import annotations

import io
import re
import zipfile

from classifier.errors import InputRefused
from classifier.reading.limits import Limits
from classifier.reading.patterns import pattern

_HEADING = pattern(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
_SPACE = pattern(r"[ \t\r\n\x0b]+")


def docx_text(data: bytes, name: str, limits: Limits) -> str:
    """The paragraphs and tables of a .docx in their order; headings as ``#`` lines.

    Raises InputRefused where it is damaged, locked with a password, or unpacks to too much.
    """
    _check_parts(data, name, limits)
    try:
        from docx import Document
        from docx.table import Table

        document = Document(io.BytesIO(data))
        lines: list[str] = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                for row in block.rows:
                    cells = [_SPACE.sub(" ", cell.text.strip()).replace("|", "/") for cell in row.cells]
                    lines.append(f"| {' | '.join(dict.fromkeys(cells))} |")
                lines.append("")
                continue
            text = block.text.strip()
            if text:
                style = (block.style.name or "") if block.style is not None else ""
                lines += [_marks(style) + _SPACE.sub(" ", text) if _marks(style) else text, ""]
    except InputRefused:
        raise
    except Exception as error:
        raise InputRefused(name, f"cannot be read as a Word file ({error}); save it again as .docx") from error
    if not any(lines):
        raise InputRefused(name, "holds no text; scanned pages in a Word file need OCR first")
    return "\n".join(lines)


def _marks(style: str) -> str:
    if style.lower() in ("title", "标题"):
        return "# "
    if style.lower() in ("subtitle", "副标题"):
        return "## "
    match = _HEADING.match(style)
    return "#" * min(int(match[1]) or 1, 6) + " " if match else ""


def _check_parts(data: bytes, name: str, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            infos = parts.infolist()
    except zipfile.BadZipFile as error:
        raise InputRefused(name, "is not a .docx; old .doc and locked files must be saved again as .docx") from error
    if len(infos) > limits.docx_parts or sum(i.file_size for i in infos) > limits.document_unpacked_bytes:
        raise InputRefused(name, "unpacks to more than an article can be; take its pictures out and save it again")
    if sum(i.file_size for i in infos) > max(limits.ratio_from_bytes, limits.ratio * len(data)):
        raise InputRefused(name, "unpacks to far more than its size, as a bomb does; save it again")
