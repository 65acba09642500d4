"""Word files made by hand: the XML of their parts, packed."""

# ruff: noqa: E501

from __future__ import annotations

import io
import zipfile

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = "http://schemas.openxmlformats.org/package/2006/relationships"


def word_file(
    body: str, *, head: str = "", beside: dict[str, tuple[str, str]] | None = None, spaces: str = SPACES
) -> bytes:
    """A file whose document has ``body``; ``beside``: part's name → its kind and content."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PARTS}"><Relationship Id="r1" Type="{KIND}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:document {spaces}><w:body>{body}</w:body></w:document>',
    }
    told = ""
    for number, (name, (kind, content)) in enumerate((beside or {}).items()):
        parts[f"word/{name}"] = content
        told += f'<Relationship Id="p{number}" Type="{KIND}/{kind}" Target="{name}"/>'
    if told:
        parts["word/_rels/document.xml.rels"] = f'<Relationships xmlns="{PARTS}">{told}</Relationships>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def run(text: str, properties: str = "") -> str:
    told = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{told}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*inner: str, style: str = "") -> str:
    told = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{told}{''.join(i if i.startswith('<') else run(i) for i in inner)}</w:p>"


def cell(*inner: str, properties: str = "") -> str:
    told = f"<w:tcPr>{properties}</w:tcPr>" if properties else ""
    return f"<w:tc>{told}{''.join(i if i.startswith('<') else paragraph(i) for i in inner)}</w:tc>"


def table(*rows: list[str]) -> str:
    made = ("".join(c if c.startswith("<w:tc") else cell(c) for c in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in made)}</w:tbl>"


STYLES = (
    f'<w:styles {SPACES}><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="a3"><w:name w:val="Title"/></w:style></w:styles>'
)
