"""Guard: the outermost layer; names it answers to, sizes it takes, headers every answer carries."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable, Iterable
from functools import lru_cache

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from classifier.messages import Message, Said, say
from lanmu.service.problems import problem_response
from lanmu.service.settings import ServiceLimits, Settings, is_loopback

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_NOT_KEPT = (b"cache-control", b"no-store")
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_STATIC = "/static/"
_SMALL_FORMS = ("/sign-in", "/sign-out", "/password", "/undo")


UNBOUNDED = "lanmu.unbounded"
"""In the scope of a request whose body may be of any length, so that it is never read as a whole."""


class BodyRefused(HTTPException):
    """The body has grown beyond its bound (413), or does not come (408); of a kind that the framework lets through."""

    def __init__(self, status: int, said: Message) -> None:
        self.said = said
        super().__init__(status, str(said))


def _too_large(most: int) -> BodyRefused:
    return BodyRefused(413, say("service.too_large", size=f"{most:,}"))


class Guard:
    """ASGI middleware.

    ``refusal`` makes the answer of what is refused here, for a browser a page.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        refusal: Callable[[Scope, int, Said], Response],
    ) -> None:
        self.app = app
        self.refusal = refusal
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked_for_head = scope["method"] == "HEAD"
        if asked_for_head:  # answered as GET without the content
            scope = {**scope, "method": "GET"}
        path: str = scope["path"]
        host = told = b""
        hosts = 0
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
                hosts += 1
            elif name == b"content-length":
                told = value
        started = False

        async def answer(message: AsgiMessage) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with_ours(message.get("headers", ()), path, scope.get("scheme") == "https")
            elif asked_for_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if hosts > 1:
            await problem_response(400, "the request names its host twice")(scope, receive, answer)
            return
        if not _answers_to(host, self.settings.hosts, self.settings.on_loopback):
            response = problem_response(421, "this service does not go by that name; see --allow-host")
            await response(scope, receive, answer)
            return
        most = _most_bytes(path, self.settings.limits)
        if most is not None and told.isdigit() and int(told) > most:
            await self.refusal(scope, 413, _too_large(most).said)(scope, receive, answer)
            return
        scope[UNBOUNDED] = most is None
        began = time.monotonic()
        taken = 0
        whole = False

        async def take() -> AsgiMessage:
            nonlocal taken, whole
            if whole:  # what comes now is the end of the connection, however late
                return await receive()
            limits = self.settings.limits
            left = limits.idle_seconds if most is None else limits.body_seconds - (time.monotonic() - began)
            try:
                async with asyncio.timeout(min(limits.idle_seconds, left)):
                    message = await receive()
            except TimeoutError:
                seconds = limits.idle_seconds if left > limits.idle_seconds else limits.body_seconds
                raise BodyRefused(408, say("service.too_slow", seconds=f"{seconds:g}")) from None
            whole = not message.get("more_body", False)
            if most is not None and message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > most:
                    raise _too_large(most)
            return message

        try:
            await self.app(scope, take, answer)
        except BodyRefused as error:
            if started:
                raise
            await self.refusal(scope, error.status_code, error.said)(scope, receive, answer)


def _most_bytes(path: str, limits: ServiceLimits) -> int | None:
    """How large the body of a request to a path may be; None: its handler bounds it line by line."""
    if path == "/api/v1/tag/stream":
        return None
    if path in _SMALL_FORMS:
        return limits.form_bytes
    return limits.upload_bytes if path.endswith(("/file", "/upload")) else limits.body_bytes


@lru_cache(maxsize=256)
def _answers_to(host: bytes, hosts: tuple[str, ...], on_loopback: bool) -> bool:
    told = host.decode("latin-1")
    name = told if told.endswith("]") else told.rsplit(":", 1)[0]
    name = name.strip("[]").lower().rstrip(".")
    if is_loopback(name) or name in hosts:
        return True
    # A page elsewhere may point its own name at this machine; such a name is not answered.  It cannot do
    # that with an address, nor with the name that this machine has itself.
    return not hosts and not on_loopback and (_is_address(name) or name == socket.gethostname().lower())


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _with_ours(headers: Iterable[tuple[bytes, bytes]], path: str, secure: bool) -> list[tuple[bytes, bytes]]:
    """The answer's headers and ours, where it does not set them itself."""
    all_headers = list(headers)
    given = {name.lower() for name, _ in all_headers}
    all_headers += [pair for pair in HEADERS if pair[0] not in given]
    if not path.startswith(_STATIC) and b"cache-control" not in given:
        all_headers.append(_NOT_KEPT)
    if secure:
        all_headers.append(_HTTPS_ONLY)
    return all_headers
