"""Errors as problem+json (RFC 9457), one form for the whole API; pages may show them in their own way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from classifier.errors import InputRefused, LanmuError, UnknownCategory
from classifier.messages import Language, Message, Said, say, text_of
from lanmu.service.champion import NotReady
from lanmu.service.jobs import JobRunning, NoSuchJob
from lanmu.service.security.sign_in import SignInRefused, TooManyTries
from lanmu.service.store import StoreUnusable
from lanmu.service.store.labelling import AnotherCard, LabelledMeanwhile, NoSuchArticle
from lanmu.service.store.mendings import MendedSince
from lanmu.service.tagger import Overloaded

log = logging.getLogger("lanmu.service")
Page = Callable[[Request, int, Said], Response | None]
"""Makes a page of an error (status, what it says) for a browser, or None to leave it as problem+json."""
_MOST_FINDINGS = 20
_SHOWN = 200


class ProblemDetails(BaseModel):
    """What went wrong and what to do about it (RFC 9457)."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["Service Unavailable"])
    status: int = Field(examples=[503])
    detail: str = Field(examples=["4,096 articles wait already; try again soon"])
    code: str | None = Field(None, description="What went wrong by its code, which stays when words change.")
    errors: list[dict[str, Any]] | None = Field(None, description="What is wrong with which part of the request.")


PROBLEM = "application/problem+json"
_SAYS = {
    400: "The request cannot be understood.",
    401: "No token, or a wrong one.",
    403: "The role does not allow it.",
    404: "There is no such thing.",
    408: "The rest of the request did not come.",
    409: "It does not fit the present state.",
    410: "It is no longer kept.",
    413: "Too large.",
    415: "Another content type is needed.",
    422: "The request is not of the form.",
    429: "Too many tries; Retry-After says how long to wait.",
    503: "Too much to do, no model yet, or the database cannot be used; Retry-After says how long to wait.",
}

_STATUSES: Final[tuple[tuple[type[LanmuError], int], ...]] = (
    (SignInRefused, 401),
    (NoSuchArticle, 404),
    (NoSuchJob, 404),
    (LabelledMeanwhile, 409),
    (AnotherCard, 409),
    (MendedSince, 409),
    (JobRunning, 409),
    (InputRefused, 422),
    (UnknownCategory, 422),
)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for its OpenAPI description."""
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {status: {"description": _SAYS[status], "content": {PROBLEM: {"schema": schema}}} for status in statuses}


class Problem(Exception):
    """Ends a request with this status; ``said`` is told programs in English, people in their language."""

    def __init__(self, status: int, said: Said, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text_of(said))
        self.status = status
        self.said = said
        self.headers = dict(headers or {})

    @property
    def detail(self) -> str:
        return text_of(self.said)


def problem_response(
    status: int,
    said: Said,
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, Any]] | None = None,
    *,
    language: Language = "en",
) -> JSONResponse:
    """The answer for a problem; programs get it in English."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": text_of(said, language)}
    if isinstance(said, Message):
        body["code"] = said.code
    if errors is not None:
        body["errors"] = errors
    return JSONResponse(body, status, dict(headers or {}), PROBLEM)


def problem_of(error: LanmuError) -> Problem:
    """The status that fits an error of ours."""
    if isinstance(error, Overloaded | NotReady | StoreUnusable | TooManyTries):
        status = 429 if isinstance(error, TooManyTries) else 503
        return Problem(status, error.said, {"Retry-After": str(error.retry_after)})
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 400)
    if isinstance(error, InputRefused):
        return Problem(status, say("service.named", name=error.name, reason=error.said))
    return Problem(status, error.said)


def handle_problems(app: FastAPI, page: Page, language: Callable[[Request], Language]) -> None:
    """Answer every error of the app: a browser gets ``page``, a script of our pages its reader's ``language``."""

    def answered(request: Request, problem: Problem, errors: list[dict[str, Any]] | None = None) -> Response:
        if wants_page(request):
            shown = page(request, problem.status, problem.said)
            if shown is not None:
                for name, value in problem.headers.items():
                    shown.headers.setdefault(name, value)
                return shown
        spoken: Language = "en" if is_for_programs(request) else language(request)
        return problem_response(problem.status, problem.said, problem.headers, errors, language=spoken)

    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> Response:
        return answered(request, error)

    @app.exception_handler(LanmuError)
    async def on_lanmu_error(request: Request, error: LanmuError) -> Response:
        return answered(request, problem_of(error))

    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> Response:
        said = getattr(error, "said", None)
        if said is None:
            said = say("service.not_found") if error.detail == "Not Found" else str(error.detail)
        return answered(request, Problem(error.status_code, said, error.headers))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        if (needed := _content_type_needed(request, error)) is not None:
            return answered(request, Problem(415, say("service.content_type", needed=needed)))
        findings = [
            {"where": "/".join(str(part) for part in finding["loc"])[:_SHOWN], "problem": _words(finding)[:_SHOWN]}
            for finding in error.errors()[:_MOST_FINDINGS]
        ]
        first = (
            say("service.field", where=findings[0]["where"], problem=findings[0]["problem"])
            if findings
            else say("service.form")
        )
        return answered(request, Problem(422, first), findings)

    @app.exception_handler(OperationalError)
    async def on_store_error(request: Request, error: OperationalError) -> Response:
        log.error("%s %s: the database does not answer (%s)", request.method, request.url.path, error.orig)
        return answered(request, Problem(503, say("service.store_busy"), {"Retry-After": "5"}))

    @app.exception_handler(Exception)
    async def on_error(request: Request, error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return answered(request, Problem(500, say("service.broken")))


def _words(finding: Mapping[str, Any]) -> str:
    if finding.get("type") == "extra_forbidden":
        return "unknown field; check its spelling, or leave it out"
    return str(finding["msg"])


def _content_type_needed(request: Request, error: RequestValidationError) -> str | None:
    """The content type that a request should have had, where that is why its body was not understood."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    for finding in error.errors():
        if tuple(finding["loc"])[:1] != ("body",):
            continue
        if len(finding["loc"]) == 1 and finding["type"] in ("model_attributes_type", "dict_type", "missing"):
            if not (given == "application/json" or given.endswith("+json")):
                return "application/json"
        elif finding["loc"][-1] == "file" and finding["type"] == "missing" and given != "multipart/form-data":
            return "multipart/form-data"
    return None


def wants_page(request: Request) -> bool:
    """Whether a browser asks, and not a program."""
    return not is_for_programs(request) and "text/html" in request.headers.get("accept", "")


def is_for_programs(request: Request) -> bool:
    """Whether the address is one of the API, which speaks English."""
    return request.url.path.startswith(("/api/", "/v1"))
