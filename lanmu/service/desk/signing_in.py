"""What concerns only who looks: signing in and out, the password, the language and the theme of pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.desk.languages import LANGUAGES
from lanmu.service.desk.rendering import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Desk, local_path
from lanmu.service.problems import problem_of
from lanmu.service.security.access import (
    AskFirst,
    ForeignForm,
    Principal,
    Unauthorised,
    asks,
    principal_of,
    same_origin,
)
from lanmu.service.security.sign_in import COOKIE
from lanmu.service.store import accounts

router = APIRouter(route_class=AskFirst)
KNOWN_SECONDS = 30 * 24 * 3600
"""How long a browser keeps the cookie of a session that has ended, by which the door knows that there was one."""
_YEAR = 365 * 24 * 3600


@asks
async def _signed_in(request: Request) -> Principal:
    """Whoever is signed in, also one who must still choose a password."""
    principal = await principal_of(request)
    if principal is None:
        raise Unauthorised(say("account.sign_in_first"))
    return principal


SignedIn = Annotated[Principal, Depends(_signed_in)]
Asking = Annotated[Principal | None, Depends(principal_of)]


@router.get("/sign-in")
def sign_in_page(request: Request, who: Asking, next: str = "/", ended: str = "") -> Response:
    """The door; ``ended`` (yes, step) says that a session has ended, and that a step was lost with it."""
    desk = Desk(request)
    if who is not None:
        return desk.redirect(next)
    said = {"yes": "ended", "step": "ended_step"}.get(ended, "")
    return desk.page("sign_in.html", next=local_path(next), name="", problem="", ended=said)


@router.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1_000)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "/",
) -> Response:
    """Begin a session; its cookie is for the server only and stays on this site."""
    desk = Desk(request)
    if not same_origin(request):
        raise ForeignForm
    try:
        cookie = desk.service.sign_ins.sign_in(
            name.strip(), password, desk.address, instead_of=request.cookies.get(COOKIE, "")
        )
    except LanmuError as error:
        problem = problem_of(error)
        response: Response = desk.page(
            "sign_in.html", problem.status, next=local_path(next), name=name, ended="",
            problem=error.text(desk.t.language),
        )  # fmt: skip
        response.headers.update(problem.headers)
        return response
    response = desk.redirect(next)
    _keep(response, request, cookie, desk)
    return response


@router.post("/sign-out")
def sign_out(request: Request, who: SignedIn) -> Response:
    desk = Desk(request, who)
    desk.service.sign_ins.sign_out(request.cookies.get(COOKIE, ""), desk.address)
    response = desk.redirect("/sign-in", "signing.signed_out")
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/password")
def password_page(request: Request, who: SignedIn) -> Response:
    return Desk(request, who).page("password.html", problem="", must=who.must_change)


@router.post("/password")
def change_password(
    request: Request,
    who: SignedIn,
    old: Annotated[str, Form(max_length=1_000)] = "",
    new: Annotated[str, Form(max_length=1_000)] = "",
    again: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """Change one's own password; every session ends and a new one begins here."""
    desk = Desk(request, who)
    sign_ins = desk.service.sign_ins
    try:
        if new != again:
            raise LanmuError(say("account.new_differ"))
        with desk.service.store.reading() as connection:
            user = accounts.find_user(connection, who.name)
        if user is None or who.via != "session":
            raise LanmuError(say("account.token_has_none"))
        sign_ins.change_password(user, old, new, desk.address)
        cookie = sign_ins.sign_in(user.name, new, desk.address)
    except LanmuError as error:
        problem = error.text(desk.t.language)
        return desk.page("password.html", 422, problem=problem, must=who.must_change)
    response = desk.redirect("/", "signing.password_changed")
    _keep(response, request, cookie, desk)
    return response


@router.get("/preferences")
def prefer(request: Request, language: str = "", theme: str = "", back: str = "/") -> Response:
    """Keep a choice of language or theme and go back; it changes how pages look, nothing else."""
    response = RedirectResponse(local_path(back), 303)
    secure = request.url.scheme == "https"
    for cookie, value, known in ((LANGUAGE_COOKIE, language, LANGUAGES), (THEME_COOKIE, theme, THEMES)):
        if value in known:
            response.set_cookie(cookie, value, max_age=_YEAR, path="/", samesite="lax", httponly=True, secure=secure)
    return response


def _keep(response: Response, request: Request, cookie: str, desk: Desk) -> None:
    hours = desk.service.settings.limits.session_hours
    response.set_cookie(
        COOKIE, cookie, max_age=int(hours * 3600) + KNOWN_SECONDS, path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
