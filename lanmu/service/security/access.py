"""Who asks: a bearer token or a signed-in session, and what the role allows."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from classifier.messages import Message, say
from lanmu.service.container import Service, service_of
from lanmu.service.problems import Problem
from lanmu.service.security.guard import UNBOUNDED
from lanmu.service.security.sign_in import COOKIE
from lanmu.service.settings import is_loopback
from lanmu.service.store import accounts
from lanmu.service.store.accounts import Session, Token
from lanmu.service.store.records import ROLES, Role

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
CHOOSE_PASSWORD = say("account.choose_password")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SESSION = "lanmu.session"
_AT_THE_DOOR = "lanmu.at_the_door"
_ASKING: set[Callable[..., Any]] = set()
Asking = TypeVar("Asking", bound=Callable[..., Any])
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, and from where.  ``csrf`` is what a session's forms and htmx requests send back; empty for a token."""

    name: str
    role: Role
    via: Literal["token", "session"]
    address: str
    csrf: str = ""
    must_change: bool = False

    @classmethod
    def of_session(cls, session: Session, request: Request) -> Principal:
        user = session.user
        return cls(user.name, user.role, "session", address_of(request), session.csrf, user.must_change)

    def may(self, role: Role) -> bool:
        """Whether this role or a higher one is held."""
        return ROLES.index(self.role) >= ROLES.index(role)


class ForeignForm(Problem):
    """A form that is not, or no longer, of the service's own pages."""

    def __init__(self) -> None:
        super().__init__(403, say("account.form_expired"))


class Unauthorised(Problem):
    """Nobody signed in, or a wrong token."""

    def __init__(self, said: Message) -> None:
        super().__init__(401, said, headers={"WWW-Authenticate": 'Bearer realm="lanmu"'})


def address_of(request: Request) -> str:
    """Where a request comes from, for the audit log."""
    return request.client.host if request.client else ""


async def principal_of(request: Request) -> Principal | None:
    """Who asks, or None; for a session that changes something, only with its CSRF token.

    Raises Unauthorised for a wrong token, Problem 403 for a missing or wrong CSRF token.
    """
    service = service_of(request)
    if authorisation := request.headers.get("authorization"):
        return await _by_token(service, authorisation, address_of(request))
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    if _SESSION not in request.scope:
        request.scope[_SESSION] = await run_in_threadpool(service.sign_ins.session, cookie)
    session: Session | None = request.scope[_SESSION]
    if session is None:
        return None
    principal = Principal.of_session(session, request)
    if request.method not in _SAFE:
        await _check_csrf(request, session.csrf)
    return principal


def asks(dependency: Asking) -> Asking:
    """Mark a dependency that says who asks; a route with it (AskFirst) calls it before it reads the body."""
    _ASKING.add(dependency)
    return dependency


class AskFirst(APIRoute):
    """A route that finds out who asks before it takes in what he sends; routers of ours have it as ``route_class``.

    The framework reads and parses a body before it calls dependencies, so that anybody could fill
    memory and disk.  Only the CSRF token that a form carries within waits for the form.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        asking = [one.call for one in _all_within(self.dependant) if one.call in _ASKING]

        async def asked_first(request: Request) -> Response:
            if asking and request.method not in _SAFE:
                request.scope[_AT_THE_DOOR] = True
                for ask in asking:
                    await ask(request)
                request.scope[_AT_THE_DOOR] = False
            return await handler(request)

        return asked_first


def _all_within(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _all_within(one)


def needs(role: Role) -> object:
    """A dependency that gives the Principal, who has this role or a higher one; else 401 or 403."""

    @asks
    async def dependency(request: Request) -> Principal:
        return await checked(request, role)

    return Depends(dependency)


async def checked(request: Request, role: Role) -> Principal:
    """The Principal, who has this role or a higher one; else Unauthorised or Problem 403."""
    principal = await principal_of(request)
    if principal is None:
        raise Unauthorised(say("account.no_token"))
    if principal.must_change:
        raise Problem(403, CHOOSE_PASSWORD)
    if not principal.may(role):
        raise Problem(403, say("account.needs_role", role=role, name=principal.name, own=principal.role))
    return principal


Reader = Annotated[Principal, needs("reader")]
Editor = Annotated[Principal, needs("editor")]
Admin = Annotated[Principal, needs("admin")]


def from_this_machine(request: Request) -> bool:
    """Whether the request surely comes from this machine: loopback on both ends, and no proxy between."""
    service = service_of(request)
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    return service.settings.on_loopback and is_loopback(address_of(request)) and not forwarded


@asks
async def open_reading(request: Request) -> None:
    """A dependency for what may be read without a token on this machine (or where the settings open it)."""
    if service_of(request).settings.open_reading or from_this_machine(request):
        return
    if await principal_of(request) is None:
        raise Unauthorised(say("account.token_elsewhere"))


@asks
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
    bounded = not request.scope.get(UNBOUNDED, False)
    if not given and bounded and request.headers.get("content-type", "").startswith(_FORMS):
        if request.scope.get(_AT_THE_DOOR) and same_origin(request):
            return
        value = (await request.form()).get(CSRF_FIELD)
        given = value if isinstance(value, str) else ""
    if not same_origin(request) or not hmac.compare_digest(given.encode("utf-8", "replace"), csrf.encode()):
        raise ForeignForm


async def _by_token(service: Service, authorisation: str, address: str) -> Principal:
    scheme, _, given = authorisation.partition(" ")
    given = given.strip()
    if scheme.lower() == "bearer":
        if hmac.compare_digest(given.encode("utf-8", "replace"), service.settings.token.encode()):
            return Principal("token", "admin", "token", address)
        if given.startswith(accounts.TOKEN_PREFIX) and (
            token := await run_in_threadpool(_find_token, service, given[:200])
        ):
            return Principal(token.name, token.role, "token", address)
    raise Unauthorised(say("account.wrong_token"))


def _find_token(service: Service, secret: str) -> Token | None:
    """The key of a program, whose use is noted."""
    with service.store.reading() as connection:
        token = accounts.find_token(connection, secret)
    if token is not None and (token.used is None or time.time() - token.used.timestamp() > accounts.NOTED_EVERY):
        with service.store.writing() as connection:
            accounts.note_token_use(connection, token)
    return token
