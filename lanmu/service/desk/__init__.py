"""The desk: server-rendered pages on which a person labels the doubtful articles."""

from fastapi import APIRouter

from lanmu.service.desk import (
    administration,
    archive_charts,
    downloading,
    examining,
    mend_forms,
    programs,
    queue_pages,
    retraining,
    review_pages,
    signing_in,
    static_files,
    uploading,
    wishing,
)
from lanmu.service.desk.error_pages import error_page, language_of
from lanmu.service.desk.static_files import serve_static

router = APIRouter(include_in_schema=False)
for _pages in (
    signing_in, static_files, review_pages, downloading, queue_pages, mend_forms, archive_charts, retraining,
    administration, programs, uploading, examining, wishing,
):  # fmt: skip
    router.include_router(_pages.router)

__all__ = ["error_page", "language_of", "router", "serve_static"]
