"""The language that the command line speaks: ``--lang``, else what the environment asks for."""

from __future__ import annotations

from classifier import messages
from classifier.errors import LanmuError
from classifier.messages import find_language, say

__all__ = ["choose_language", "find_language", "speak", "speak_count"]


def choose_language(name: str) -> None:
    """Speak this language from here on; LanmuError where it is neither ``en`` nor ``zh``."""
    if name not in ("en", "zh"):
        raise LanmuError(say("command.no_language", language=name))
    messages.choose_language("zh" if name == "zh" else "en")


def speak_count(what: str, number: int) -> str:
    """``1 file``, ``2,000 files`` in the language spoken; ``what`` stands in ``[one]`` and ``[many]``."""
    return speak(f"{'one' if number == 1 else 'many'}.{what}", count=f"{number:,}")


def speak(code: str, **values: object) -> str:
    """A message of the catalogue in the language of the command line."""
    return say(code, **values).text(find_language())
