"""Newspaper pages as they are printed: text with its places on the page → articles."""
