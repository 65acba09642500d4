"""How the service stands: health, readiness and metrics, the watched folder, and what its webhook could not deliver."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from classifier.messages import say
from lanmu.service.container import Service, TheService
from lanmu.service.inbox.watching import WatchedFolder
from lanmu.service.problems import Problem, problems
from lanmu.service.security.access import Admin, AskFirst, Editor, open_reading
from lanmu.service.store import audit, change_log

health_router = APIRouter(route_class=AskFirst, tags=["operation"])
"""What stands outside of ``/api/v1``, where machines look for it."""
router = APIRouter(route_class=AskFirst, prefix="/inbox", tags=["operation"], responses=problems(401, 403, 404))


class Health(BaseModel):
    status: str = Field(examples=["ok"])


class Readiness(BaseModel):
    """``problems`` says in words what does not work, though the service answers."""

    ready: bool
    model: str | None = Field(examples=["lanmu-1"])
    problems: list[str]


@health_router.get("/healthz")
async def health() -> Health:
    """Whether the process answers."""
    return Health(status="ok")


@health_router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def readiness(service: TheService) -> Response:
    """Whether articles can be tagged; 503 while the model is loading.

    On the first start with an empty cache it is 200 while the kernel is still being compiled: until then the
    same model answers more slowly.
    """
    champion = service.champion
    name = champion.model.manifest.name if champion.ready else None
    body = {
        "ready": champion.ready,
        "model": name,
        "problems": [_without_home(str(problem), service) for problem in service.problems],
    }
    return JSONResponse(body, 200 if champion.ready else 503)


@health_router.get("/metrics", response_class=Response, dependencies=[Depends(open_reading)])
def metrics(service: TheService) -> Response:
    """Prometheus metrics."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


class DeadDeliveryOut(BaseModel):
    """A change that the webhook's receiver did not take in all its tries."""

    change: int = Field(description="The change's number, as in `/api/v1/changes`.")
    article: int = Field(description="The article's number in the queue.")
    title: str
    tries: int
    error: str = Field(examples=["answered 500"])


class WebhookOut(BaseModel):
    host: str = Field(examples=["cms.example.com"])
    waiting: int = Field(description="Changes on their way.")
    dead: int = Field(description="Changes given up.")
    given_up: list[DeadDeliveryOut] = Field(description="The latest 50 given up.")


class InboxOut(BaseModel):
    """Files and results are counted since the service started."""

    folder: str = Field(examples=["/var/lib/lanmu/inbox"])
    waiting: int = Field(description="Files that lie in the folder.")
    done: int
    refused: int
    new: int = Field(description="New results.")
    problems: list[str] = Field(description="What does not work, in words.")
    webhook: WebhookOut | None


class RetriedOut(BaseModel):
    retried: int


@router.get("", response_model=InboxOut)
def inbox(service: TheService, who: Editor) -> dict[str, Any]:
    """How the watched folder and its webhook stand; 404 where no folder is watched."""
    folder = _inbox(service)
    webhook: dict[str, Any] | None = None
    if folder.outgoing.webhook is not None:
        with service.store.reading() as connection:
            counts, given_up = change_log.count_deliveries(connection), change_log.dead_deliveries(connection)
        webhook = {"host": folder.outgoing.webhook.host, **counts, "given_up": given_up}
    return {**asdict(folder.state), "webhook": webhook}


@router.post("/webhook/retry")
def retry(service: TheService, who: Admin) -> RetriedOut:
    """Send the changes that were given up once more, from the first try on."""
    folder = _inbox(service)
    with service.store.writing() as connection:
        count = change_log.revive_deliveries(connection)
        if count:
            audit.note(connection, who.name, "deliveries tried again", details={"count": count}, address=who.address)
    folder.outgoing.wake()
    return RetriedOut(retried=count)


def _inbox(service: Service) -> WatchedFolder:
    if service.inbox is None:
        raise Problem(404, say("service.no_inbox"))
    return service.inbox


def _without_home(problem: str, service: Service) -> str:
    """A problem as strangers may read it: without where on this machine the data folder lies."""
    return problem.replace(f"{service.settings.home}{os.sep}", "").replace(
        str(service.settings.home), "the data folder"
    )
