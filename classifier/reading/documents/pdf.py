"""A PDF with a text layer → its text, page after page."""

from __future__ import annotations

import io
import logging

from classifier.errors import InputRefused
from classifier.reading.limits import Limits


def pdf_text(data: bytes, name: str, limits: Limits) -> str:
    """The text of a PDF's pages, lines as set.

    Raises InputRefused where it is damaged, locked, too long, or only pictures of pages.
    """
    try:
        from pypdf import PdfReader

        logging.getLogger("pypdf").setLevel(logging.ERROR)
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputRefused(name, "is locked with a password; unlock it first")
        if len(reader.pages) > limits.pdf_pages:
            raise InputRefused(name, f"has more than {limits.pdf_pages} pages; split it")
        pages, chars = [], 0
        for page in reader.pages:
            pages.append(page.extract_text() or "")
            chars += len(pages[-1])
            if chars > limits.article_chars:
                raise InputRefused(name, f"holds more than {limits.article_chars:,} characters; split it")
    except InputRefused:
        raise
    except RecursionError as error:
        raise InputRefused(name, "is nested too deeply to be read as PDF; print it to a new PDF") from error
    except Exception as error:
        raise InputRefused(name, f"cannot be read as PDF ({error}); print it to a new PDF") from error
    text = "\n\n".join(pages)
    if not text.strip():
        raise InputRefused(name, "has no text layer, only pictures of pages; run OCR on it first")
    return text
