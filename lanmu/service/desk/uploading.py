"""Adding articles by hand: a page pasted or a file given, read, tagged and put into the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from lanmu.service.api.uploads import upload_name
from lanmu.service.container import Service
from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.translating import translated
from lanmu.service.intake import TakenIn
from lanmu.service.problems import problem_of
from lanmu.service.security.access import Editor
from lanmu.service.store import queue
from lanmu.service.store.records import QueuedArticle

router = APIRouter()
PASTED: Final = "pasted.md"


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
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Read what was pasted or given, tag it, and show what came of each article."""
    desk = Desk(request, who)
    name, content = PASTED, text.encode("utf-8", "replace")
    if file is not None and file.filename:
        name, content = upload_name(file.filename), file.file.read()
    try:
        taken, refused = _taken(desk.service, content, name)
    except LanmuError as error:
        return _page(desk, problem_of(error).status, problem=translated(str(error), desk.t), text=text)
    with desk.service.store.reading() as connection:
        found = [(queue.get(connection, one.number), one.new) for one in taken]
    arrived = [Arrived(queued, new) for queued, new in found if queued is not None]
    return _page(desk, arrived=arrived, refused=[str(error) for error in refused])


def _page(
    desk: Desk,
    status: int = 200,
    *,
    arrived: Sequence[Arrived] | None = None,
    refused: Sequence[str] = (),
    problem: str = "",
    text: str = "",
) -> Response:
    return desk.page("upload.html", status, arrived=arrived, refused=refused, problem=problem, text=text)


def _taken(service: Service, content: bytes, name: str) -> tuple[list[TakenIn], Sequence[InputRefused]]:
    if not content.strip():
        raise LanmuError("nothing was given; paste a page or choose a file")
    found = service.reading.read(content, name)
    if not found.articles and not found.refused:
        raise InputRefused(name, "no article was found in it")
    most = service.settings.limits.articles_a_request
    if len(found.articles) > most:
        raise LanmuError(f"{name}: more than {most} articles at once; give it in pieces")
    return service.intake.take_in([_named(article) for article in found.articles], "upload"), found.refused


def _named(article: Article) -> Article:
    """Pasted text has no file to name."""
    return replace(article, source=replace(article.source, path="")) if article.source.path == PASTED else article
