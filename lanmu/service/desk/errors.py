"""Errors as pages: what happened, in the reader's language, and the way on."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from lanmu.service.desk.rendering import Desk
from lanmu.service.desk.translating import translated
from lanmu.service.security.access import CHOOSE_PASSWORD

_KNOWN: Final = frozenset({400, 403, 404, 409, 413, 422, 429, 500, 503})


def error_page(request: Request, status: int, detail: str) -> Response | None:
    """An error as a page; who is not signed in goes to the sign-in page and from there back."""
    desk = Desk(request)
    if status == 401 and request.url.path not in ("/sign-in", "/password"):
        target = desk.here if request.method == "GET" else "/"
        return RedirectResponse("/sign-in" + (f"?next={quote(target)}" if target != "/" else ""), 303)
    if status == 403 and detail == CHOOSE_PASSWORD:
        return RedirectResponse("/password", 303)
    shown = status if status in _KNOWN else 400 if status < 500 else 500
    return desk.page("error.html", status, number=status, heading=desk.t(f"error.e{shown}"),
                     detail=translated(detail, desk.t))  # fmt: skip
