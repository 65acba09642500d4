"""The service's own HTTP API under ``/api/v1``."""

from fastapi import APIRouter

from lanmu.service.api import articles, model_versions, operation, tag_stream, tagging, uploads

router = APIRouter(prefix="/api/v1")
for part in (
    tagging.router, tag_stream.router, uploads.router, articles.router, articles.changes, model_versions.router,
    operation.router,
):  # fmt: skip
    router.include_router(part)
health_router = operation.health_router

__all__ = ["health_router", "router"]
