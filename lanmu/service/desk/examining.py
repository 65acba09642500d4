"""Labels that may be wrong, and the report on training: started here, read here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import FileResponse, Response

from classifier.messages import say
from lanmu.service.desk.categories import ShownCategory
from lanmu.service.desk.filters import ArticleNumber
from lanmu.service.desk.rendering import Desk
from lanmu.service.jobs import JobKind
from lanmu.service.problems import Problem
from lanmu.service.security.access import Admin, AskFirst, Reader
from lanmu.service.store import waiting_labels

router = APIRouter(route_class=AskFirst)
REPORT: Final = "report.html"
_OWN_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; sandbox allow-scripts; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""The report has its scripts within; it runs apart from the desk, without its cookies."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A label that may be wrong; ``article`` is its number in the queue, where it came from the desk."""

    title: str
    category: ShownCategory
    instead: ShownCategory
    article: int | None


@router.get("/examine")
def examine_page(request: Request, who: Reader) -> Response:
    """The latest check of the labels and the latest report."""
    desk = Desk(request, who)
    jobs = desk.service.jobs
    check, report = (next(iter(jobs.latest(1, kind)), None) for kind in ("suspects", "report"))
    found = check.result.get("suspects", []) if check and check.result else []
    with desk.service.store.reading() as connection:
        numbers = waiting_labels.articles_of(connection, [str(one["id"]) for one in found])
    doubtful = [
        Doubtful(
            str(one["title"]), desk.categories[str(one["category"])], desk.categories[str(one["instead"])],
            numbers.get(str(one["id"])),
        )
        for one in found
    ]  # fmt: skip
    running = any(job is not None and job.status == "running" for job in (check, report))
    return desk.page("examine.html", check=check, report=report, doubtful=doubtful, running=running)


@router.post("/examine/start")
def start(request: Request, who: Admin, kind: Annotated[str, Form(max_length=20)]) -> Response:
    """Look for doubtful labels, or write the report."""
    desk = Desk(request, who)
    chosen: JobKind = "report" if kind == "report" else "suspects"
    desk.service.writer.flush()
    desk.service.jobs.begin(chosen, who.name, desk.address)
    return desk.redirect("/examine", f"toast.{chosen}_started")


@router.get("/examine/report/{number}")
def report_page(request: Request, who: Reader, number: ArticleNumber) -> Response:
    """The report that a job has written."""
    path = Desk(request, who).service.jobs.report_folder(number) / REPORT
    if not path.is_file():
        raise Problem(404, say("service.not_found"))
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": _OWN_POLICY})
