"""All pages' routes together."""

from __future__ import annotations

from fastapi import APIRouter

from lanmu.service.desk import (
    administration,
    articles,
    charts,
    downloading,
    examining,
    labels,
    mending,
    preferences,
    programs,
    refused,
    retraining,
    review,
    signing_in,
    today,
    uploading,
    user_dictionary,
    wishing,
)

router = APIRouter(include_in_schema=False)
for _pages in (
    preferences, signing_in, today, review, downloading, articles, labels, mending, charts, retraining, administration,
    programs, uploading, refused, examining, user_dictionary, wishing,
):  # fmt: skip
    router.include_router(_pages.router)
