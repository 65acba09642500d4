"""Tag articles: nothing is kept."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from classifier.article import Article
from classifier.service.api.schemas import ArticleIn, TaggedOut
from classifier.service.container import service_of
from classifier.service.problems import Problem
from classifier.service.security.access import Reader
from classifier.service.settings import ServiceLimits
from classifier.service.tagging import Tags

router = APIRouter(tags=["tagging"])
Explain = Annotated[bool, Query(description="Add the words that spoke for and against.")]


@router.post("/tag", response_model=TaggedOut)
async def tag(article: ArticleIn, request: Request, who: Reader, explain: Explain = False) -> Response:
    """Give one article its category."""
    service = service_of(request)
    tags = await service.tagger.tag([article_of(article, service.settings.limits)], explain=explain)
    return JSONResponse(records(tags)[0])


def article_of(given: ArticleIn, limits: ServiceLimits) -> Article:
    """The article of a request; Problem 422 where it is empty, 413 where it is too long."""
    if not given.title.strip() and not given.text.strip():
        raise Problem(422, "the article has neither title nor text; give at least one")
    if len(given.text) > limits.article_chars or len(given.title) > limits.title_chars:
        raise Problem(
            413, f"an article has at most {limits.article_chars:,} characters, a title {limits.title_chars:,}"
        )
    return Article(given.id, given.title, given.text, date=given.date)


def records(tags: Tags) -> list[dict[str, Any]]:
    """The tag contract of each article, with the model's name."""
    name = tags.model.manifest.name
    return [{**tagged.record(), "model": name} for tagged in tags.articles]
