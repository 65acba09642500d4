"""Tag articles that come as JSON; nothing is kept.

The request that comes most often, one article by the token, is answered before the framework's machinery.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classifier.article import Article
from classifier.errors import LanmuError
from classifier.reading.dates import normal_date
from lanmu.service.api.schemas import (
    ArticleIn,
    ArticlesIn,
    ExplainedOut,
    ExplainIn,
    ManyTaggedOut,
    TaggedOut,
)
from lanmu.service.container import Service, TheService
from lanmu.service.problems import Problem, problem_of, problem_response, problems
from lanmu.service.security.access import AskFirst, Reader
from lanmu.service.settings import ServiceLimits
from lanmu.service.tagger import Tags

router = APIRouter(route_class=AskFirst, tags=["tagging"], responses=problems(400, 401, 403, 413, 422, 503))
SINGLE = "/api/v1/tag"
_SINGLE_ROUTE = SimpleNamespace(path=SINGLE)
Explain = Annotated[bool, Query(description="Add the words that spoke for the category and against the runner-up.")]


@router.post("/tag", response_model=TaggedOut)
async def tag(article: ArticleIn, service: TheService, who: Reader, explain: Explain = False) -> Response:
    """Give one article its category."""
    tags = await service.tagger.tag([article_of(article, service.settings.limits)])
    return json_response(records(await explained(tags, service.settings.limits) if explain else tags)[0])


@router.post("/tag/many", response_model=ManyTaggedOut)
async def tag_many(given: ArticlesIn, service: TheService, who: Reader, explain: Explain = False) -> Response:
    """Give many articles their categories, in the order given."""
    limits = service.settings.limits
    most = limits.explained_a_request if explain else limits.articles_a_request
    if len(given.articles) > most:
        raise Problem(413, f"{len(given.articles):,} articles are more than {most:,} in a request; send them in pieces")
    tags = await service.tagger.tag([article_of(article, limits) for article in given.articles])
    return json_response({"articles": records(await explained(tags, limits) if explain else tags)})


@router.post("/explain", response_model=ExplainedOut)
async def explain(given: ExplainIn, service: TheService, who: Reader) -> Response:
    """Tag an article and say which words spoke for a category and against another, the strongest first."""
    article = article_of(given, service.settings.limits)
    _check_explained([article], service.settings.limits)
    tags = await service.tagger.tag([article])
    taxonomy = tags.model.taxonomy
    best, second = (category for category, _ in tags.articles[0].ranking[:2])
    category = taxonomy.find(given.category).id if given.category else best
    other = second if category == best else best
    against = taxonomy.find(given.against).id if given.against else other
    if category == against:
        raise Problem(422, f"{category} cannot be explained against itself; give another category as `against`")
    ids = taxonomy.ids
    evidence = await run_in_threadpool(
        tags.model.explainer.evidence, article.title, article.text, ids.index(category), ids.index(against)
    )
    tagged = replace(tags.articles[0], evidence=tuple(evidence[: given.limit]))
    record = records(replace(tags, articles=(tagged,)))[0]
    return json_response({"evidence": [], **record, "explained": category, "against": against})


def article_of(given: ArticleIn, limits: ServiceLimits) -> Article:
    """The article of a request; Problem 422 where it is empty, 413 where it is too long."""
    if not given.title.strip() and not given.text.strip():
        raise Problem(422, "the article has neither title nor text; give at least one")
    if len(given.text) > limits.article_chars or len(given.title) > limits.title_chars:
        most, most_title = limits.article_chars, limits.title_chars
        raise Problem(413, f"the article is too long; a text has at most {most:,} characters, a title {most_title:,}")
    return Article(given.id, given.title, given.text, date=normal_date(given.date))


async def explained(tags: Tags, limits: ServiceLimits) -> Tags:
    """The same with evidence, worked out in a thread beside the event loop; Problem 413 where it is too much."""
    _check_explained([tagged.article for tagged in tags.articles], limits)
    model = tags.model
    return await run_in_threadpool(
        lambda: replace(tags, articles=tuple(model.explain(tagged) for tagged in tags.articles))
    )


def _check_explained(articles: Sequence[Article], limits: ServiceLimits) -> None:
    size = sum(len(article.title) + len(article.text) for article in articles)
    if size > limits.explained_chars:
        most = limits.explained_chars
        raise Problem(413, f"{size:,} characters are more than the {most:,} that are explained in a request; send less")


def records(tags: Tags) -> list[dict[str, Any]]:
    """The tag contract of each article, with the model's name."""
    name = tags.model.manifest.name
    return [{**tagged.record(), "model": name} for tagged in tags.articles]


def json_response(content: Any, status: int = 200) -> Response:
    """JSON values as an answer."""
    return Response(json_bytes(content), status, media_type="application/json")


def json_bytes(content: Any) -> bytes:
    """JSON values in UTF-8; lone surrogates, which UTF-8 has no form for, become question marks."""
    try:
        return to_json(content)
    except ValueError:
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


class SingleArticle:
    """ASGI middleware that answers a plain ``POST /api/v1/tag`` with the token.

    Whatever is not plain (a session, a query, another content type, a body that is not of the form)
    goes on to the route of that path, which says the same of it; this only spares its overhead,
    half the time of such a request.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self.service = service
        self.expected = f"Bearer {service.settings.token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != SINGLE or not self._is_plain(scope):
            await self.app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        try:
            given = ArticleIn.model_validate_json(body)
        except ValidationError:
            await self.app(scope, _again(body, receive), send)
            return
        scope["route"] = _SINGLE_ROUTE
        try:
            tags = await self.service.tagger.tag([article_of(given, self.service.settings.limits)])
        except (Problem, LanmuError) as error:
            problem = error if isinstance(error, Problem) else problem_of(error)
            await problem_response(problem.status, problem.said, problem.headers)(scope, receive, send)
            return
        content = json_bytes(records(tags)[0])
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _is_plain(self, scope: Scope) -> bool:
        if scope["method"] != "POST" or scope["query_string"]:
            return False
        token = kind = b""
        for name, value in scope["headers"]:
            if name == b"authorization":
                token = value
            elif name == b"content-type":
                kind = value
        return kind == b"application/json" and hmac.compare_digest(token, self.expected)


def _again(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body, already read, once more."""
    given = False

    async def take() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return take
