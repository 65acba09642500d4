"""Article and TaggedArticle: what flows from reading to the decision, and where it stands on printed pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Decision = Literal["accepted", "review"]
CODES = ("media_topic", "gbt_20093")
"""Codes of a category that other systems ask for: its IPTC Media Topic, its place in GB/T 20093."""
Shares = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of the page's width and height."""
OPENING = 12
"""How many of a text's first characters are searched for to find the line it starts on."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of an article as it is printed; ``size`` is the type's, as a share of the page's height."""

    text: str
    box: Shares
    size: float
    upright: bool = False


@dataclass(frozen=True, slots=True)
class PrintedPart:
    """What of an article stands on one page.

    ``shape`` is the page's height over its width; ``frames`` are around the headline, each block of
    text and each caption.
    """

    page: int
    shape: float
    frames: tuple[Shares, ...]
    lines: tuple[PrintedLine, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an article was read: a path (or URL, or ``-``), a member or line in it, its number on the page.

    An article of a printed page has its ``page`` (from one) and its ``box`` there: left, top, right
    and bottom as shares of the page's width and height.  ``printed`` has all its lines with their
    places, where ``ReadingOptions.printed_lines`` asks for them.
    """

    path: str = ""
    member: str = ""
    position: int = 0
    page: int = 0
    box: Shares | None = None
    printed: tuple[PrintedPart, ...] = ()

    def __str__(self) -> str:
        name = f"{self.path}!{self.member}" if self.member else self.path
        return f"{name}#{self.position}" if self.position else name

    def record(self) -> dict[str, Any]:
        """The source as JSON values; page and box only where it is a printed page's."""
        record: dict[str, Any] = {"path": self.path, "member": self.member, "position": self.position}
        if self.page:
            record["page"] = self.page
        if self.box is not None:
            record["box"] = list(self.box)
        return record


@dataclass(frozen=True, slots=True)
class Article:
    """One news article as read, before any judgement.

    ``text`` is the body with true paragraph ends as ``\\n``; ``byline`` is the 电头 as printed (it
    stays in ``text`` too, at its place); ``date`` is ISO ``YYYY-MM-DD``, or empty, or what was
    printed where that is no date (昨天).  ``uncertain`` says what reading was not sure of, as
    codes (``no_headline``, ``not_decoded?count=2``) that classifier/reading/doubts.py makes and explains.
    """

    id: str
    title: str = ""
    text: str = ""
    column: str = ""
    subtitle: str = ""
    byline: str = ""
    reporters: tuple[str, ...] = ()
    date: str = ""
    source: Source = field(default_factory=Source)
    uncertain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordEvidence:
    """A word and how much it spoke for the category and against the runner-up."""

    word: str
    weight: float
    field: str
    count: int


@dataclass(frozen=True, slots=True)
class TaggedArticle:
    """An article with its category, how sure the model is, and the decision.

    ``ranking`` holds every category id with its probability, best first; ``secondary`` the ids of
    further categories it would be looked for under; ``reasons`` why it is in review.  ``media_topic``
    and ``gbt_20093``: the codes of its category for other systems, where the categories file has them.
    """

    article: Article
    category: str
    category_name: str
    probability: float
    decision: Decision
    ranking: tuple[tuple[str, float], ...]
    secondary: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    evidence: tuple[WordEvidence, ...] = ()
    media_topic: str = ""
    gbt_20093: str = ""

    def record(self) -> dict[str, Any]:
        """The tag contract: what ``lanmu tag --format jsonl`` prints for one article."""
        article = self.article
        record: dict[str, Any] = {
            "id": article.id,
            "title": article.title,
            "category": self.category,
            "category_name": self.category_name,
            "probability": round(self.probability, 6),
            "decision": self.decision,
            "secondary": list(self.secondary),
            "reasons": list(self.reasons),
            "ranking": [
                {"category": category, "probability": round(probability, 6)} for category, probability in self.ranking
            ],
            "source": article.source.record(),
        }
        for name in CODES:
            if value := getattr(self, name):
                record[name] = value
        for name in ("column", "subtitle", "byline", "date"):
            if value := getattr(article, name):
                record[name] = value
        if article.uncertain:
            record["uncertain"] = list(article.uncertain)
        if self.evidence:
            record["evidence"] = [
                {"word": e.word, "weight": round(e.weight, 6), "field": e.field, "count": e.count}
                for e in self.evidence
            ]
        return record


def printed_record(parts: Sequence[PrintedPart]) -> list[Any]:
    """Parts as JSON values: ``printed_from`` reads them back."""
    return [
        [p.page, p.shape, [list(f) for f in p.frames], [[x.text, *x.box, x.size, int(x.upright)] for x in p.lines]]
        for p in parts
    ]


def printed_from(record: Sequence[Any]) -> tuple[PrintedPart, ...]:
    """The parts of ``printed_record``."""
    return tuple(
        PrintedPart(
            page,
            shape,
            tuple((left, top, right, bottom) for left, top, right, bottom in frames),
            tuple(
                PrintedLine(text, (left, top, right, bottom), size, bool(upright))
                for text, left, top, right, bottom, size, upright in lines
            ),
        )
        for page, shape, frames, lines in record
    )


def cut_printed(parts: Sequence[PrintedPart], opening: str) -> tuple[tuple[PrintedPart, ...], tuple[PrintedPart, ...]]:
    """The parts before the line that a text begins on, and those from it on; all are before where it is not found."""
    wanted = "".join(opening.split())[:OPENING]
    lines = [(p, line) for p in parts for line in p.lines]
    text, starts = "", []
    for _, line in lines:
        starts.append(len(text))
        text += "".join(line.text.split())
    at = text.find(wanted) if wanted else -1
    if at < 0:
        return tuple(parts), ()
    first = max(k for k, start in enumerate(starts) if start <= at)
    return _parts_of(parts, lines[:first]), _parts_of(parts, lines[first:])


def _parts_of(
    parts: Sequence[PrintedPart], lines: Sequence[tuple[PrintedPart, PrintedLine]]
) -> tuple[PrintedPart, ...]:
    """The parts with these lines only, and frames drawn around what is left of each."""
    own_parts = []
    for part in parts:
        own = tuple(line for p, line in lines if p is part)
        frames = []
        for frame in part.frames:
            inside = [line.box for line in own if _holds(frame, line.box)]
            if inside:
                frames.append(_around(inside))
        if own:
            own_parts.append(PrintedPart(part.page, part.shape, tuple(frames), own))
    return tuple(own_parts)


def _holds(frame: Shares, box: Shares) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3]


def _around(boxes: Sequence[Shares]) -> Shares:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
