"""Who asks: a bearer token or a signed-in session, and what the role allows."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from lanmu.service.container import Service, service_of
from lanmu.service.problems import Problem
from lanmu.service.security.sign_in import COOKIE
from lanmu.service.settings import is_loopback
from lanmu.service.store.records import ROLES, Role

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
CHOOSE_PASSWORD = "choose a password of your own first"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.  ``csrf`` is what a session's forms and htmx requests must send back; empty for a token."""

    name: str
    role: Role
    via: Literal["token", "session"]
    csrf: str = ""
    must_change: bool = False

    def may(self, role: Role) -> bool:
        """Whether this role or a higher one is held."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Unauthorised(Problem):
    """Nobody signed in, or a wrong token."""

    def __init__(self, detail: str) -> None:
        super().__init__(401, detail, headers={"WWW-Authenticate": 'Bearer realm="lanmu"'})


async def principal_of(request: Request) -> Principal | None:
    """Who asks, or None; for a session that changes something, only with its CSRF token.

    Raises Unauthorised for a wrong token, Problem 403 for a missing or wrong CSRF token.
    """
    service = service_of(request)
    if authorisation := request.headers.get("authorization"):
        return _by_token(service, authorisation)
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    session = await run_in_threadpool(service.sign_ins.session, cookie)
    if session is None:
        return None
    user = session.user
    found = Principal(user.name, user.role, "session", session.csrf, user.must_change)
    if request.method not in _SAFE:
        await _check_csrf(request, session.csrf)
    return found


def needs(role: Role) -> object:
    """A dependency that gives the Principal, who has this role or a higher one; else 401 or 403."""

    async def dependency(request: Request) -> Principal:
        return await checked(request, role)

    return Depends(dependency)


async def checked(request: Request, role: Role) -> Principal:
    """The Principal, who has this role or a higher one; else Unauthorised or Problem 403."""
    found = await principal_of(request)
    if found is None:
        raise Unauthorised("give the token as `Authorization: Bearer TOKEN`, or sign in")
    if found.must_change:
        raise Problem(403, CHOOSE_PASSWORD)
    if not found.may(role):
        raise Problem(403, f"this needs the role {role}; {found.name} is {found.role}")
    return found


Reader = Annotated[Principal, needs("reader")]
Editor = Annotated[Principal, needs("editor")]
Admin = Annotated[Principal, needs("admin")]


def from_this_machine(request: Request) -> bool:
    """Whether the request surely comes from this machine: loopback on both ends, and no proxy between."""
    service = service_of(request)
    client = request.client.host if request.client else ""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    return service.settings.on_loopback and is_loopback(client) and not forwarded


async def open_reading(request: Request) -> None:
    """A dependency for what may be read without a token on this machine (or where the settings open it)."""
    if service_of(request).settings.open_reading or from_this_machine(request):
        return
    if await principal_of(request) is None:
        raise Unauthorised("from another machine this needs the token: `Authorization: Bearer TOKEN`")


async def open_learning(request: Request) -> None:
    """A dependency for Annif's ``learn``: an editor, unless the settings let everyone teach who may read."""
    if service_of(request).settings.open_learn and same_origin(request):
        await open_reading(request)
        return
    await checked(request, "editor")


def same_origin(request: Request) -> bool:
    """Whether a form comes from the service's own pages, by the headers browsers set."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


async def _check_csrf(request: Request, csrf: str) -> None:
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.headers.get("content-type", "").startswith(_FORMS):
        value = (await request.form()).get(CSRF_FIELD)
        given = value if isinstance(value, str) else ""
    if not same_origin(request) or not hmac.compare_digest(given.encode("utf-8", "replace"), csrf.encode()):
        raise Problem(403, "the form has expired or comes from another page; load the page again")


def _by_token(service: Service, authorisation: str) -> Principal:
    scheme, _, token = authorisation.partition(" ")
    given = token.strip().encode("utf-8", "replace")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given, service.settings.token.encode()):
        raise Unauthorised("the token is wrong; it stands in the data folder's file `token`")
    return Principal("token", "admin", "token")
