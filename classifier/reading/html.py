"""One web page → its article: where programs import it from; it is made in classifier.reading.documents.html."""

from __future__ import annotations

from classifier.reading.documents.html import read_html

__all__ = ["read_html"]
