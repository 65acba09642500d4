"""What OCR tools call the kinds of blocks on a page."""

from __future__ import annotations

from typing import Final

from classifier.reading.layout.printed import Role

ROLES: Final[dict[str, Role]] = {
    "title": "headline",
    "doc_title": "headline",
    "paragraph_title": "headline",
    "image_caption": "caption",
    "figure_title": "caption",
    "figure_caption": "caption",
    "table_caption": "caption",
    "table_title": "caption",
    "chart_title": "caption",
    "chart_caption": "caption",
    "vision_footnote": "caption",
    "header": "furniture",
    "footer": "furniture",
    "page_header": "furniture",
    "page_footer": "furniture",
    "page_number": "furniture",
    "number": "furniture",
    "header_image": "furniture",
    "footer_image": "furniture",
    "discarded": "furniture",
    "aside_text": "",
}
PICTURES: Final = frozenset(
    {
        "image",
        "figure",
        "chart",
        "image_body",
        "table",
        "table_body",
        "chart_body",
        "seal",
        "header_image",
        "footer_image",
    }
)
