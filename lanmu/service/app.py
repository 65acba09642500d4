"""The web application: routes, pages, errors and the outermost guard, over one Service."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classifier.messages import Said
from lanmu.service import annif, api, desk, health
from lanmu.service.api.single import SingleArticle
from lanmu.service.container import Service, build_service
from lanmu.service.openapi import describe
from lanmu.service.problems import handle_problems, problem_response, wants_page
from lanmu.service.security.guard import Guard
from lanmu.service.settings import ServiceLimits, Settings

SMALL_FORMS = ("/sign-in", "/sign-out", "/password", "/undo")
DESCRIPTION = "Gives Chinese news articles their category (栏目), says how sure it is and why."


def create_app(settings: Settings, service: Service | None = None) -> ASGIApp:
    """The application over a data folder; ``service`` is one built already.

    The guard stands outermost, so that its headers are on every answer, those of failures too.
    """
    service = service or build_service(settings)
    routes = _routes(service)
    app = Measure(SingleArticle(routes, service), service)

    def refusal(scope: Scope, status: int, said: Said) -> Response:
        request = Request({**scope, "app": routes})
        page = desk.error_page(request, status, said) if wants_page(request) else None
        return page or problem_response(status, said)

    return Guard(app, settings, lambda path: most_bytes(path, settings.limits), refusal)


def _routes(service: Service) -> FastAPI:

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(service.start)
        yield
        await run_in_threadpool(service.stop)

    app = FastAPI(
        title="lanmu",
        version=version("lanmu"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.service = service
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.include_router(api.router)
    app.include_router(annif.router)
    app.include_router(health.router)
    app.include_router(desk.router)
    app.mount("/static", desk.serve_static, name="static")
    handle_problems(app, desk.error_page, desk.language_of)
    return app


def most_bytes(path: str, limits: ServiceLimits) -> int | None:
    """How large the body of a request to a path may be; None: its handler bounds it line by line."""
    if path == "/api/v1/tag/stream":
        return None
    if path in SMALL_FORMS:
        return limits.form_bytes
    return limits.upload_bytes if path.endswith(("/file", "/upload")) else limits.body_bytes


class Measure:
    """ASGI middleware that counts and times requests by their route."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self.metrics = service.metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self.metrics.answered(route, scope["method"], status, time.perf_counter() - start)
