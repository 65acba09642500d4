"""lanmu's library: bytes → Article → category.

>>> import classifier
>>> model = classifier.load()
>>> model.tag("县队夺得全省青少年篮球赛冠军").category
'sports'

``read_path`` and ``read_bytes`` read newspaper pages, web pages, Word, PDF, tables and archives into
Articles; ``TopicModel.tag`` gives them their categories. docs/python.md shows more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from classifier.article import Article, Source, TaggedArticle, WordEvidence
    from classifier.errors import InputRefused, LanmuError
    from classifier.model.topic_model import TopicModel, load
    from classifier.reading import ReadingOptions, read_bytes, read_path, read_paths

__all__ = [
    "Article",
    "InputRefused",
    "LanmuError",
    "ReadingOptions",
    "Source",
    "TaggedArticle",
    "TopicModel",
    "WordEvidence",
    "load",
    "read_bytes",
    "read_path",
    "read_paths",
]

_HOMES = {
    "Article": "classifier.article",
    "Source": "classifier.article",
    "TaggedArticle": "classifier.article",
    "WordEvidence": "classifier.article",
    "InputRefused": "classifier.errors",
    "LanmuError": "classifier.errors",
    "load": "classifier.model.topic_model",
    "TopicModel": "classifier.model.topic_model",
    "ReadingOptions": "classifier.reading",
    "read_bytes": "classifier.reading",
    "read_path": "classifier.reading",
    "read_paths": "classifier.reading",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for only then, so that ``lanmu --version`` does not wait for it."""
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
