"""The queue of tagged articles: added once each, listed, searched, and given out for review."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Connection, Select, and_, func, null, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from classifier.article import Article, TaggedArticle
from classifier.reading.dates import is_iso, normal_date
from lanmu.service.store import colleagues, line_places
from lanmu.service.store.database import Store, count_rows
from lanmu.service.store.records import (
    ARCHIVE,
    TEXTS,
    QueuedArticle,
    State,
    fingerprint_of,
    local_day,
    make_queued_article,
)
from lanmu.service.store.schema import articles

MOST_A_PAGE = 200
_SEARCHED = re.compile(r'["“”「]([^"“”「」]+)["“”」]|([^\s"“”「」]+)')
Order = Literal["useful", "newest", "oldest"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one article: its number in the queue, and whether it is new there."""

    number: int
    new: bool


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles of the queue; what is empty stands for any.

    ``category`` is what counts (a person's label before the model's); ``days`` from and to
    (inclusive, ISO); ``search`` words (phrases in quotes) that all stand in title, body, id or file name; ``column``
    the printed 栏目, ``source`` the file; ``flagged`` only those about which a colleague has asked.
    """

    category: str = ""
    state: State | Literal[""] = ""
    first_day: str = ""
    last_day: str = ""
    origin: str = ""
    labelled_by: str = ""
    search: str = ""
    column: str = ""
    source: str = ""
    flagged: bool = False


@dataclass(frozen=True)
class ArticlePage:
    """A page of a list: the articles, how many there are in all, and where this page starts."""

    articles: tuple[QueuedArticle, ...]
    total: int
    offset: int
    limit: int


def add(
    connection: Connection, tagged: Sequence[TaggedArticle], *, origin: str, model: str, at: float | None = None
) -> list[Added]:
    """Put tagged articles into the queue; one whose title and body are there already stays as it was."""
    at = time.time() if at is None else at
    added: list[Added] = []
    for one in tagged:
        row = _row(one, origin, model, at)
        statement = insert(articles).values(row).on_conflict_do_nothing(index_elements=["fingerprint"])
        number = connection.execute(statement.returning(articles.c.number)).scalar_one_or_none()
        if number is None:
            known = select(func.coalesce(articles.c.into, articles.c.number)).where(
                articles.c.fingerprint == row["fingerprint"]
            )
            added.append(Added(connection.execute(known).scalar_one(), False))
        else:
            added.append(Added(number, True))
            if one.article.source.printed:
                line_places.keep(connection, number, one.article.source.printed)
    return added


def get(connection: Connection, number: int) -> QueuedArticle | None:
    """The article with this number."""
    there = (articles.c.number == number) & (articles.c.state != "removed")
    row = connection.execute(select(articles).where(there)).one_or_none()
    return None if row is None else make_queued_article(row)


def went_into(connection: Connection, number: int) -> int | None:
    """The article into which a removed one was merged."""
    return connection.execute(select(articles.c.into).where(articles.c.number == number)).scalar_one_or_none()


def page(
    connection: Connection,
    wanted: ArticleFilter | None = None,
    *,
    useful: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> ArticlePage:
    """Articles that pass the filter, the newest first; or (``useful``) those in review, the most useful first.

    Useful is what the model is least sure of (the smallest margin between the two best categories:
    Scheffer et al. 2001), and unlike what came just before: the pairs of best category and
    runner-up take turns, each with its closest call first.
    """
    limit = max(1, min(limit, MOST_A_PAGE))
    condition = condition_of(wanted or ArticleFilter())
    query = select(articles).where(condition).order_by(articles.c.number.desc()).offset(offset).limit(limit)
    places: dict[int, int] = {}
    if useful:
        condition = and_(condition, articles.c.state == "review")
        chosen = connection.execute(_most_useful(condition).offset(offset).limit(limit))
        places = {row.number: place for place, row in enumerate(chosen)}
        query = select(articles).where(articles.c.number.in_(places))
    found = [make_queued_article(row) for row in connection.execute(query)]
    found.sort(key=lambda one: places.get(one.number, 0))
    return ArticlePage(tuple(found), count_rows(connection, articles, condition), offset, limit)


def walk(store: Store, wanted: ArticleFilter, *, piece: int = MOST_A_PAGE) -> Iterator[QueuedArticle]:
    """Every article that passes the filter, the newest first, a piece at a time.

    Each piece is a reading of its own, so that a slow receiver holds nothing; what arrives meanwhile
    is not among them.
    """
    before: int | None = None
    while True:
        condition = condition_of(wanted)
        if before is not None:
            condition = and_(condition, articles.c.number < before)
        query = select(articles).where(condition).order_by(articles.c.number.desc()).limit(piece)
        with store.reading() as connection:
            queued = [make_queued_article(row) for row in connection.execute(query)]
        yield from queued
        if len(queued) < piece:
            return
        before = queued[-1].number


def numbers(connection: Connection, wanted: ArticleFilter, limit: int) -> list[int]:
    """The numbers of the newest articles that pass the filter, at most ``limit`` of them."""
    query = select(articles.c.number).where(condition_of(wanted)).order_by(articles.c.number.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def origins(connection: Connection, state: State | None = None) -> list[str]:
    """The ways articles (those in a state) have come in."""
    c = articles.c
    condition = c.origin != "" if state is None else and_(c.origin != "", c.state == state)
    return list(connection.execute(select(c.origin).where(condition).distinct().order_by(c.origin)).scalars())


def labellers(connection: Connection) -> list[str]:
    """Who has given a label that stands."""
    name = articles.c.labelled_by
    return list(connection.execute(select(name).where(name.is_not(None)).distinct().order_by(name)).scalars())


def review_numbers(
    connection: Connection, wanted: ArticleFilter | None = None, *, limit: int = 200,
    person: str | None = None, order: Order = "useful",
) -> tuple[list[int], int]:  # fmt: skip
    """The numbers of what waits for review, in an order, and how many there are in all.

    For a ``person`` those are left out that others have before them, and (unless only such are
    wanted) those about which this person has asked colleagues.
    """
    wanted = wanted or ArticleFilter()
    condition = and_(condition_of(wanted), articles.c.state == "review")
    if person is not None and not wanted.flagged:
        condition = and_(condition, ~colleagues.is_asked_by(person))
    total = count_rows(connection, articles, condition)
    if person is not None:
        condition = and_(condition, ~colleagues.is_held_by_others(person))
    query = _order(condition, order).limit(max(1, limit))
    return [row.number for row in connection.execute(query)], total


def sources_in_review(connection: Connection, limit: int = 100) -> tuple[list[str], list[str]]:
    """The files and the printed columns that articles in review come from, those with most first."""
    columns: list[list[str]] = []
    for name in (articles.c.source_path, articles.c.column):
        query = (
            select(name).where(articles.c.state == "review", name != "").group_by(name)
            .order_by(func.count().desc(), name).limit(limit)
        )  # fmt: skip
        columns.append(list(connection.execute(query).scalars()))
    return columns[0], columns[1]


def split_search(text: str) -> list[str]:
    """What must all be found: words, and phrases that stand in quotes."""
    words = [phrase or word for phrase, word in _SEARCHED.findall(text)]
    return [" ".join(one.split()) for one in words if one.strip()][:10]


def condition_of(wanted: ArticleFilter) -> ColumnElement[bool]:
    """The filter as SQL."""
    c = articles.c
    conditions: list[ColumnElement[bool]] = [c.state != "removed"]
    given: tuple[tuple[ColumnElement[str], str], ...] = (
        (func.coalesce(c.label, c.category), wanted.category), (c.state, wanted.state), (c.origin, wanted.origin),
        (c.labelled_by, wanted.labelled_by), (c.column, wanted.column), (c.source_path, wanted.source),
    )  # fmt: skip
    conditions += [column == value for column, value in given if value]
    if wanted.first_day:
        conditions.append(c.day >= wanted.first_day)
    if wanted.last_day:
        conditions.append(c.day <= wanted.last_day)
    if wanted.flagged:
        conditions.append(colleagues.is_flagged())
    for words in split_search(wanted.search):
        within = (c.title, c.text, c.id, c.source_path, c.source_member)
        conditions.append(or_(*(column.contains(words, autoescape=True) for column in within)))
    return and_(*conditions)


def judgement_of(tagged: TaggedArticle, model: str) -> dict[str, object]:
    """What a model says of an article, as a row keeps it."""
    second, second_probability = tagged.ranking[1] if len(tagged.ranking) > 1 else ("", 0.0)
    return {
        "model": model,
        "category": tagged.category,
        "category_name": tagged.category_name,
        "runner_up": second,
        "probability": tagged.probability,
        "margin": tagged.probability - second_probability,
        "decision": tagged.decision,
        "ranking": [[category, round(probability, 6)] for category, probability in tagged.ranking],
        "secondary": list(tagged.secondary),
        "reasons": list(tagged.reasons),
        "state": tagged.decision,
    }


def count_stale(connection: Connection, model: str) -> int:
    """How many articles wait for review that another model than this one tagged."""
    return count_rows(connection, articles, articles.c.state == "review", articles.c.model != model)


def stale(connection: Connection, model: str, *, limit: int) -> list[tuple[int, Article]]:
    """Those articles with their numbers, the oldest first."""
    c = articles.c
    query = select(articles).where(c.state == "review", c.model != model).order_by(c.number).limit(limit)
    return [(row.number, make_queued_article(row).article) for row in connection.execute(query)]


def judge_again(connection: Connection, number: int, tagged: TaggedArticle, model: str) -> str | None:
    """Note what the model says now of an article in review; returns the category that it said before.

    What a person has labelled meanwhile stays as it is (None).
    """
    c = articles.c
    query = select(c.category).where(c.number == number, c.state == "review")
    before: str | None = connection.execute(query).scalar_one_or_none()
    if before is not None:
        connection.execute(update(articles).where(c.number == number).values(judgement_of(tagged, model)))
    return before


def _order(condition: ColumnElement[bool], order: Order) -> Select[tuple[int]]:
    if order == "useful":
        return _most_useful(condition)
    number = articles.c.number
    return select(number).where(condition).order_by(number.desc() if order == "newest" else number)


def _most_useful(condition: ColumnElement[bool]) -> Select[tuple[int]]:
    c = articles.c
    turn = func.row_number().over(partition_by=[c.category, c.runner_up], order_by=[c.margin, c.number])
    ranked = select(c.number, c.margin, turn.label("turn")).where(condition).subquery()
    return select(ranked.c.number).order_by(ranked.c.turn, ranked.c.margin, ranked.c.number)


def _row(tagged: TaggedArticle, origin: str, model: str, at: float) -> dict[str, object]:
    article = tagged.article

    def clean(text: str) -> str:  # lone surrogates, which SQLite's UTF-8 does not hold
        return text.encode("utf-8", "replace").decode()

    date = clean(normal_date(article.date))
    return {
        **{name: clean(getattr(article, name)) for name in TEXTS},
        "date": date,
        "printed_day": date if is_iso(date) else "",
        "fingerprint": fingerprint_of(article),
        "reporters": [clean(name) for name in article.reporters],
        "uncertain": list(article.uncertain),
        "source_path": clean(article.source.path),
        "source_member": clean(article.source.member),
        "source_position": article.source.position,
        "source_page": article.source.page,
        "source_box": null() if article.source.box is None else list(article.source.box),
        "origin": origin,
        "arrived": at,
        "day": "" if origin == ARCHIVE else local_day(at),
        **judgement_of(tagged, model),
        "version": 0,
    }
