"""Adding articles by hand: a page pasted or a file given, read, tagged and put into the queue."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.reading import Limits, ReadingOptions, read_bytes
from classifier.service.container import Service
from classifier.service.desk.rendering import Desk
from classifier.service.desk.translating import translated
from classifier.service.intake import TakenIn
from classifier.service.problems import problem_of
from classifier.service.security.access import Editor
from classifier.service.store import queue
from classifier.service.store.records import QueuedArticle
from classifier.service.tagging import Overloaded

router = APIRouter()
PASTED: Final = "pasted.md"
_READING = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Arrived:
    """An article that was read, as the queue now has it."""

    queued: QueuedArticle
    new: bool


@router.get("/upload")
def upload_page(request: Request, who: Editor) -> Response:
    return Desk(request, who).page("upload.html", arrived=None, refused=[], problem="", text="")


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
        name, content = file.filename, file.file.read()
    refused: list[InputRefused] = []
    try:
        taken = _taken(desk.service, content, name, refused)
    except LanmuError as error:
        problem = problem_of(error)
        return desk.page("upload.html", problem.status, arrived=None, refused=[],
                         problem=translated(str(error), desk.t), text=text)  # fmt: skip
    with desk.service.store.reading() as connection:
        found = [(queue.get(connection, one.number), one.new) for one in taken]
    arrived = [Arrived(queued, new) for queued, new in found if queued is not None]
    return desk.page("upload.html", arrived=arrived, refused=[str(error) for error in refused], problem="", text="")


def _taken(service: Service, content: bytes, name: str, refused: list[InputRefused]) -> list[TakenIn]:
    if not content.strip():
        raise LanmuError("nothing was given; paste a page or choose a file")
    limits = service.settings.limits
    options = ReadingOptions(
        limits=Limits(
            file_bytes=limits.upload_bytes, line_bytes=limits.line_bytes, article_chars=limits.article_chars,
            document_unpacked_bytes=4 * limits.upload_bytes, unpacked_bytes=8 * limits.upload_bytes, members=1_000,
            articles_a_page=limits.articles_a_request,
        )
    )  # fmt: skip
    if not _READING.acquire(timeout=limits.seconds):
        raise Overloaded("too many pages are being read; try again soon")
    try:
        model = service.champion.model
        found = read_bytes(content, name, options, refused=refused.append, scorer=model.probabilities)
    finally:
        _READING.release()
    if not found and not refused:
        raise InputRefused(name, "no article was found in it")
    if len(found) > limits.articles_a_request:
        raise LanmuError(f"{name}: more than {limits.articles_a_request} articles at once; give it in pieces")
    return service.intake.take_in([_named(article, name) for article in found], "upload")


def _named(article: Article, name: str) -> Article:
    """Pasted text has no file to name."""
    return replace(article, source=replace(article.source, path="")) if name == PASTED else article
