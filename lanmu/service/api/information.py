"""What the service knows: categories, models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request

from classifier.errors import ModelError
from classifier.messages import say
from classifier.model.model_files import MANIFEST
from classifier.model.versions import Registry
from lanmu.service.api import schemas
from lanmu.service.container import service_of
from lanmu.service.problems import Problem, problems
from lanmu.service.security.access import Admin, AskFirst, Reader

if TYPE_CHECKING:
    from classifier.model.versions import Registry, Version

router = APIRouter(route_class=AskFirst, tags=["models"], responses=problems(401, 403, 503))
Name = Annotated[str, Path(max_length=120, description="A version's name.", examples=["lanmu-1"])]
_LONG = frozenset({"answers", "label_ids", "label_columns"})


@router.get("/categories")
async def categories(request: Request, who: Reader) -> schemas.CategoriesOut:
    """The categories of the current model, in its order."""
    model = service_of(request).champion.model
    listed = [
        schemas.CategoryOut(
            id=c.id,
            name=c.name,
            name_en=c.name_en,
            description=c.description,
            colour=c.colour,
            media_topic=c.media_topic,
            gbt_20093=c.gbt_20093,
        )
        for c in model.taxonomy
    ]
    return schemas.CategoriesOut(model=model.manifest.name, categories=listed)


@router.get("/models")
def models(request: Request, who: Reader) -> schemas.ModelsOut:
    """The versions of the model."""
    service = service_of(request)
    registry = _registry(request)
    answering = service.champion.model.manifest.name if service.champion.ready else None
    listed = [schemas.ModelOut(**_summary(version)) for version in registry.versions()]
    return schemas.ModelsOut(current=registry.current, answering=answering, models=listed)


@router.get("/models/{name}", responses=problems(404, 422))
def model(request: Request, who: Reader, name: Name) -> schemas.ModelDetailsOut:
    """What a version says of itself: categories, features, review rule, what it was made from, its figures."""
    import json

    registry = _registry(request)
    try:
        path = registry.path(name)
    except ModelError as error:
        raise Problem(404, error.said) from error
    version = next((version for version in registry.versions() if version.name == name), None)
    if version is None or version.manifest is None:
        raise Problem(404, say("service.model_unusable", name=name, problem=version.problem if version else ""))
    manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    training = manifest.get("training", {})
    manifest["training"] = {key: value for key, value in training.items() if key not in _LONG}
    rule = service_of(request).champion.find_rule(version.manifest)
    accepted_from = {
        name: least if least <= 1 else None for name, least in rule.accepted_from(version.manifest.taxonomy.ids).items()
    }
    return schemas.ModelDetailsOut(**_summary(version), manifest=manifest, accepted_from=accepted_from)


@router.post("/models/{name}/promote", responses=problems(400, 404, 422))
def promote(request: Request, who: Admin, name: Name) -> schemas.MovedOut:
    """Make a version the current one; the service takes it over without dropping a request."""
    service = service_of(request)
    try:
        _registry(request).path(name)
    except ModelError as error:
        raise Problem(404, error.said) from error
    service.jobs.promote(name, who.name, _address(request))
    return schemas.MovedOut(current=name)


@router.post("/models/rollback", responses=problems(400))
def rollback(request: Request, who: Admin) -> schemas.MovedOut:
    """Go back to the version that was current before."""
    return schemas.MovedOut(current=service_of(request).jobs.rollback(who.name, _address(request)))


def _registry(request: Request) -> Registry:
    return Registry(service_of(request).settings.models)


def _summary(version: Version) -> dict[str, Any]:
    from lanmu.commands.models import summary

    return summary(version.name, version.current, version.manifest, version.problem)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
