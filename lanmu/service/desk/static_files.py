"""The desk's scripts and styles: held in memory, compressed once, kept by browsers while they do not change."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from lanmu.service.container import service_of
from lanmu.service.desk.categories import choosable_of, stylesheet
from lanmu.service.security.access import AskFirst

FOLDER: Final = Path(__file__).parent / "static"
PREFIX: Final = "/static"
_FOREVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"
_WORTH_COMPRESSING = 500
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
router = APIRouter(route_class=AskFirst)


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent: plain, and compressed where that makes it smaller."""

    plain: bytes
    packed: bytes | None
    media: str
    tag: str


@cache
def files() -> Mapping[str, StaticFile]:
    """Every file by its path within the folder."""
    by_name: dict[str, StaticFile] = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            by_name[path.relative_to(FOLDER).as_posix()] = _static_file(path)
    return by_name


@cache
def release() -> str:
    """The checksum of all files together.

    It stands in their addresses as a folder, so that what one script imports of another has it too,
    and no page ever mixes the scripts of two versions.
    """
    digest = hashlib.sha256()
    for name, file in files().items():
        digest.update(f"{name}\0{file.tag}\0".encode())
    return digest.hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a file; KeyError where there is none of this name."""
    files()[name]
    return f"{PREFIX}/{release()}/{name}"


async def serve_static(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of the files; those asked for by this release's address never change."""
    await _answer(scope)(scope, receive, send)


def _answer(scope: Scope) -> Response:
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return PlainTextResponse("only GET", 405, {"Allow": "GET, HEAD"})
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", ""))).lstrip("/")
    path = path.removeprefix(PREFIX.lstrip("/")).lstrip("/")
    version, _, name = path.partition("/")
    current = version == release()
    file = files().get(name if current or name in files() else path)
    if file is None:
        return PlainTextResponse("not found", 404)
    headers = Headers(scope=scope)
    given = {"ETag": file.tag, "Cache-Control": _FOREVER if current else _ASK_EACH_TIME, "Vary": "Accept-Encoding"}
    if headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=given)
    packed = file.packed if "gzip" in headers.get("accept-encoding", "") else None
    if packed is not None:
        given["Content-Encoding"] = "gzip"
    return Response(packed or file.plain, headers={**given, "Content-Type": file.media})


def _static_file(path: Path) -> StaticFile:
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if len(content) >= _WORTH_COMPRESSING else None
    media = _KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    return StaticFile(content, packed if packed is not None and len(packed) < len(content) else None, media, tag)


@router.get("/desk/categories.css")
def category_colours(request: Request) -> Response:
    """The colours of the current model's categories."""
    css = stylesheet(choosable_of(service_of(request)))
    return Response(css, media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})
