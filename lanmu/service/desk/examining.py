"""Labels that may be wrong, what to label next, the report on training, drift: started here, read here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from starlette.responses import FileResponse, Response

from classifier.messages import say
from lanmu.service.desk.filters import ArticleNumber
from lanmu.service.desk.rendering import AdminDesk, Desk, ReaderDesk
from lanmu.service.jobs import Job, JobKind
from lanmu.service.problems import Problem
from lanmu.service.security.access import AskFirst
from lanmu.service.store import queue, waiting_labels

router = APIRouter(route_class=AskFirst)
REPORT: Final = "report.html"
EXAMINATIONS: Final[tuple[JobKind, ...]] = ("suspects", "next", "report", "drift")
_OWN_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""The report has its style within and no script; it stands apart from the desk, without its cookies."""


@router.get("/examine")
def examine_page(desk: ReaderDesk) -> Response:
    """The latest of each."""
    jobs = desk.service.jobs
    latest = {kind: next(iter(jobs.latest(1, kind)), None) for kind in EXAMINATIONS}
    suspects = _result(latest["suspects"], "suspects")
    with desk.service.store.reading() as connection:
        numbers = waiting_labels.articles_of(connection, [one["id"] for one in suspects])
        teaching = [queue.get(connection, int(number)) for number in _result(latest["next"], "next")]
    doubtful = [
        {
            "title": one["title"],
            "opening": one.get("opening", ""),
            "category": desk.categories[one["category"]],
            "instead": desk.categories[one["instead"]],
            "article": numbers.get(one["id"]),
        }
        for one in suspects
    ]
    return desk.page(
        "examine.html", latest=latest, doubtful=doubtful, teaching=[one for one in teaching if one is not None],
        months=_result(latest["drift"], "standing_out"),
        running=any(job is not None and job.status == "running" for job in latest.values()),
    )  # fmt: skip


@router.post("/examine/start")
def start(desk: AdminDesk, kind: Annotated[str, Form(max_length=20)]) -> Response:
    """Begin one of them."""
    chosen = next((known for known in EXAMINATIONS if known == kind), EXAMINATIONS[0])
    desk.service.writer.flush()
    desk.service.jobs.begin(chosen, desk.by, desk.address)
    return desk.redirect("/examine", f"toast.{chosen}_started")


def _result(job: Job | None, name: str) -> list[Any]:
    """A list of what a job found; empty where it has not ended well."""
    values = job.result.get(name, []) if job is not None and job.result else []
    return values if isinstance(values, list) else []


@router.get("/examine/drift/{number}")
def drift_page(desk: ReaderDesk, number: ArticleNumber) -> Response:
    """The page on drift that a job has written, in the reader's language."""
    return _apart(desk, desk.service.jobs.report_folder(number) / f"drift.{desk.t.language}.html")


@router.get("/examine/report/{number}")
def report_page(desk: ReaderDesk, number: ArticleNumber) -> Response:
    """The report that a job has written."""
    return _apart(desk, desk.service.jobs.report_folder(number) / REPORT)


def _apart(desk: Desk, path: Path) -> Response:
    """A page with a style of its own, which stands apart from the desk."""
    if not path.is_file():
        raise Problem(404, say("service.not_found"))
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": _OWN_POLICY})
