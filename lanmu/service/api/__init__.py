"""The service's own HTTP API under ``/api/v1``."""

from fastapi import APIRouter

from lanmu.service.api import articles, changes, inbox, models, tag_stream, tagging, uploads

router = APIRouter(prefix="/api/v1")
for part in (tagging, tag_stream, uploads, articles, changes, models, inbox):
    router.include_router(part.router)

__all__ = ["router"]
