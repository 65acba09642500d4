"""Adding articles by hand, pasted or as files; and what could not be read, by whatever way it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, BinaryIO, Final

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import Response

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.messages import say
from classifier.reading.formats import COMPRESSED, KINDS
from lanmu.service.api.uploads import upload_name
from lanmu.service.container import Service
from lanmu.service.desk.filters import ArticleNumber
from lanmu.service.desk.queue_pages import A_PAGE, Offset
from lanmu.service.desk.rendering import Desk, EditorDesk, ReaderDesk
from lanmu.service.problems import Problem, problem_of
from lanmu.service.security.access import AskFirst
from lanmu.service.store import audit, queue, refusals
from lanmu.service.store.refusals import Refusal

router = APIRouter(route_class=AskFirst)
PASTED: Final = "pasted.md"
MOST_FILES: Final = 100
ENDINGS: Final = ",".join((*KINDS, *COMPRESSED))
"""What the browser's file dialogue offers."""


@router.get("/upload")
def upload_page(desk: EditorDesk) -> Response:
    return _page(desk)


@router.post("/upload")
def upload(
    desk: EditorDesk,
    text: Annotated[str, Form()] = "",
    file: Annotated[list[UploadFile] | None, File(max_length=MOST_FILES)] = None,
) -> Response:
    """Read what was pasted or given, tag it, and show what came of each article and what could not be read."""
    given = [one for one in file or () if one.filename]
    if not given and not text.strip():
        return _page(desk, 400, problem=say("inbox.nothing_given").text(desk.t.language))
    taken: list[queue.Added] = []
    refused: list[InputRefused] = []
    problem, status = "", 200
    try:
        if text.strip():
            articles, wrong = _taken(desk.service, text.encode("utf-8", "replace"), PASTED, desk.by)
            taken += articles
            refused += wrong
        for one in given:
            articles, wrong = _taken(desk.service, one.file, upload_name(one.filename or ""), desk.by)
            taken += articles
            refused += wrong
            if wrong:
                _note(desk, upload_name(one.filename or ""), wrong, whole=not articles)
    except LanmuError as error:
        problem, status = desk.t.error(error), problem_of(error).status
    with desk.service.store.reading() as connection:
        queued = [{"queued": queue.get(connection, one.number), "new": one.new} for one in taken]
    arrived = [one for one in queued if one["queued"] is not None]
    return _page(
        desk, status, arrived=arrived if arrived or not (refused or problem) else None,
        refused=[desk.t.error(error) for error in refused], problem=problem, text=text if problem else "",
    )  # fmt: skip


def _page(
    desk: Desk,
    status: int = 200,
    *,
    arrived: Sequence[Mapping[str, object]] | None = None,
    refused: Sequence[str] = (),
    problem: str = "",
    text: str = "",
) -> Response:
    most = desk.service.settings.limits.upload_bytes
    return desk.page(
        "upload.html", status, arrived=arrived, refused=refused, problem=problem, text=text,
        most=most, megabytes=f"{most / (1 << 20):.0f}", endings=ENDINGS, most_files=MOST_FILES,
    )  # fmt: skip


def _taken(
    service: Service, content: bytes | BinaryIO, name: str, client: str
) -> tuple[list[queue.Added], list[InputRefused]]:
    """What one file holds, taken in, and what of it could not be read."""
    reading = service.reading.read(content, name, client=client)
    most = service.settings.limits.articles_a_request
    if reading.more:
        return [], [InputRefused(name, say("inbox.too_many", most=f"{most:,}"))]
    if not reading.articles:
        return [], list(reading.refused) or [InputRefused(name, say("inbox.no_article"))]
    tags = service.tagger.tag_now([_name(article) for article in reading.articles])
    return service.intake.keep(tags, "upload"), list(reading.refused)


def _note(desk: Desk, name: str, wrong: Sequence[InputRefused], *, whole: bool) -> None:
    """Keep what could not be read among the refused files."""
    with desk.service.store.writing() as connection:
        refusals.note_upload(connection, name, wrong, whole=whole, by=desk.by)


def _name(article: Article) -> Article:
    """Pasted text has no file to name."""
    return replace(article, source=replace(article.source, path="")) if article.source.path == PASTED else article


@router.get("/refused")
def refused_page(desk: ReaderDesk, all: str = "", offset: Offset = 0) -> Response:
    """The files that nobody has seen to, the newest first; with ``all`` the others as well."""
    with desk.service.store.reading() as connection:
        listed, total = refusals.page(connection, all=bool(all), offset=offset, limit=A_PAGE)
    return desk.page(
        "refused.html", found=listed, total=total, offset=offset, limit=A_PAGE, all=bool(all),
        watched=desk.service.inbox is not None,
    )  # fmt: skip


@router.post("/refused/{number}/again")
def try_again(desk: EditorDesk, number: ArticleNumber) -> Response:
    """Put the file back into the watched folder."""
    inbox = desk.service.inbox
    refusal = _refusal(desk, number)
    if inbox is None or not refusal.place:
        raise Problem(409, say("inbox.no_retry"))
    try:
        inbox.try_again(refusal.place)
    except OSError as error:
        raise Problem(409, say("inbox.not_put_back", name=refusal.name, error=error.strerror or error)) from error
    with desk.service.store.writing() as connection:
        refusals.close(connection, number, desk.by)
        audit.note(connection, desk.by, "file tried again", refusal.name, address=desk.address)
    return desk.redirect("/refused", "toast.tried_again", name=refusal.name)


@router.post("/refused/close")
def close(desk: EditorDesk, number: Annotated[list[int] | None, Form(max_length=500)] = None) -> Response:
    """Take files off the list, without doing anything to them."""
    with desk.service.store.writing() as connection:
        count = sum(refusals.close(connection, one, desk.by) for one in number or ())
    return desk.redirect("/refused", "toast.seen_to", count=count)


def _refusal(desk: Desk, number: int) -> Refusal:
    with desk.service.store.reading() as connection:
        refusal = refusals.get(connection, number)
    if refusal is None:
        raise Problem(404, say("inbox.no_refusal", number=number))
    return refusal
