"""The web application: routes, pages, errors and the outermost guard, over one Service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from classifier.messages import Said
from lanmu.service import annif, api, desk
from lanmu.service.api.tagging import SingleArticle
from lanmu.service.container import Service
from lanmu.service.problems import ProblemDetails, handle_problems, problem_response, wants_page
from lanmu.service.prometheus import Measure
from lanmu.service.security.guard import Guard
from lanmu.service.security.sign_in import COOKIE

TAGS = [
    {"name": "tagging", "description": "Articles in, categories out; nothing is kept."},
    {"name": "queue", "description": "Articles that are kept for the desk, and what people say of them."},
    {"name": "models", "description": "Categories, versions of the model, training."},
    {"name": "annif", "description": "The API of Annif (https://annif.org), for its clients."},
    {"name": "operation", "description": "Health, readiness, metrics."},
]
DESCRIPTION = "Gives Chinese news articles their category (栏目), says how sure it is and why."


def create_app(service: Service) -> ASGIApp:
    """The application; the guard stands outermost, so that its headers are on every answer, those of failures too."""
    routes = _routes(service)
    app = Measure(SingleArticle(routes, service), service.metrics)

    def refusal(scope: Scope, status: int, said: Said) -> Response:
        request = Request({**scope, "app": routes})
        page = desk.error_page(request, status, said) if wants_page(request) else None
        return page or problem_response(status, said)

    return Guard(app, service.settings, refusal)


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
    app.include_router(api.health_router)
    app.include_router(desk.router)
    app.mount("/static", desk.serve_static, name="static")
    handle_problems(app, desk.error_page, desk.language_of)
    return app


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, made once, with the one form of errors and the two ways to say who asks."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=TAGS
        )
        components = schema.setdefault("components", {})
        problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        components.setdefault("schemas", {})["ProblemDetails"] = problem
        components["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "The token of the data folder."},
            "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "A sign-in at the desk."},
        }
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                if path.startswith("/api/"):
                    operation["security"] = [{"token": []}, {"session": []}]
        app.openapi_schema = schema
    return app.openapi_schema
