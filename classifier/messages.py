"""What lanmu says, as a code with values; the sentence is made where a person reads it, in their language.

A code names a line of a catalogue, a file ``messages.toml`` in each storey: ``below_threshold`` stands in
the section ``[reason]`` of classifier/messages.toml and has the code ``reason.below_threshold``. English
and Chinese stand on one line, so that neither is forgotten. Codes are stable; sentences may be reworded.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

Language = Literal["zh", "en"]
STOREYS = ("classifier", "training", "lanmu")
"""Each may have a catalogue; one that is not there says nothing."""
_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


@dataclass(frozen=True)
class Message:
    """Something to say: a code of the catalogue and the values of its sentence.

    Examples
    --------
    >>> Message("reason.too_short").text("zh")
    '字数太少'
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """The sentence.

        A value that is itself a Message is said in the same language. Raises KeyError where the code
        is in no catalogue, or a value of the sentence is missing.
        """
        said = {
            name: value.text(language) if isinstance(value, Message) else value for name, value in self.values.items()
        }
        return catalogue()[self.code][language].format(**said)

    def record(self) -> dict[str, Any]:
        """The message as JSON takes it; ``of_record`` reads it again."""
        values = {name: _as_json(value) for name, value in self.values.items()}
        return {"code": self.code, **({"values": values} if values else {})}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Message:
        values = {
            name: cls.of_record(value) if isinstance(value, Mapping) and "code" in value else value
            for name, value in record.get("values", {}).items()
        }
        return cls(str(record["code"]), values)

    def __str__(self) -> str:
        return self.text()


Said = str | Message
"""What an error says: a message, or words that have no code."""


def record_of(said: Said) -> dict[str, Any] | str:
    """What an error says, as JSON takes it; ``said_of`` reads it again."""
    return said.record() if isinstance(said, Message) else said


def said_of(record: Mapping[str, Any] | str) -> Said:
    """What ``record_of`` wrote."""
    return record if isinstance(record, str) else Message.of_record(record)


def _as_json(value: Any) -> Any:
    """A value of a message: a message as its record; errors, paths and the like as they read in a sentence."""
    if isinstance(value, Message):
        return value.record()
    return value if value is None or isinstance(value, str | int | float | list | tuple | Mapping) else str(value)


def say(code: str, **values: Any) -> Message:
    """A message by its code: ``say("reading.too_large", size="32 MB")``."""
    return Message(code, values)


def text_of(said: Said, language: Language = "en") -> str:
    """The sentence of a message; words that were never a message stay as they are."""
    return said.text(language) if isinstance(said, Message) else said


def text_of_kept(said: Said, language: Language = "en") -> str:
    """The sentence of a message read from a file or database; of one that another version wrote, at least its code."""
    try:
        return text_of(said, language)
    except (KeyError, IndexError, ValueError):
        return said.code if isinstance(said, Message) else said


def join(parts: Sequence[Said], between: Literal["then", "line", "and"] = "then") -> Said:
    """Several things said in a row: after a semicolon (``then``), each on its own line, or after a comma (``and``)."""
    if not parts:
        return ""
    said = parts[0]
    for part in parts[1:]:
        said = say(f"row.{between}", first=said, next=part)
    return said


def name_some(named: Said, more: int) -> Said:
    """What is named, and how many more there are, if any."""
    return say("row.more", named=named, count=more) if more > 0 else named


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every sentence by its code, in English and Chinese."""
    texts: dict[str, Mapping[str, str]] = {}
    for storey in STOREYS:
        spec = find_spec(storey)
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            path = Path(folder) / "messages.toml"
            if path.is_file():
                texts |= read_catalogue(path)
    return texts


def read_catalogue(path: Path) -> dict[str, Mapping[str, str]]:
    """The texts of one catalogue by ``section.name``, each in every language."""
    import tomllib  # only where something is said

    sections = tomllib.loads(path.read_text("utf-8"))
    return {f"{section}.{name}": texts for section, lines in sections.items() for name, texts in lines.items()}


def choose_language(language: Language) -> None:
    """Speak this language from here on, whatever the environment asks for."""
    _chosen.set(language)


def find_language() -> Language:
    """The language chosen, else Chinese where LC_ALL, LC_MESSAGES or LANG begin with zh, else English."""
    if chosen := _chosen.get():
        return chosen
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
