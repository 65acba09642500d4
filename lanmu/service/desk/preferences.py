"""Language and theme, kept in cookies; and the categories' colours as a stylesheet."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from lanmu.service.container import service_of
from lanmu.service.desk.categories import choosable_of, stylesheet
from lanmu.service.desk.languages import LANGUAGES
from lanmu.service.desk.rendering import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, local_path
from lanmu.service.security.access import AskFirst

router = APIRouter(route_class=AskFirst)
_YEAR = 365 * 24 * 3600


@router.get("/preferences")
def prefer(request: Request, language: str = "", theme: str = "", back: str = "/") -> Response:
    """Keep a choice of language or theme and go back; it changes how pages look, nothing else."""
    response = RedirectResponse(local_path(back), 303)
    secure = request.url.scheme == "https"
    for cookie, value, known in ((LANGUAGE_COOKIE, language, LANGUAGES), (THEME_COOKIE, theme, THEMES)):
        if value in known:
            response.set_cookie(cookie, value, max_age=_YEAR, path="/", samesite="lax", httponly=True, secure=secure)
    return response


@router.get("/desk/categories.css")
def category_colours(request: Request) -> Response:
    """The colours of the current model's categories."""
    css = stylesheet(choosable_of(service_of(request)))
    return Response(css, media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})
