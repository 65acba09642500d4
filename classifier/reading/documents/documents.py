"""One file or member read whole: page, plain text, HTML, Word or PDF → Articles."""

from __future__ import annotations

from classifier.article import Article
from classifier.errors import InputRefused, Refused, raise_refused
from classifier.messages import say
from classifier.reading.documents.text_files import add_doubts, read_text, with_broken
from classifier.reading.encoding import decode
from classifier.reading.kinds import word_kind
from classifier.reading.origin import Origin
from classifier.reading.reading_options import ReadingOptions, Scorer


def read_document(
    data: bytes,
    kind: str,
    origin: Origin,
    options: ReadingOptions,
    scorer: Scorer | None = None,
    refused: Refused = raise_refused,
    *,
    may_be_clean: bool = True,
) -> list[Article]:
    """Read one whole document of ``kind`` (text, page, plain, html, docx, doc, rtf, pdf).

    What of it cannot be read goes to ``refused``.  ``may_be_clean``: whether it may be clean text, which is read by
    a short way.  Raises InputRefused naming the origin and the reason.
    """
    name = origin.name
    if not data:
        raise InputRefused(name, say("file.empty"))
    limits = options.limits
    if kind in ("docx", "doc", "rtf") and options.kind == "auto":
        kind = word_kind(data, kind)
    if kind == "html":
        from classifier.reading.documents.web_page import decode_page, read_html

        decoded = decode_page(data, name, options.encoding)
        article = read_html(decoded.text, origin, limits)
        return with_broken([article], decoded.broken, decoded.nuls)
    if kind in ("pdf", "alto", "hocr", "ocr"):
        from classifier.reading.documents.printed_pages import read_printed_file

        return read_printed_file(data, kind, origin, options, scorer, refused)
    if may_be_clean and kind in ("text", "plain") and not options.encoding and len(data) <= limits.article_chars:
        from classifier.reading.documents.clean import read_clean

        if clean := read_clean(data, origin, limits):
            return [clean]
    broken = nuls = 0
    notes: tuple[str, ...] = ()
    if kind == "docx":
        from classifier.reading.documents.docx import docx_text

        text = docx_text(data, name, limits)
    elif kind == "doc":
        from classifier.reading.documents.word97 import word97_text

        text, notes = word97_text(data, name, limits)
    elif kind == "rtf":
        from classifier.reading.documents.rtf import rtf_text

        text, notes = rtf_text(data, name, limits)
        broken = text.count("\ufffd")
    else:
        decoded = decode(data, name, options.encoding)
        text, broken, nuls = decoded.text, decoded.broken, decoded.nuls
    if len(text) > limits.article_chars:
        raise InputRefused(name, say("file.characters", most=f"{limits.article_chars:,}"))
    kind = kind if kind in ("page", "plain") else "auto"
    articles = with_broken(read_text(text, kind, origin, options, scorer), broken, nuls)
    return [add_doubts(article, notes) for article in articles]
