"""Retraining: started, followed, read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from lanmu.service.api import schemas
from lanmu.service.container import service_of
from lanmu.service.jobs import Job
from lanmu.service.problems import problems
from lanmu.service.security.access import Admin, AskFirst, Reader

router = APIRouter(route_class=AskFirst, prefix="/trainings", tags=["models"], responses=problems(401, 403))
Number = Annotated[int, Path(ge=1, le=schemas.MOST_NUMBER)]


@router.post("", status_code=202, responses=problems(409))
def train(request: Request, who: Admin) -> schemas.TrainingOut:
    """Train a new version on the labels file beside the running service; one training at a time."""
    service = service_of(request)
    number = service.jobs.train(who.name, request.client.host if request.client else "")
    return schemas.TrainingOut(**_record(service.jobs.get(number)))


@router.get("")
def trainings(request: Request, who: Reader) -> schemas.TrainingsOut:
    """The latest trainings, the newest first."""
    jobs = service_of(request).jobs.latest()
    return schemas.TrainingsOut(trainings=[schemas.TrainingOut(**_record(job)) for job in jobs])


@router.get("/{number}", responses=problems(404, 422))
def training(request: Request, who: Reader, number: Number) -> schemas.TrainingLogOut:
    """One training: how it stands, what it has printed, and the gate's verdict once it is done."""
    jobs = service_of(request).jobs
    return schemas.TrainingLogOut(**_record(jobs.get(number)), log=jobs.log(number))


def _record(job: Job) -> dict[str, Any]:
    return {
        "number": job.number,
        "status": job.status,
        "by": job.by,
        "started": job.started.isoformat(timespec="seconds"),
        "ended": job.ended.isoformat(timespec="seconds") if job.ended else None,
        "result": job.result,
        "error": job.error,
    }
