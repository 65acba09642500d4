"""Where the tables of word vectors are: beside the code in a checkout, else in the package lanmu-vectors."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from classifier.errors import LanmuError
from classifier.messages import say


def has_vectors() -> bool:
    """Whether the tables are installed."""
    try:
        return all(find_vectors(name).is_file() for name in ("news.safetensors", "general.safetensors"))
    except LanmuError:
        return False


def find_vectors(name: str) -> Path:
    """The file of one table.

    Raises LanmuError where it is not installed: the package of lanmu leaves the tables out, since
    tagging does not need them.
    """
    beside = Path(__file__).with_name(name)
    if beside.is_file():
        return beside
    package = find_spec("lanmu_vectors")
    for folder in (package.submodule_search_locations or []) if package is not None else []:
        if (path := Path(folder) / name).is_file():
            return path
    raise LanmuError(say("vectors.not_installed", name=name))
