"""The pages' routes, and where their static files are."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
router = APIRouter(include_in_schema=False)


def error_page(request: Request, status: int, detail: str) -> Response | None:
    """An error as a page; None leaves it as problem+json."""
    return None
