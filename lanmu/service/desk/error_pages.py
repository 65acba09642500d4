"""Errors as pages: what happened, in the reader's language, and the way on."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from classifier.messages import Language, Said, text_of
from lanmu.service.container import service_of
from lanmu.service.desk.rendering import Desk
from lanmu.service.security.access import CHOOSE_PASSWORD, Principal
from lanmu.service.security.sign_in import COOKIE

_ARTICLE: Final = re.compile(r"/(?:articles|review)/(\d+)(?:/|$)")
_KNOWN: Final = frozenset({400, 403, 404, 409, 413, 422, 429, 500, 503})


def _door(desk: Desk) -> str:
    """The sign-in page, which knows the way back and, where there was a session, says that it has ended."""
    request = desk.request
    query: dict[str, str] = {}
    if COOKIE in request.cookies:
        query["ended"] = "yes" if request.method == "GET" else "step"
    target = desk.here if request.method == "GET" else urlsplit(request.headers.get("referer", "")).path
    if target not in ("", "/"):
        query["next"] = target
    return "/sign-in" + (f"?{urlencode(query, safe='/')}" if query else "")


def language_of(request: Request) -> Language:
    """The language of who asks."""
    return Desk(request).t.language


def error_page(request: Request, status: int, said: Said) -> Response | None:
    """An error as a page; who is not signed in goes to the sign-in page and from there back."""
    desk = Desk(request)
    if status == 401 and request.url.path not in ("/sign-in", "/password"):
        return RedirectResponse(_door(desk), 303)
    if status == 403 and said == CHOOSE_PASSWORD:
        return RedirectResponse("/password", 303)
    desk = Desk(request, find_signed_in(request))
    shown = status if status in _KNOWN else 400 if status < 500 else 500
    article = _ARTICLE.match(request.url.path)
    return desk.page(
        "error.html", status, number=status, heading=desk.t(f"error.e{shown}"), detail=text_of(said, desk.t.language),
        article=article[1] if article and status != 404 else "", back=_back(request),
    )  # fmt: skip


def find_signed_in(request: Request) -> Principal | None:
    """Who is signed in, for the frame of the page; errors of finding that out leave it empty."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        session = service_of(request).sign_ins.session(cookie)
    except Exception:  # what is wrong may be the store itself
        return None
    if session is None or session.user.must_change:
        return None
    return Principal.of_session(session, request)


def _back(request: Request) -> str:
    """The page of ours that a form was sent from."""
    came_from = urlsplit(request.headers.get("referer", ""))
    if request.method == "GET" or came_from.netloc != request.headers.get("host", ""):
        return ""
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")
