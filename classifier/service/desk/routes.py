"""All pages' routes together."""

from __future__ import annotations

from fastapi import APIRouter

from classifier.service.desk import preferences, review, signing_in

router = APIRouter(include_in_schema=False)
for _pages in (preferences, signing_in, review):
    router.include_router(_pages.router)
