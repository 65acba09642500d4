"""The OpenAPI description, with the one form of errors and the two ways to say who asks."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from lanmu.service.problems import ProblemDetails
from lanmu.service.security.sign_in import COOKIE

TAGS = [
    {"name": "tagging", "description": "Articles in, categories out; nothing is kept."},
    {"name": "queue", "description": "Articles that are kept for the desk, and what people say of them."},
    {"name": "models", "description": "Categories, versions of the model, training."},
    {"name": "annif", "description": "The API of Annif (https://annif.org), for its clients."},
    {"name": "operation", "description": "Health, readiness, metrics."},
]


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an app, made once."""
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
