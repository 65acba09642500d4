"""Adding articles by hand: a page pasted or files given, read, tagged and put into the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, BinaryIO, Final

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.messages import say
from classifier.reading.kinds import COMPRESSED, KINDS
from lanmu.service.api.uploads import upload_name
from lanmu.service.container import Service
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.translating import doubts, said
from lanmu.service.intake import TakenIn
from lanmu.service.problems import problem_of
from lanmu.service.security.access import AskFirst, Editor
from lanmu.service.store import queue, refusals
from lanmu.service.store.records import QueuedArticle

router = APIRouter(route_class=AskFirst)
PASTED: Final = "pasted.md"
MOST_FILES: Final = 100
ENDINGS: Final = ",".join((*KINDS, *COMPRESSED))
"""What the browser's file dialogue offers."""


@dataclass(frozen=True)
class Arrived:
    """An article that was read, as the queue now has it."""

    queued: QueuedArticle
    new: bool


@router.get("/upload")
def upload_page(request: Request, who: Editor) -> Response:
    return _page(Desk(request, who))


@router.post("/upload")
def upload(
    request: Request,
    who: Editor,
    text: Annotated[str, Form()] = "",
    file: Annotated[list[UploadFile] | None, File(max_length=MOST_FILES)] = None,
) -> Response:
    """Read what was pasted or given, tag it, and show what came of each article and what could not be read."""
    desk = Desk(request, who)
    given = [one for one in file or () if one.filename]
    if not given and not text.strip():
        return _page(desk, 400, problem=say("inbox.nothing_given").text(desk.t.language))
    taken: list[TakenIn] = []
    refused: list[InputRefused] = []
    problem, status = "", 200
    try:
        if text.strip():
            articles, wrong = _taken(desk.service, text.encode("utf-8", "replace"), PASTED, who.name)
            taken += articles
            refused += wrong
        for one in given:
            articles, wrong = _taken(desk.service, one.file, upload_name(one.filename or ""), who.name)
            taken += articles
            refused += wrong
            if wrong:
                _note(desk, upload_name(one.filename or ""), wrong, whole=not articles)
    except LanmuError as error:
        problem, status = said(error, desk.t), problem_of(error).status
    with desk.service.store.reading() as connection:
        queued = [(queue.get(connection, one.number), one.new) for one in taken]
    arrived = [Arrived(article, new) for article, new in queued if article is not None]
    return _page(
        desk, status, arrived=arrived if arrived or not (refused or problem) else None,
        refused=[said(error, desk.t) for error in refused], problem=problem, text=text if problem else "",
    )  # fmt: skip


def _page(
    desk: Desk,
    status: int = 200,
    *,
    arrived: Sequence[Arrived] | None = None,
    refused: Sequence[str] = (),
    problem: str = "",
    text: str = "",
) -> Response:
    most = desk.service.settings.limits.upload_bytes
    return desk.page(
        "upload.html", status, arrived=arrived, doubts=doubts, refused=refused, problem=problem, text=text,
        most=most, megabytes=f"{most / (1 << 20):.0f}", endings=ENDINGS, most_files=MOST_FILES,
    )  # fmt: skip


def _taken(
    service: Service, content: bytes | BinaryIO, name: str, client: str
) -> tuple[list[TakenIn], list[InputRefused]]:
    """What one file holds, taken in, and what of it could not be read."""
    reading = service.reading.read(content, name, client=client)
    most = service.settings.limits.articles_a_request
    if reading.more:
        return [], [InputRefused(name, say("inbox.too_many", most=f"{most:,}"))]
    if not reading.articles:
        return [], list(reading.refused) or [InputRefused(name, say("inbox.no_article"))]
    return service.intake.take_in([_name(article) for article in reading.articles], "upload"), list(reading.refused)


def _note(desk: Desk, name: str, wrong: Sequence[InputRefused], *, whole: bool) -> None:
    """Keep what could not be read among the refused files; who gave it sees it at once."""
    assert desk.who is not None
    with desk.service.store.writing() as connection:
        number = refusals.note(connection, origin="upload", name=name, told=wrong, whole=whole, by=desk.who.name)
        refusals.close(connection, number, desk.who.name)


def _name(article: Article) -> Article:
    """Pasted text has no file to name."""
    return replace(article, source=replace(article.source, path="")) if article.source.path == PASTED else article
