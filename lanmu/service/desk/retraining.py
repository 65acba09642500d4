"""The model: labels since the last training, training with its progress, the gate's report, promoting, rolling back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import StringConstraints
from starlette.responses import Response

from classifier.messages import Message, say, text_of_kept
from classifier.model.versions import Registry
from lanmu.service.desk.categories import ShownCategory
from lanmu.service.desk.filters import ArticleNumber, ShortText
from lanmu.service.desk.model_figures import FEWEST, LEAST, read_test, steps_of, strictness_of
from lanmu.service.desk.rendering import AdminDesk, Desk, ReaderDesk
from lanmu.service.jobs import Job
from lanmu.service.problems import Problem
from lanmu.service.security.access import AskFirst
from lanmu.service.store import audit, choices, deeds, queue, statistics

router = APIRouter(route_class=AskFirst)
LOG_LINES = 12
LOUD = 0.02
"""A change of a category's share from which it is marked as better or worse."""
MOST_CATEGORIES = 1_000
CategoryId = Annotated[str, StringConstraints(max_length=200)]


@router.get("/retrain")
def retrain_page(desk: ReaderDesk) -> Response:
    service = desk.service
    job = next(iter(service.jobs.latest(1)), None)
    done = next((one for one in service.jobs.latest(50) if one.status == "done"), None)
    since = done.started if done else None
    with service.store.reading() as connection:
        new = deeds.count_labelled_since(connection, since.timestamp() if since else 0.0)
        champion = service.champion
        stale = queue.count_stale(connection, champion.model.manifest.name) if champion.ready else 0
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
def job_part(desk: ReaderDesk, number: ArticleNumber) -> Response:
    """A training as far as it has come; the page asks again every second while it runs."""
    job = desk.service.jobs.get(number)
    response = desk.page("parts/job.html", **_show_job(desk, job))
    if job.status != "running":
        response.headers["HX-Refresh"] = "true"
        desk.leave_toast(response, f"toast.training_{job.status}")
    return response


@router.post("/retrain/start")
def start(desk: AdminDesk) -> Response:
    """Train a challenger on all labels."""
    desk.service.writer.flush()
    desk.service.jobs.begin("train", desk.by, desk.address)
    return desk.redirect("/retrain", "toast.training_started")


@router.post("/retrain/promote")
def promote(desk: AdminDesk, name: Annotated[str, Form(max_length=200)], sure: Annotated[str, Form()] = "") -> Response:
    """Make a version the current one; one the gate refused only with ``sure``."""
    if not _verdicts(desk).get(name, True) and not sure:
        return desk.redirect("/retrain", "toast.promote_unsure", name=name)
    desk.service.jobs.promote(name, desk.by, desk.address)
    return desk.redirect("/retrain", "toast.promoted", name=name)


@router.post("/retrain/rollback")
def rollback(desk: AdminDesk) -> Response:
    """Go back to the version before."""
    name = desk.service.jobs.rollback(desk.by, desk.address)
    return desk.redirect("/retrain", "toast.rolled_back", name=name)


@router.post("/retrain/threshold")
def change_threshold(desk: AdminDesk, model: ShortText, step: Annotated[int, Form(ge=0, le=1_000)]) -> Response:
    """Choose how sure the model must be; ``step`` counts the steps of the page, for the model it showed."""
    service = desk.service
    if service.settings.accept_accuracy is not None:
        raise Problem(409, say("service.threshold_fixed"))
    steps = steps_of(service.champion.model.review, (), ())
    if model != service.champion.model.manifest.name or step >= len(steps):
        raise Problem(409, say("service.model_changed"))
    accuracy = steps[step].accuracy
    with service.store.writing() as connection:
        choices.choose(connection, choices.ACCEPT_ACCURACY, accuracy, desk.by)
        audit.note(connection, desk.by, "threshold changed", f"{accuracy:g}", address=desk.address)
    service.champion.choose(accept_accuracy=accuracy)
    return desk.redirect("/retrain", "toast.threshold", share=f"{100 * accuracy:g}%")


@router.post("/retrain/strict")
def make_stricter(
    desk: AdminDesk,
    model: ShortText,
    category: Annotated[list[CategoryId], Form(max_length=MOST_CATEGORIES)],
    least: Annotated[list[float], Form(max_length=MOST_CATEGORIES)],
    shown: Annotated[list[float], Form(max_length=MOST_CATEGORIES)],
) -> Response:
    """Choose for single categories from which probability they are accepted, for the model that the page showed.

    The three lists go together.  ``shown`` is what the page showed as chosen: only what is another now
    is changed, so that a colleague's choices for other categories stay.
    """
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
        chosen = {**choices.read_strict_categories(connection), **changed}
        choices.choose(connection, choices.STRICT_CATEGORIES, chosen, desk.by)
        for name, now in changed.items():
            details = {"from": _name_least(before[name]), "to": _name_least(now)}
            audit.note(connection, desk.by, "category threshold changed", name, details, address=desk.address)
    champion.choose(strict=chosen)
    return desk.redirect("/retrain", "toast.strict", count=len(changed))


@router.post("/retrain/rejudge")
def rejudge(desk: AdminDesk) -> Response:
    """Let the current model judge again what waits for review."""
    count, accepted = desk.service.intake.judge_again()
    with desk.service.store.writing() as connection:
        audit.note(connection, desk.by, "judged again", str(count), {"accepted": accepted}, desk.address)
    return desk.redirect("/retrain", "toast.judged_again", count=count, accepted=accepted)


def _name_least(least: float) -> str:
    """A category's threshold as the audit log keeps it."""
    return "as all" if least == 0 else "never" if least > 1 else f"{100 * least:g}%"


def _show_job(desk: Desk, job: Job | None) -> dict[str, Any]:
    registry = Registry(desk.service.settings.models)
    versions = _versions(desk, registry)
    report: dict[str, Any] | None = None
    log: list[str] = []
    if job is not None:
        log = desk.service.jobs.log(job.number).strip().splitlines()[-LOG_LINES:]
        report = gate_report(job, desk)
    seconds = 0 if job is None else int(((job.ended or datetime.now(UTC)) - job.started).total_seconds())
    current = next((one for one in versions if one["name"] == registry.current), None)
    return {
        "now": current, "job": job, "log": log, "seconds": seconds, "report": report, "versions": versions,
        "current": registry.current, "previous": registry.previous, "champion": desk.service.champion,
    }  # fmt: skip


def _versions(desk: Desk, registry: Registry) -> list[dict[str, Any]]:
    """The versions of the model with what their making said of them, the newest first."""
    promoted = {event.name: event.time for event in registry.history() if event.action in ("promoted", "rolled back")}
    verdicts = _verdicts(desk)
    versions: list[dict[str, Any]] = []
    for version in sorted(registry.versions(), key=lambda one: one.path.stat().st_mtime, reverse=True):
        training = version.manifest.training if version.manifest else {}
        at = promoted.get(version.name)
        versions.append(
            {
                "version": version,
                "name": version.name,
                "labels": training.get("labels", {}).get("count"),
                "tested": read_test(training),
                "promoted": datetime.fromisoformat(at) if at else None,
                "recommended": verdicts.get(version.name),
            }
        )
    return versions


def _verdicts(desk: Desk) -> dict[str, bool]:
    """Whether the gate would promote each version that was trained here; the newest training of a name counts."""
    jobs = reversed(desk.service.jobs.latest(100))
    return {str(job.result["name"]): bool(job.result["promote"]) for job in jobs if job.result}


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """A category's share of right answers (0-1) on held-out articles, by the present version and the new one."""

    category: ShownCategory
    articles: int
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def tone(self) -> str:
        if abs(self.change) < LOUD:
            return ""
        return "better" if self.change > 0 else "worse"


def gate_report(job: Job, desk: Desk) -> dict[str, Any] | None:
    """What came of a finished training.

    ``figures`` are the gate's own numbers (training.promotion.gate).  ``changes`` are the categories
    in which the two versions differ, on the same held-out articles, and ``unchanged`` counts the
    others; where there is nothing to compare (``common`` is false), all categories of the new one.  ``same``: both
    give the same right answers on the articles that they have in common.
    """
    result = job.result
    if result is None:
        return None
    figures: Mapping[str, Any] = result.get("figures", {})
    common: Mapping[str, Mapping[str, int]] = figures.get("categories") or {}
    both = [
        CategoryChange(
            desk.categories[name],
            count["articles"],
            count["champion_right"] / count["articles"],
            count["challenger_right"] / count["articles"],
        )
        for name, count in common.items()
        if count["articles"]
    ]
    changes = [one for one in both if one.before != one.after]
    if not both:
        alone: Mapping[str, Mapping[str, float]] = result.get("metrics", {}).get("categories", {})
        changes = [
            CategoryChange(desk.categories[name], int(measured["support"]), measured["recall"], measured["recall"])
            for name, measured in alone.items()
        ]
    return {
        "name": str(result["name"]),
        "promote": bool(result["promote"]),
        "reasons": list(_sentences(result["reasons"], desk)),
        "figures": figures,
        "common": bool(both),
        "changes": sorted(changes, key=lambda one: desk.categories.index(one.category.id)),
        "unchanged": len(both) - len(changes) if both else 0,
        "same": bool(figures.get("holdout")) and not figures.get("won") and not figures.get("lost"),
    }


def _sentences(reasons: Sequence[Any], desk: Desk) -> Iterator[str]:
    """The gate's reasons in the reader's language, without the test's figure, which the log has."""
    for reason in reasons:
        if isinstance(reason, str):  # of before they had codes
            yield reason
        elif reason["code"] != "gate.chance":
            yield text_of_kept(Message.of_record(reason), desk.t.language)
