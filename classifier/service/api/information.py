"""What the service knows: categories and models."""

from __future__ import annotations

from fastapi import APIRouter, Request

from classifier.service.api.schemas import CategoriesOut, CategoryOut
from classifier.service.container import service_of
from classifier.service.security.access import Reader

router = APIRouter(tags=["information"])


@router.get("/categories")
async def categories(request: Request, who: Reader) -> CategoriesOut:
    """The categories of the current model, in its order."""
    model = service_of(request).champion.model
    found = [
        CategoryOut(id=c.id, name=c.name, name_en=c.name_en, description=c.description, colour=c.colour)
        for c in model.taxonomy
    ]
    return CategoriesOut(model=model.manifest.name, categories=found)
