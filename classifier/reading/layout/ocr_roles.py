"""What OCR tools call the kinds of blocks on a page."""

from __future__ import annotations

from typing import Final

from classifier.reading.layout.printed import Role

_KINDS: Final[dict[Role, str]] = {
    "headline": "title doc_title paragraph_title",
    "caption": "image_caption figure_title figure_caption table_caption table_title chart_title chart_caption "
    "vision_footnote",
    "furniture": "header footer page_header page_footer page_number number header_image footer_image discarded",
}
ROLES: Final[dict[str, Role]] = {kind: role for role, kinds in _KINDS.items() for kind in kinds.split()}
PICTURES: Final = frozenset({
    "image", "figure", "chart", "image_body", "table", "table_body", "chart_body", "seal", "header_image",
    "footer_image",
})  # fmt: skip
