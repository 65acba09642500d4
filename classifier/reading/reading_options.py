"""How inputs are read: the bounds on what comes from outside, what a user says of it, and what a run shares."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from classifier.errors import LanmuError, Refused, raise_refused
from classifier.messages import say
from classifier.reading.file_names import GivenStems
from classifier.reading.formats import ARCHIVES, Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

Scorer = Callable[[list[str]], "NDArray[Any]"]
"""Paragraphs → category probabilities, float (paragraphs, categories), rows summing to one."""

Passed = Callable[[str], None]
"""Told of the name of each file or member that is passed over, as its kind is not read."""

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one input; beyond any of them it is refused by name and the rest goes on.

    ``file_bytes`` bounds a file or archive member that is read whole (text, page, HTML, docx, PDF);
    tables are streamed and bounded by ``line_bytes`` and ``article_chars`` instead.  ``ratio`` is
    unpacked over packed size, looked at only beyond ``ratio_from_bytes`` unpacked.
    """

    file_bytes: int = 64 * MIB
    article_chars: int = 4_000_000
    line_bytes: int = 32 * MIB
    articles_a_page: int = 5_000
    page_lines: int = 100_000
    pdf_pages: int = 2_000
    html_bytes: int = 16 * MIB
    html_tags: int = 300_000
    html_attributes: int = 256
    html_depth: int = 1_000
    xml_depth: int = 1_000
    xml_elements: int = 1_000_000
    docx_parts: int = 10_000
    rtf_words: int = 8_000_000
    unpacked_bytes: int = 256 * GIB
    document_unpacked_bytes: int = 256 * MIB
    ratio: float = 400.0
    ratio_from_bytes: int = 32 * MIB
    members: int = 2_000_000
    nesting: int = 2
    member_name_chars: int = 1_000
    folder_depth: int = 64


LIMITS = Limits()


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


def chosen_kind(kind: str, options: ReadingOptions) -> str:
    """The kind to read: what the user says, archives excepted."""
    return kind if options.kind == "auto" or kind in ARCHIVES else options.kind
