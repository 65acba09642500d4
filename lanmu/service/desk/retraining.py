"""The model: labels since the last training, training with its progress, the gate's report, promoting, rolling back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import StringConstraints
from starlette.responses import Response

from classifier.messages import say
from classifier.model.versions import Registry, Version
from lanmu.service.desk.filters import ArticleNumber
from lanmu.service.desk.gate_report import GateReport, gate_report
from lanmu.service.desk.model_figures import FEWEST, LEAST, Tested, read_test, steps_of, strictness_of
from lanmu.service.desk.rendering import Desk
from lanmu.service.jobs import Job
from lanmu.service.problems import Problem
from lanmu.service.security.access import Admin, AskFirst, Reader
from lanmu.service.store import audit, choices, deeds, rejudging, statistics

router = APIRouter(route_class=AskFirst)
LOG_LINES = 12
MOST_CATEGORIES = 1_000
CategoryId = Annotated[str, StringConstraints(max_length=200)]


@dataclass(frozen=True)
class ShownVersion:
    """A version of the model with what its making said of it."""

    version: Version
    labels: int | None
    tested: Tested | None
    promoted: datetime | None
    recommended: bool | None

    @property
    def name(self) -> str:
        return self.version.name


@router.get("/retrain")
def retrain_page(request: Request, who: Reader) -> Response:
    desk = Desk(request, who)
    service = desk.service
    job = next(iter(service.jobs.latest(1)), None)
    done = next((one for one in service.jobs.latest(50) if one.status == "done"), None)
    since = done.started if done else None
    with service.store.reading() as connection:
        new = deeds.count_labelled_since(connection, since.timestamp() if since else 0.0)
        champion = service.champion
        stale = rejudging.count_stale(connection, champion.model.manifest.name) if champion.ready else 0
        recent = statistics.recent_certainty(connection) if champion.ready else []
        checked = statistics.check_accepted(connection) if champion.ready else {}
    model = champion.model if champion.ready else None
    ids = model.taxonomy.ids if model else ()
    return desk.page(
        "retrain.html", steps=steps_of(model.review, ids, recent) if model else (), recent=len(recent),
        strictness=strictness_of(model.review, ids, recent, checked) if model and model.review.threshold <= 1 else (),
        fewest=FEWEST, fixed=service.settings.accept_accuracy is not None, new=new,
        new_total=sum(new.values()), since=since, stale=stale, **_show_job(desk, job),
    )  # fmt: skip


@router.get("/retrain/job/{number}")
def job_part(request: Request, who: Reader, number: ArticleNumber) -> Response:
    """A training as far as it has come; the page asks again every second while it runs."""
    desk = Desk(request, who)
    job = desk.service.jobs.get(number)
    response = desk.page("parts/job.html", **_show_job(desk, job))
    if job.status != "running":
        response.headers["HX-Refresh"] = "true"
        desk.leave_toast(response, f"toast.training_{job.status}")
    return response


@router.post("/retrain/start")
def start(request: Request, who: Admin) -> Response:
    """Train a challenger on all labels."""
    desk = Desk(request, who)
    desk.service.writer.flush()
    desk.service.jobs.train(who.name, desk.address)
    return desk.redirect("/retrain", "toast.training_started")


@router.post("/retrain/promote")
def promote(
    request: Request, who: Admin, name: Annotated[str, Form(max_length=200)], sure: Annotated[str, Form()] = ""
) -> Response:
    """Make a version the current one; one the gate refused only with ``sure``."""
    desk = Desk(request, who)
    if not _verdicts(desk).get(name, True) and not sure:
        return desk.redirect("/retrain", "toast.promote_unsure", name=name)
    desk.service.jobs.promote(name, who.name, desk.address)
    return desk.redirect("/retrain", "toast.promoted", name=name)


@router.post("/retrain/rollback")
def rollback(request: Request, who: Admin) -> Response:
    """Go back to the version before."""
    desk = Desk(request, who)
    name = desk.service.jobs.rollback(who.name, desk.address)
    return desk.redirect("/retrain", "toast.rolled_back", name=name)


@router.post("/retrain/threshold")
def change_threshold(
    request: Request,
    who: Admin,
    model: Annotated[str, Form(max_length=200)],
    step: Annotated[int, Form(ge=0, le=1_000)],
) -> Response:
    """Choose how sure the model must be; ``step`` counts the steps of the page, for the model it showed."""
    desk = Desk(request, who)
    service = desk.service
    if service.settings.accept_accuracy is not None:
        raise Problem(409, say("service.threshold_fixed"))
    steps = steps_of(service.champion.model.review, (), ())
    if model != service.champion.model.manifest.name or step >= len(steps):
        raise Problem(409, say("service.model_changed"))
    accuracy = steps[step].accuracy
    with service.store.writing() as connection:
        choices.choose_accept_accuracy(connection, accuracy, who.name)
        audit.note(connection, who.name, "threshold changed", f"{accuracy:g}", address=desk.address)
    service.champion.accept_at(accuracy)
    return desk.redirect("/retrain", "toast.threshold", share=f"{100 * accuracy:g}%")


@router.post("/retrain/strict")
def make_stricter(
    request: Request,
    who: Admin,
    model: Annotated[str, Form(max_length=200)],
    category: Annotated[list[CategoryId], Form(max_length=MOST_CATEGORIES)],
    least: Annotated[list[float], Form(max_length=MOST_CATEGORIES)],
    shown: Annotated[list[float], Form(max_length=MOST_CATEGORIES)],
) -> Response:
    """Choose for single categories from which probability they are accepted, for the model that the page showed.

    The three lists go together.  ``shown`` is what the page showed as chosen: only what is another now
    is changed, so that a colleague's choices for other categories stay.
    """
    desk = Desk(request, who)
    champion = desk.service.champion
    rule, ids = champion.model.review, champion.model.taxonomy.ids
    fits = len(category) == len(least) == len(shown) and set(category) <= set(ids)
    if model != champion.model.manifest.name or not fits:
        raise Problem(409, say("service.model_changed"))
    before = dict(zip(ids, rule.least or (0.0,) * len(ids), strict=True))
    wished = {name: now for name, now, then in zip(category, least, shown, strict=True) if now != then}
    if unknown := [now for name, now in wished.items() if now not in (0.0, before[name], *LEAST)]:
        raise Problem(422, say("service.no_least", given=f"{unknown[0]:g}"))
    changed = {name: now for name, now in wished.items() if now != before[name]}
    if not changed:
        return desk.redirect("/retrain", "toast.strict_same")
    with desk.service.store.writing() as connection:
        chosen = choices.choose_strict_categories(connection, changed, who.name)
        for name, now in changed.items():
            details = {"from": _name_least(before[name]), "to": _name_least(now)}
            audit.note(connection, who.name, "category threshold changed", name, details, address=desk.address)
    champion.be_strict(chosen)
    return desk.redirect("/retrain", "toast.strict", count=len(changed))


@router.post("/retrain/rejudge")
def rejudge(request: Request, who: Admin) -> Response:
    """Let the current model judge again what waits for review."""
    desk = Desk(request, who)
    done = desk.service.intake.judge_again()
    with desk.service.store.writing() as connection:
        audit.note(connection, who.name, "judged again", str(done.articles), {"accepted": done.accepted}, desk.address)
    return desk.redirect("/retrain", "toast.judged_again", count=done.articles, accepted=done.accepted)


def _name_least(least: float) -> str:
    """A category's threshold as the audit log keeps it."""
    return "as all" if least == 0 else "never" if least > 1 else f"{100 * least:g}%"


def _show_job(desk: Desk, job: Job | None) -> dict[str, Any]:
    registry = Registry(desk.service.settings.models)
    versions = _versions(desk, registry)
    report: GateReport | None = None
    log: list[str] = []
    if job is not None:
        log = desk.service.jobs.log(job.number).strip().splitlines()[-LOG_LINES:]
        report = gate_report(job, desk)
    seconds = 0 if job is None else int(((job.ended or datetime.now(UTC)) - job.started).total_seconds())
    current = next((one for one in versions if one.name == registry.current), None)
    return {
        "now": current, "job": job, "log": log, "seconds": seconds, "report": report, "versions": versions,
        "current": registry.current, "previous": registry.previous, "champion": desk.service.champion,
    }  # fmt: skip


def _versions(desk: Desk, registry: Registry) -> list[ShownVersion]:
    promoted = {event.name: event.time for event in registry.history() if event.action in ("promoted", "rolled back")}
    verdicts = _verdicts(desk)
    versions: list[ShownVersion] = []
    for version in registry.versions():
        training = version.manifest.training if version.manifest else {}
        at = promoted.get(version.name)
        versions.append(
            ShownVersion(
                version,
                training.get("labels", {}).get("count"),
                read_test(training),
                datetime.fromisoformat(at) if at else None,
                verdicts.get(version.name),
            )
        )
    return sorted(versions, key=lambda one: one.version.path.stat().st_mtime, reverse=True)


def _verdicts(desk: Desk) -> dict[str, bool]:
    """Whether the gate would promote each version that was trained here; the newest training of a name counts."""
    jobs = reversed(desk.service.jobs.latest(100))
    return {str(job.result["name"]): bool(job.result["promote"]) for job in jobs if job.result}
