"""All pages' routes together."""

from __future__ import annotations

from fastapi import APIRouter

from lanmu.service.desk import (
    administration,
    charts,
    downloading,
    examining,
    label_log,
    mend_forms,
    preferences,
    programs,
    queue_pages,
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
    preferences, signing_in, today, review, downloading, queue_pages, label_log, mend_forms, charts, retraining,
    administration, programs, uploading, refused, examining, user_dictionary, wishing,
):  # fmt: skip
    router.include_router(_pages.router)
