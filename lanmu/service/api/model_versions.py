"""The model: its categories, its versions, and how the next one is trained."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path

from classifier.errors import ModelError
from classifier.messages import say
from classifier.model.model_files import MANIFEST
from classifier.model.versions import Registry
from classifier.taxonomy import Category
from lanmu.service.api import schemas
from lanmu.service.container import TheService
from lanmu.service.jobs import Job
from lanmu.service.problems import Problem, problems
from lanmu.service.security.access import Admin, AskFirst, Reader
from lanmu.version_figures import summarise

router = APIRouter(route_class=AskFirst, tags=["models"], responses=problems(401, 403))
Name = Annotated[str, Path(max_length=120, description="A version's name.", examples=["lanmu-1"])]
Number = Annotated[int, Path(ge=1, le=schemas.MOST_NUMBER)]
_LONG = frozenset({"answers", "label_ids", "label_columns"})


@router.get("/categories", response_model=schemas.CategoriesOut, responses=problems(503))
async def categories(service: TheService, who: Reader) -> dict[str, str | list[Category]]:
    """The categories of the current model, in its order."""
    model = service.champion.model
    return {"model": model.manifest.name, "categories": list(model.taxonomy)}


@router.get("/models", responses=problems(503))
def models(service: TheService, who: Reader) -> schemas.ModelsOut:
    """The versions of the model."""
    registry = Registry(service.settings.models)
    answering = service.champion.model.manifest.name if service.champion.ready else None
    listed = [schemas.ModelOut(**summarise(version)) for version in registry.versions()]
    return schemas.ModelsOut(current=registry.current, answering=answering, models=listed)


@router.get("/models/{name}", responses=problems(503, 404, 422))
def model(service: TheService, who: Reader, name: Name) -> schemas.ModelDetailsOut:
    """What a version says of itself: categories, features, review rule, what it was made from, its figures."""
    registry = Registry(service.settings.models)
    path = _find(registry, name)
    version = next((version for version in registry.versions() if version.name == name), None)
    if version is None or version.manifest is None:
        raise Problem(404, say("service.model_unusable", name=name, problem=version.problem if version else ""))
    manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    training = manifest.get("training", {})
    manifest["training"] = {key: value for key, value in training.items() if key not in _LONG}
    rule = service.champion.find_rule(version.manifest)
    accepted_from = {
        name: least if least <= 1 else None for name, least in rule.accepted_from(version.manifest.taxonomy.ids).items()
    }
    return schemas.ModelDetailsOut(**summarise(version), manifest=manifest, accepted_from=accepted_from)


@router.post("/models/{name}/promote", responses=problems(503, 400, 404, 422))
def promote(service: TheService, who: Admin, name: Name) -> schemas.MovedOut:
    """Make a version the current one; the service takes it over without dropping a request."""
    _find(Registry(service.settings.models), name)
    service.jobs.promote(name, who.name, who.address)
    return schemas.MovedOut(current=name)


@router.post("/models/rollback", responses=problems(503, 400))
def rollback(service: TheService, who: Admin) -> schemas.MovedOut:
    """Go back to the version that was current before."""
    return schemas.MovedOut(current=service.jobs.rollback(who.name, who.address))


@router.post("/trainings", status_code=202, response_model=schemas.TrainingOut, responses=problems(409))
def train(service: TheService, who: Admin) -> Job:
    """Train a new version on the labels file beside the running service; one training at a time."""
    return service.jobs.get(service.jobs.begin("train", who.name, who.address))


@router.get("/trainings", response_model=schemas.TrainingsOut)
def trainings(service: TheService, who: Reader) -> dict[str, list[Job]]:
    """The latest trainings, the newest first."""
    return {"trainings": service.jobs.latest()}


@router.get("/trainings/{number}", response_model=schemas.TrainingLogOut, responses=problems(404, 422))
def training(service: TheService, who: Reader, number: Number) -> dict[str, Any]:
    """One training: how it stands, what it has printed, and the gate's verdict once it is done."""
    return {**asdict(service.jobs.get(number)), "log": service.jobs.log(number)}


def _find(registry: Registry, name: str) -> FilePath:
    """Where a version lies; Problem 404 where there is none."""
    try:
        return registry.path(name)
    except ModelError as error:
        raise Problem(404, error.said) from error
