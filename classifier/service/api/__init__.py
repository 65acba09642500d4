"""The service's own HTTP API under ``/api/v1``."""

from fastapi import APIRouter

from classifier.service.api import information, tagging

router = APIRouter(prefix="/api/v1")
router.include_router(tagging.router)
router.include_router(information.router)

__all__ = ["router"]
