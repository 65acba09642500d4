"""Statistics of the queue for charts: articles by day and category, how many went to review, how sure the model was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, and_, case, cast, func, select

from classifier.model.decisions import REASONS, STRICT, UNSURE
from lanmu.service.store.database import count_rows
from lanmu.service.store.schema import articles, readings

Span = Literal["day", "month"]
Clock = Literal["arrived", "printed"]
BINS = 20


@dataclass(frozen=True)
class Period:
    """One day (ISO) or month (``YYYY-MM``): articles by the category that counts, and how many went to review."""

    name: str
    categories: Mapping[str, int]
    reviewed: int

    @property
    def articles(self) -> int:
        return sum(self.categories.values())

    @property
    def review_share(self) -> float:
        return self.reviewed / self.articles if self.articles else 0.0


@dataclass(frozen=True)
class Agreement:
    """Of a category the model gave: how many articles people labelled, and how many of these they accepted."""

    category: str
    labelled: int
    accepted: int


def periods(
    connection: Connection, *, span: Span, clock: Clock, first_day: str = "", last_day: str = ""
) -> list[Period]:
    """Days or months that have articles, in order; ``clock`` says whether the day of arrival or of print counts.

    What has no readable date of print is left out there; ``count_undated`` counts it.
    """
    c = articles.c
    day = _day(clock)
    name = day if span == "day" else func.substr(day, 1, 7)
    category = func.coalesce(c.label, c.category)
    query = (
        select(name, category, func.count(), func.sum(case((c.decision == "review", 1), else_=0)))
        .where(_within(day, first_day, last_day))
        .group_by(name, category)
        .order_by(name)
    )
    counts: dict[str, dict[str, int]] = {}
    reviewed: dict[str, int] = {}
    for period, its_category, number, doubtful in connection.execute(query):
        counts.setdefault(period, {})[its_category] = number
        reviewed[period] = reviewed.get(period, 0) + doubtful
    return [Period(period, categories, reviewed[period]) for period, categories in counts.items()]


def last_day(connection: Connection, clock: Clock) -> str | None:
    """The last day (ISO) that has articles."""
    day = _day(clock)
    return connection.execute(select(func.max(day)).where(_is_day(day))).scalar_one()


def count_undated(connection: Connection) -> int:
    """How many articles have no date of print, or one that is none (昨天)."""
    return count_rows(connection, articles, ~_is_day(_day("printed")), articles.c.state != "removed")


def confidence(
    connection: Connection, *, clock: Clock, first_day: str = "", last_day: str = ""
) -> list[tuple[int, int]]:
    """How many articles were accepted and how many went to review, by BINS equal bins of the probability."""
    c = articles.c
    bin_ = func.min(cast(c.probability * BINS, Integer), BINS - 1)
    query = (
        select(bin_, c.decision, func.count())
        .where(_within(_day(clock), first_day, last_day))
        .group_by(bin_, c.decision)
    )
    counts = [[0, 0] for _ in range(BINS)]
    for number, decision, count in connection.execute(query):
        counts[max(0, number)][decision == "review"] = count
    return [(accepted, review) for accepted, review in counts]


def agreement(connection: Connection) -> list[Agreement]:
    """By the model's category: how often people agreed, where they labelled most first."""
    c = articles.c
    query = (
        select(c.category, func.count(), func.sum(case((c.label == c.category, 1), else_=0)))
        .where(c.state == "settled")
        .group_by(c.category)
        .order_by(func.count().desc(), c.category)
    )
    return [Agreement(row[0], row[1], row[2]) for row in connection.execute(query)]


def corrections(connection: Connection, limit: int = 10) -> Sequence[tuple[str, str, int]]:
    """The model's category, the one people chose instead, and how often; most often first."""
    c = articles.c
    query = (
        select(c.category, c.label, func.count())
        .where(c.state == "settled", c.label != c.category)
        .group_by(c.category, c.label)
        .order_by(func.count().desc(), c.category, c.label)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def _day(clock: Clock) -> ColumnElement[str]:
    return articles.c.printed_day if clock == "printed" else articles.c.day


def _is_day(day: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a column holds a day that the calendar has, whatever was written into it."""
    return func.coalesce(func.date(day) == day, False)


def _within(day: ColumnElement[str], first_day: str, last_day: str) -> ColumnElement[bool]:
    conditions = [_is_day(day)]
    if first_day:
        conditions.append(day >= first_day)
    if last_day:
        conditions.append(day <= last_day)
    return and_(*conditions)


class Certainty(NamedTuple):
    """The model's category of an article, how sure it was, and whether that alone decides about its review."""

    category: str
    probability: float
    alone: bool


def recent_certainty(connection: Connection, most: int = 5_000) -> list[Certainty]:
    """How sure the model was of the newest articles."""
    c = articles.c
    query = select(c.category, c.probability, c.reasons).where(c.state != "removed")
    return [
        Certainty(row.category, float(row.probability), _UNSURE.issuperset(row.reasons))
        for row in connection.execute(query.order_by(c.number.desc()).limit(most))
    ]


@dataclass(frozen=True)
class Checked:
    """Of what the model accepted into a category: how many articles people labelled, and how many were right."""

    labelled: int
    right: int


def check_accepted(connection: Connection) -> dict[str, Checked]:
    """By the model's category what people said of the articles that it accepted; each article counts once.

    Right is one whose label is the model's category, unless a second reading says otherwise and
    nobody has decided since.
    """
    c, r = articles.c, readings.c
    open_ = and_(r.article.is_not(None), r.first != r.second, c.labelled_at < r.at)
    right = func.sum(case((and_(c.label == c.category, ~func.coalesce(open_, False)), 1), else_=0))
    query = (
        select(c.category, func.count(), right)
        .select_from(articles.outerjoin(readings, r.article == c.number))
        .where(c.state == "settled", c.decision == "accepted", c.label.is_not(None))
        .group_by(c.category)
    )
    return {category: Checked(labelled, found) for category, labelled, found in connection.execute(query)}


_UNSURE = frozenset(REASONS[bit] for bit in (UNSURE, STRICT))
"""The reasons that are nothing but a probability below a threshold."""
