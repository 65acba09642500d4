"""The language that the command line speaks: ``--lang``, else what the environment asks for."""

from __future__ import annotations

from contextvars import ContextVar

from classifier.errors import LanmuError
from classifier.messages import Language, language_of_environment, say

_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


def choose_language(name: str) -> None:
    """Speak this language from here on; LanmuError where it is neither ``en`` nor ``zh``."""
    if name not in ("en", "zh"):
        raise LanmuError(say("command.no_language", language=name))
    _chosen.set("zh" if name == "zh" else "en")


def find_language() -> Language:
    """The language chosen, or that of the environment."""
    return _chosen.get() or language_of_environment()


def speak_count(what: str, number: int) -> str:
    """``1 file``, ``2,000 files`` in the language spoken; ``what`` stands in ``[one]`` and ``[many]``."""
    return speak(f"{'one' if number == 1 else 'many'}.{what}", count=f"{number:,}")


def speak(code: str, **values: object) -> str:
    """A message of the catalogue in the language of the command line."""
    return say(code, **values).text(find_language())
