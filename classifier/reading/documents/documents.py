"""One file or member read whole: page, plain text, HTML, Word or PDF → Articles."""

from __future__ import annotations

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.documents.text import read_text, with_broken
from classifier.reading.encoding import decode
from classifier.reading.options import ReadingOptions, Scorer


def read_document(
    data: bytes,
    kind: str,
    name: str,
    options: ReadingOptions,
    *,
    stem: str,
    member: str = "",
    scorer: Scorer | None = None,
) -> list[Article]:
    """Read one whole document of ``kind`` (text, page, plain, html, docx, pdf).

    Raises InputRefused naming ``name`` (and ``member``) and the reason.
    """
    full_name = f"{name}!{member}" if member else name
    if not data:
        raise InputRefused(full_name, say("file.empty"))
    limits = options.limits
    if kind == "html":
        from classifier.reading.documents.html import decode_page, read_html

        decoded = decode_page(data, full_name, options.encoding)
        article = read_html(decoded.text, name, stem=stem, member=member, limits=limits)
        return with_broken([article], decoded.broken, decoded.nuls)
    if kind in ("pdf", "alto", "hocr", "ocr"):
        from classifier.reading.documents.printed import read_printed_file

        return read_printed_file(data, kind, name, options, stem=stem, member=member, scorer=scorer)
    broken = nuls = 0
    if kind == "docx":
        from classifier.reading.documents.docx import docx_text

        text = docx_text(data, full_name, limits)
    else:
        decoded = decode(data, full_name, options.encoding)
        text, broken, nuls = decoded.text, decoded.broken, decoded.nuls
    if len(text) > limits.article_chars:
        raise InputRefused(full_name, say("file.characters", most=f"{limits.article_chars:,}"))
    return read_text(
        text,
        kind if kind in ("page", "plain") else "auto",
        name,
        options,
        stem=stem,
        member=member,
        scorer=scorer,
        broken=broken,
        nuls=nuls,
    )
