"""Health, readiness and metrics."""

from __future__ import annotations

import os

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from lanmu.service.container import Service, TheService
from lanmu.service.security.access import AskFirst, open_reading

router = APIRouter(route_class=AskFirst, tags=["operation"])


class Health(BaseModel):
    status: str = Field(examples=["ok"])


class Readiness(BaseModel):
    """``problems`` says in words what does not work, though the service answers."""

    ready: bool
    model: str | None = Field(examples=["lanmu-1"])
    problems: list[str]


@router.get("/healthz")
async def health() -> Health:
    """Whether the process answers."""
    return Health(status="ok")


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
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


@router.get("/metrics", response_class=Response, dependencies=[Depends(open_reading)])
def metrics(service: TheService) -> Response:
    """Prometheus metrics."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _without_home(problem: str, service: Service) -> str:
    """A problem as strangers may read it: without where on this machine the data folder lies."""
    return problem.replace(f"{service.settings.home}{os.sep}", "").replace(
        str(service.settings.home), "the data folder"
    )
