"""What an administrator wishes the next training to know: its categories, and words that are kept whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from classifier.engine.words.dictionary import Dictionary
from classifier.errors import InputRefused, TaxonomyError, UnknownCategory
from classifier.files import write_text_whole
from classifier.taxonomy import Category, Taxonomy
from lanmu.service.desk.categories import taxonomy_of
from lanmu.service.desk.rendering import AdminDesk, Desk
from lanmu.service.security.access import AskFirst
from lanmu.service.settings import USER_DICTIONARY
from lanmu.service.store import audit
from lanmu.service.wished_categories import read_wished, write_wished

router = APIRouter(route_class=AskFirst)
LEFT_OUT = "-"
NEW_ROWS = 3
MOST_ROWS = 300
MOST_CHARACTERS = 200_000
_NEW_COLOUR = "#5c6570"
Texts = Annotated[list[str], Form()]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the form; ``id`` is empty for a new category.

    ``fate``: nothing where it stays, LEFT_OUT, or the id of the category that it joins.
    """

    id: str
    name: str
    description: str
    colour: str
    fate: str = ""


@router.get("/admin/categories")
def categories_page(desk: AdminDesk) -> Response:
    """The list as it is now: categories are added, renamed, described, coloured, merged, left out here."""
    return _page(desk, _rows(_present(desk)))


@router.post("/admin/categories")
def save_categories(
    desk: AdminDesk, id: Texts, name: Texts, description: Texts, colour: Texts, fate: Texts
) -> Response:
    """Keep the list for the next training; a list that a categories file could not hold is refused."""
    columns = (id, name, description, colour, fate)
    if len({len(column) for column in columns}) != 1 or len(id) > MOST_ROWS:
        return _page(desk, _rows(_present(desk)), 422, desk.t("wishing.torn"))
    rows = [Row(*(value.strip() for value in values)) for values in zip(*columns, strict=True)]
    try:
        wished = _changed(_present(desk), rows)
        write_wished(desk.service.settings.categories, wished)
    except (TaxonomyError, UnknownCategory) as error:
        return _page(desk, rows, 422, desk.t.error(error))
    with desk.service.store.writing() as connection:
        details = {"categories": len(wished)}
        audit.note(connection, desk.by, "categories changed", details=details, address=desk.address)
    return desk.redirect("/admin/categories", "toast.wishing", count=len(wished))


def _present(desk: Desk) -> Taxonomy:
    """What was wished for last; the current model's before anything was."""
    return read_wished(desk.service.settings.categories) or taxonomy_of(desk.service.champion)


def _changed(present: Taxonomy, rows: list[Row]) -> Taxonomy:
    """The list as the form has it; codes and former ids stay."""
    known = {category.id: category for category in present}
    joined: dict[str, list[str]] = {}
    for row in rows:
        if row.fate and row.fate != LEFT_OUT and row.id in known and row.fate != row.id:
            joined.setdefault(row.fate, []).extend((row.id, *known[row.id].was))
    kept: list[Category] = []
    for row in rows:
        if row.fate and row.fate != row.id:
            continue
        if row.id in known:
            was = known[row.id].was
            if row.id in joined:
                was = tuple(dict.fromkeys((row.id, *was, *joined.pop(row.id))))
            name_en = known[row.id].name_en if row.name == known[row.id].name else ""
            kept.append(
                replace(
                    known[row.id], name=row.name or row.id, name_en=name_en, description=row.description,
                    colour=row.colour or _NEW_COLOUR, was=was,
                )
            )  # fmt: skip
        elif row.name:
            kept.append(Category(row.name, row.name, description=row.description, colour=row.colour or _NEW_COLOUR))
    wished = Taxonomy(tuple(kept))
    for other in joined:
        wished.find(other)
    return wished


def _rows(taxonomy: Taxonomy) -> list[Row]:
    rows = [Row(c.id, c.name, c.description, c.colour) for c in taxonomy]
    return rows + [Row("", "", "", _NEW_COLOUR)] * NEW_ROWS


def _page(desk: Desk, rows: list[Row], status: int = 200, problem: str = "") -> Response:
    waiting = read_wished(desk.service.settings.categories)
    model = taxonomy_of(desk.service.champion)
    return desk.page(
        "wishing.html", status, rows=rows, problem=problem, left_out=LEFT_OUT,
        waiting=waiting is not None and waiting.ids != model.ids,
    )  # fmt: skip


@router.get("/admin/words")
def words_page(desk: AdminDesk) -> Response:
    """The words as they are now."""
    try:
        return _words_page(desk, desk.service.settings.user_dictionary.read_text("utf-8-sig"))
    except FileNotFoundError:
        return _words_page(desk, "")
    except (OSError, UnicodeDecodeError):
        return _words_page(desk, "", problem=desk.t("words.unread", file=USER_DICTIONARY))


@router.post("/admin/words")
def save_words(desk: AdminDesk, words: Annotated[str, Form()] = "") -> Response:
    """Keep the words where jieba can read each line; nothing is changed otherwise."""
    if len(words) > MOST_CHARACTERS:
        problem = desk.t("words.too_long", most=f"{MOST_CHARACTERS:,}", file=USER_DICTIONARY)
        return _words_page(desk, words, 422, problem)
    lines = [line.strip() for line in words.splitlines()]
    content = "".join(f"{line}\n" for line in lines if line)
    try:
        count = len(Dictionary().with_text(content, USER_DICTIONARY).entries)
    except InputRefused as error:
        return _words_page(desk, words, 422, desk.t.error(error))
    write_text_whole(desk.service.settings.user_dictionary, content)
    with desk.service.store.writing() as connection:
        audit.note(connection, desk.by, "user dictionary changed", details={"words": count}, address=desk.address)
    return desk.redirect("/admin/words", "toast.words", count=count)


def _words_page(desk: Desk, words: str, status: int = 200, problem: str = "") -> Response:
    count = sum(bool(line.strip()) for line in words.splitlines())
    return desk.page("words.html", status, words=words, count=count, most=MOST_CHARACTERS, problem=problem)
