"""What the store gives back: frozen records, made from rows."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from classifier.article import Article, Source, TaggedArticle
from classifier.model.decisions import REASONS, explain_reason

State = Literal["accepted", "review", "settled", "skipped"]
STATES: tuple[State, ...] = get_args(State)
Role = Literal["reader", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
LONGEST_OPENING = 48
TEXTS = ("id", "title", "subtitle", "column", "byline", "date", "text")
"""What of an article is kept as it is, in columns of the same names."""
ARCHIVE = "archive"
"""The way in of articles of a scored archive; they are on no day's pages."""


@dataclass(frozen=True, slots=True)
class QueuedArticle:
    """An article of the queue: how the model tagged it and what a person said of it.

    ``state``: ``accepted`` (by the model) or ``review`` until a person has labelled (``settled``) or skipped it.
    ``label``: the category a person gave.  ``version`` grows with each label; who labels
    tells which he saw.
    """

    number: int
    tagged: TaggedArticle
    origin: str
    arrived: datetime
    day: str
    model: str
    state: State
    label: str | None
    labelled_by: str | None
    labelled_at: datetime | None
    version: int

    @property
    def article(self) -> Article:
        return self.tagged.article

    @property
    def category(self) -> str:
        """What counts: the person's category, else the model's."""
        return self.label or self.tagged.category

    @property
    def opening(self) -> str:
        """The first words of the text, in one line, for lists where the title does not tell the article."""
        return opening_of(self.article.text)

    @property
    def token(self) -> str:
        """Binds number, version and what a person reads: a judgement that carries it was made of this, as it is now."""
        content = f"{self.number}\0{self.version}\0{fingerprint_of(self.article)}"
        return hashlib.sha256(content.encode()).hexdigest()[:24]

    def _labelled(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "label": self.label,
            "labelled_by": self.labelled_by,
            "labelled_at": self.labelled_at.isoformat(timespec="seconds") if self.labelled_at else None,
            "version": self.version,
        }

    def short_record(self, category_name: str) -> dict[str, Any]:
        """What programs are told when the category changes: what counts now, and who says so.

        ``category`` is what counts, ``label`` a person's (null: the model's counts).
        """
        article, tagged = self.article, self.tagged
        return {
            "number": self.number,
            "id": article.id,
            "title": article.title,
            "category": self.category,
            "category_name": category_name,
            **self._labelled(),
            "model": self.model,
            "model_category": tagged.category,
            "probability": round(tagged.probability, 6),
            "decision": tagged.decision,
            "fingerprint": fingerprint_of(article),
            "source": article.source.record(),
        }

    def record(self) -> dict[str, Any]:
        """The tag contract with the queue's own fields."""
        return {
            "number": self.number,
            **self.tagged.record(),
            "text": self.article.text,
            "model": self.model,
            "origin": self.origin,
            "arrived": self.arrived.isoformat(timespec="seconds"),
            **self._labelled(),
        }


def opening_of(text: str) -> str:
    """The first words of a text, in one line."""
    words = " ".join(text[: 3 * LONGEST_OPENING].split())
    return words if len(words) <= LONGEST_OPENING else words[:LONGEST_OPENING].rstrip() + "…"


def fingerprint_of(article: Article) -> str:
    """What makes an article the same as another: the SHA-256 of its title and body, hex."""
    content = f"{article.title}\0{article.text}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()


def make_queued_article(row: Any) -> QueuedArticle:
    box = None if row.source_box is None else tuple(row.source_box)
    article = Article(
        **{name: getattr(row, name) for name in TEXTS},
        reporters=tuple(row.reporters),
        source=Source(row.source_path, row.source_member, row.source_position, row.source_page, box),
        uncertain=tuple(row.uncertain),
    )
    tagged = TaggedArticle(
        article=article,
        category=row.category,
        category_name=row.category_name,
        probability=row.probability,
        decision=row.decision,
        ranking=tuple((category, probability) for category, probability in row.ranking),
        secondary=tuple(row.secondary),
        reasons=tuple(_CODES.get(reason, reason) for reason in row.reasons),
    )
    return QueuedArticle(
        number=row.number,
        tagged=tagged,
        origin=row.origin,
        arrived=moment(row.arrived),
        day=row.day,
        model=row.model,
        state=row.state,
        label=row.label,
        labelled_by=row.labelled_by,
        labelled_at=None if row.labelled_at is None else moment(row.labelled_at),
        version=row.version,
    )


def moment(seconds: float) -> datetime:
    """A time of the store as an aware datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def today() -> str:
    """The newspaper's present day, ISO."""
    return local_day(time.time())


def local_day(seconds: float) -> str:
    """The newspaper's day (local time of the server) of a time, ISO."""
    return datetime.fromtimestamp(seconds).astimezone().date().isoformat()


_CODES = {explain_reason(code): code for code in REASONS.values()}
"""Reasons by their codes; rows of before version 0.2 hold the English sentence."""
