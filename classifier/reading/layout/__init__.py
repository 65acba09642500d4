"""Newspaper pages as they are printed: text with its places on the page → articles."""

from classifier.reading.layout.articles import PlacedArticle, PrintedReading, read_printed
from classifier.reading.layout.printed import Box, PrintedPage, TextPiece

__all__ = ["Box", "PlacedArticle", "PrintedPage", "PrintedReading", "TextPiece", "read_printed"]
