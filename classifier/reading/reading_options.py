"""ReadingOptions: what the user says about the inputs."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from classifier.errors import LanmuError, Refused, raise_refused
from classifier.messages import say
from classifier.reading.file_names import GivenStems
from classifier.reading.formats import Kind
from classifier.reading.limits import LIMITS, Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

Scorer = Callable[[list[str]], "NDArray[Any]"]
"""Paragraphs → category probabilities, float (paragraphs, categories), rows summing to one."""

Passed = Callable[[str], None]
"""Told of the name of each file or member that is passed over, as its kind is not read."""

TOLD = ("sections", "kind", "encoding", "id_field", "title_field", "text_field", "date_field")
"""The options that a user says, rather than the program."""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How inputs are read.

    ``kind`` overrides what the name and content say; ``encoding`` overrides detection; the
    ``*_field`` names are those of JSON objects and table columns; ``sections`` gives one article a
    ``###`` section of a round-up instead of one for the whole; ``printed_lines`` keeps where each line
    of a printed page stands, for showing the page.

    Raises LanmuError where a value cannot be used.
    """

    sections: bool = False
    kind: Kind = "auto"
    encoding: str = ""
    id_field: str = "id"
    title_field: str = "title"
    text_field: str = "text"
    date_field: str = "date"
    printed_lines: bool = False
    limits: Limits = field(default=LIMITS)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise LanmuError(say("option.unknown_kind", kind=self.kind, known=", ".join(get_args(Kind))))
        if self.encoding:
            try:
                "".encode(self.encoding)
                codecs.lookup(self.encoding)
            except (LookupError, ValueError):
                raise LanmuError(say("option.unknown_encoding", encoding=self.encoding)) from None
        if not self.text_field:
            raise LanmuError(say("option.no_text_field"))

    def record(self) -> dict[str, Any]:
        """What a user says of the inputs, as JSON; ``ReadingOptions(**record)`` has it again, with the usual limits."""
        return {name: getattr(self, name) for name in TOLD}


def unheard(name: str) -> None:
    """What happens to a passed name where nobody listens."""


@dataclass(frozen=True, slots=True)
class ReadingRun:
    """What the reading of many inputs shares.

    ``refused`` hears of rows, members and files that cannot be read, ``passed`` of names whose kind
    is not read; ``scorer`` judges paragraphs; ``stems`` are those that ids have been given so far.
    ``together``: whether small files of text in archives are read together, by compiled code.
    """

    options: ReadingOptions = field(default_factory=ReadingOptions)
    refused: Refused = raise_refused
    passed: Passed = unheard
    scorer: Scorer | None = None
    stems: GivenStems = field(default_factory=GivenStems)
    together: bool = False
