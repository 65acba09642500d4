"""Bytes → Articles: newspaper pages, plain texts, HTML, Word, PDF, tables and archives of them.

Importing this package is cheap; what a kind needs is imported when that kind is read.
"""

from __future__ import annotations

from classifier.reading.limits import LIMITS, Limits
from classifier.reading.reading_options import Kind, ReadingOptions, Scorer
from classifier.reading.sources import read_bytes, read_open, read_path, read_paths, read_pieces, read_stdin
from classifier.reading.tables.chunk import ArticleChunk, TableSource
from classifier.reading.tables.reader import table_chunks

__all__ = [
    "LIMITS",
    "ArticleChunk",
    "Kind",
    "Limits",
    "ReadingOptions",
    "Scorer",
    "TableSource",
    "read_bytes",
    "read_open",
    "read_path",
    "read_paths",
    "read_pieces",
    "read_stdin",
    "table_chunks",
]
