"""One web page → its article, by name and text: what other programs import."""

from __future__ import annotations

from classifier.article import Article
from classifier.reading.documents import web_page
from classifier.reading.origin import Origin
from classifier.reading.reading_options import LIMITS, Limits

__all__ = ["read_html"]


def read_html(markup: str, name: str = "", *, stem: str = "page", member: str = "", limits: Limits = LIMITS) -> Article:
    """The article of a web page; menus, comments, notices and scripts are left aside.

    Raises InputRefused where there is no article text.
    """
    return web_page.read_html(markup, Origin(name, member, stem), limits)
