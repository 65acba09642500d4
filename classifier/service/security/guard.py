"""Guard: the outermost layer; names it answers to, sizes it takes, headers every answer carries."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classifier.service.problems import problem_response
from classifier.service.settings import Settings, is_loopback

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_STATIC = "/static/"


class TooLarge(Exception):
    """The body has grown beyond its bound while it was read."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the request is larger than {most:,} bytes; send it in pieces")


class Guard:
    """ASGI middleware.  ``most_bytes`` says how large the body of a path may be (None: its handler bounds it)."""

    def __init__(self, app: ASGIApp, settings: Settings, most_bytes: Callable[[str], int | None]) -> None:
        self.app = app
        self.settings = settings
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        headers = dict(scope["headers"])
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(message, path, scope.get("scheme") == "https")
            await send(message)

        if not self._answers_to(headers.get(b"host", b"").decode("latin-1")):
            response = problem_response(421, "this service does not go by that name; see --allow-host")
            await response(scope, receive, answer)
            return
        most = self.most_bytes(path)
        told = headers.get(b"content-length", b"")
        if most is not None and told.isdigit() and int(told) > most:
            await problem_response(413, str(TooLarge(most)))(scope, receive, answer)
            return
        taken = 0

        async def take() -> Message:
            nonlocal taken
            message = await receive()
            if most is not None and message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > most:
                    raise TooLarge(most)
            return message

        try:
            await self.app(scope, take, answer)
        except TooLarge as error:
            if started:
                raise
            await problem_response(413, str(error))(scope, receive, answer)

    def _answers_to(self, host: str) -> bool:
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        name = name.strip("[]").lower().rstrip(".")
        if self.settings.hosts:
            return name in self.settings.hosts or is_loopback(name)
        # A page elsewhere may point its own name at this machine; such a name is not answered.
        return not self.settings.on_loopback or is_loopback(name)


def _add_headers(message: Message, path: str, secure: bool) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if not path.startswith(_STATIC):
        headers.setdefault("Cache-Control", "no-store")
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
