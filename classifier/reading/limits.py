"""Every bound that reading puts on what comes from outside, in one place."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one input; beyond any of them it is refused by name and the rest goes on.

    ``file_bytes`` bounds a file or archive member that is read whole (text, page, HTML, docx, PDF);
    tables are streamed and bounded by ``line_bytes`` and ``article_chars`` instead.  ``ratio`` is
    unpacked over packed size, looked at only beyond ``ratio_from_bytes`` unpacked.
    """

    file_bytes: int = 64 * MIB
    article_chars: int = 4_000_000
    line_bytes: int = 32 * MIB
    articles_a_page: int = 5_000
    page_lines: int = 100_000
    pdf_pages: int = 2_000
    html_bytes: int = 16 * MIB
    html_tags: int = 300_000
    html_attributes: int = 256
    html_depth: int = 1_000
    xml_depth: int = 1_000
    xml_elements: int = 1_000_000
    docx_parts: int = 10_000
    rtf_words: int = 8_000_000
    unpacked_bytes: int = 256 * GIB
    document_unpacked_bytes: int = 256 * MIB
    ratio: float = 400.0
    ratio_from_bytes: int = 32 * MIB
    members: int = 2_000_000
    nesting: int = 2
    member_name_chars: int = 1_000
    folder_depth: int = 64


LIMITS = Limits()
