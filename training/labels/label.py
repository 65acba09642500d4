"""Label and Finding: a person's judgement, and what is wrong with a line that holds one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.messages import Language, Message, say
from classifier.reading.file_names import printable

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

DOUBTFUL = "/doubtful"
"""The source of a label ends so where the article was labelled because a model was unsure of it."""
HOLDOUT = "/holdout"
"""The source of a label ends so where the article is kept to measure by: no fit ever learns it."""


def cell_text(value: str) -> str:
    """The value as a labels file holds it: without the control characters that would make the file no text."""
    return _NO_TEXT.sub("", value)


@dataclass(frozen=True, slots=True)
class Label:
    """One person's judgement: the article ``id`` belongs to ``category`` (an id of the taxonomy).

    ``text`` may be empty where ``source`` and ``id`` point into a corpus; ``line`` is where it
    stands in its file (0: nowhere yet).
    """

    id: str
    category: str
    source: str = ""
    date: str = ""
    title: str = ""
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a line of labels.csv, and what to do.  ``refused``: the line cannot be used."""

    line: int
    id: str
    said: Message
    refused: bool = True

    @property
    def problem(self) -> str:
        """What is wrong, in English."""
        return self.said.text()

    @property
    def message(self) -> Message:
        """The whole finding: its line, the article's id where there is one, and what is wrong."""
        if self.id:
            return say("finding.of_article", line=self.line, id=" ".join(self.id.split()), problem=self.said)
        return say("finding.of_line", line=self.line, problem=self.said)

    def record(self) -> dict[str, Any]:
        """The finding as JSON values, for programs: the problem in English."""
        return {"line": self.line, "id": self.id, "problem": self.problem, "refused": self.refused}

    def text(self, language: Language = "en") -> str:
        """The whole finding in the reader's language, fit for a terminal."""
        return printable(self.message.text(language))

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class LabelFile:
    """A labels file as read: usable labels, and what was found wrong."""

    path: Path
    labels: tuple[Label, ...]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.refused)


@dataclass(frozen=True, slots=True)
class Merged:
    """What adding labels came to: ids added, ids whose line changed, ids that were there so, and what was refused."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    there: tuple[str, ...]
    refused: tuple[Message, ...]
