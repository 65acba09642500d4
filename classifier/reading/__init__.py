"""Bytes → Articles: newspaper pages, plain texts, HTML, Word, PDF, tables and archives of them.

Importing this package is cheap; what a kind needs is imported when that kind is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from classifier.reading.formats import Kind
from classifier.reading.reading_options import LIMITS, Limits, ReadingOptions, Scorer
from classifier.reading.sources import read_bytes, read_open, read_path, read_paths, read_pieces, read_stdin
from classifier.reading.tables.chunk import ArticleChunk, TableSource, table_chunks

if TYPE_CHECKING:
    from classifier.reading.page.accounting import PageReading, Span
    from classifier.reading.page.markup import LeftOut
    from classifier.reading.page.page import read_page

__all__ = [
    "LIMITS",
    "ArticleChunk",
    "Kind",
    "LeftOut",
    "Limits",
    "PageReading",
    "ReadingOptions",
    "Scorer",
    "Span",
    "TableSource",
    "read_bytes",
    "read_open",
    "read_page",
    "read_path",
    "read_paths",
    "read_pieces",
    "read_stdin",
    "table_chunks",
]

_OF_PAGES = {"LeftOut": "markup", "PageReading": "accounting", "Span": "accounting", "read_page": "page"}


def __getattr__(name: str) -> Any:
    if name in _OF_PAGES:
        from importlib import import_module

        return getattr(import_module(f"classifier.reading.page.{_OF_PAGES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
