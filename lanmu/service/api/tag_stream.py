"""Tag a stream: JSON Lines in, JSON Lines out, in order, while the lines still come."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from classifier.article import Article
from classifier.errors import LanmuError
from lanmu.service.api.schemas import EXAMPLE, LineIn
from lanmu.service.api.tagging import article_of, json_bytes, records
from lanmu.service.container import Service, TheService
from lanmu.service.problems import Problem, problems
from lanmu.service.security.access import AskFirst, Reader
from lanmu.service.tagger import Overloaded, Tags

router = APIRouter(route_class=AskFirst, tags=["tagging"], responses=problems(401, 403, 413, 415, 503))
JSON_LINES = "application/x-ndjson"
KINDS = (JSON_LINES, "application/jsonl", "application/jsonlines", "application/json-lines")
AT_ONCE = 64
PATIENCE = 0.05
_EXAMPLE = to_json(EXAMPLE).decode() + "\n"


@router.post(
    "/tag/stream",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "A line for each line that came, in order: an article as `/tag` gives it, or "
            '`{"line": 3, "error": "…"}` for one that is refused.',
            "content": {JSON_LINES: {"schema": {"type": "string"}}},
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "One article a line, as `/tag` takes it.  Any number of lines.",
            "content": {JSON_LINES: {"schema": {"type": "string"}, "example": _EXAMPLE}},
        }
    },
)
async def tag_stream(request: Request, service: TheService, who: Reader) -> StreamingResponse:
    """Tag any number of articles, one a line, with answers as they are ready."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in KINDS:
        raise Problem(415, f"a stream is {JSON_LINES}, one JSON object a line")
    service.champion.model  # noqa: B018 - no stream begins while there is no model
    return DuplexResponse(_answers(request, service), media_type=JSON_LINES)


class DuplexResponse(StreamingResponse):
    """A response that is made while the request still comes: it leaves the request's messages to its body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.stream_response(send)
        except ClientDisconnect:
            pass


async def _answers(request: Request, service: Service) -> AsyncIterator[bytes]:
    """Answer the lines in groups: what has come so far, up to AT_ONCE."""
    waiting: list[tuple[int, Article | str]] = []
    number = 0
    async for line in _lines(request.stream(), service.settings.limits.line_bytes):
        if line is None:
            if waiting:
                yield await _answered(waiting, service)
                waiting = []
            continue
        number += 1
        if line == b"":
            continue
        waiting.append((number, _article(line, service)))
        if len(waiting) == AT_ONCE:
            yield await _answered(waiting, service)
            waiting = []
    if waiting:
        yield await _answered(waiting, service)


async def _lines(pieces: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes | None]:
    """The lines of a stream (a line beyond ``most`` bytes as its first bytes), and None where more is awaited."""
    rest = b""
    skipping = False
    async for piece in pieces:
        *whole, last = (rest + piece).split(b"\n") if not skipping else piece.split(b"\n")
        if skipping and whole:
            whole = whole[1:]
            skipping = False
        elif skipping:
            continue
        for line in whole:
            yield line.strip()
        rest = last
        if len(rest) > most:
            yield rest
            rest, skipping = b"", True
        yield None
    if rest.strip():
        yield rest.strip()


def _article(line: bytes, service: Service) -> Article | str:
    limits = service.settings.limits
    if len(line) > limits.line_bytes:
        return f"the line is longer than {limits.line_bytes:,} bytes; split the article"
    try:
        return article_of(_parse(line), limits)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg']}" if where else str(first["msg"])
    except Problem as problem:
        return problem.detail


def _parse(line: bytes) -> LineIn:
    try:
        return LineIn.model_validate_json(line)
    except ValidationError as error:
        try:
            value = json.loads(line)  # takes the lone surrogates that the stricter parser does not
        except (ValueError, RecursionError):
            raise error from None
        return LineIn.model_validate(value)


async def _answered(waiting: list[tuple[int, Article | str]], service: Service) -> bytes:
    articles = [article for _, article in waiting if isinstance(article, Article)]
    try:
        tags = await _patiently(articles, service)
        answers = iter(records(tags))
    except (LanmuError, Problem) as error:
        answers = iter([{"error": str(error)} for _ in articles])
    lines: list[dict[str, Any]] = []
    for number, article in waiting:
        record = next(answers) if isinstance(article, Article) else {"error": article}
        lines.append({"line": number, **record} if "error" in record else record)
    return b"".join(json_bytes(line) + b"\n" for line in lines)


async def _patiently(articles: list[Article], service: Service) -> Tags:
    """Tags of a stream's articles: where others fill the queue, the stream waits its turn."""
    deadline = time.monotonic() + service.settings.limits.seconds
    while True:
        try:
            return await service.tagger.tag(articles)
        except Overloaded:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(PATIENCE)
