"""The user dictionary: words that training keeps whole, edited by an administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from classifier.engine.words.dictionary import Dictionary
from classifier.errors import InputRefused
from classifier.files import write_text_whole
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.translating import said
from lanmu.service.security.access import Admin, AskFirst
from lanmu.service.settings import USER_DICTIONARY
from lanmu.service.store import audit

router = APIRouter(route_class=AskFirst)
MOST_CHARACTERS = 200_000


@router.get("/admin/words")
def words_page(request: Request, who: Admin) -> Response:
    """The words as they are now."""
    desk = Desk(request, who)
    try:
        return _page(desk, desk.service.settings.user_dictionary.read_text("utf-8-sig"))
    except FileNotFoundError:
        return _page(desk, "")
    except (OSError, UnicodeDecodeError):
        return _page(desk, "", problem=desk.t("words.unread", file=USER_DICTIONARY))


@router.post("/admin/words")
def save_words(request: Request, who: Admin, words: Annotated[str, Form()] = "") -> Response:
    """Keep the words where jieba can read each line; nothing is changed otherwise."""
    desk = Desk(request, who)
    if len(words) > MOST_CHARACTERS:
        problem = desk.t("words.too_long", most=f"{MOST_CHARACTERS:,}", file=USER_DICTIONARY)
        return _page(desk, words, 422, problem)
    lines = [line.strip() for line in words.splitlines()]
    content = "".join(f"{line}\n" for line in lines if line)
    try:
        count = len(Dictionary().with_text(content, USER_DICTIONARY).entries)
    except InputRefused as error:
        return _page(desk, words, 422, said(error, desk.t))
    write_text_whole(desk.service.settings.user_dictionary, content)
    with desk.service.store.writing() as connection:
        audit.note(connection, who.name, "user dictionary changed", details={"words": count}, address=desk.address)
    return desk.redirect("/admin/words", "toast.words", count=count)


def _page(desk: Desk, words: str, status: int = 200, problem: str = "") -> Response:
    count = sum(bool(line.strip()) for line in words.splitlines())
    return desk.page("words.html", status, words=words, count=count, most=MOST_CHARACTERS, problem=problem)
