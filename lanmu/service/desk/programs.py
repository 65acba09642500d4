"""What programs need: their keys, and a page that describes the API, which works without the internet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from classifier.messages import say
from lanmu.service.desk.error_pages import find_signed_in
from lanmu.service.desk.filters import ShortText
from lanmu.service.desk.rendering import AdminDesk, Desk
from lanmu.service.problems import Problem
from lanmu.service.security.access import AskFirst
from lanmu.service.store import accounts, audit
from lanmu.service.store.accounts import AccountError
from lanmu.service.store.records import ROLES

router = APIRouter(route_class=AskFirst)
_DEEPEST = 3


@router.get("/admin/tokens")
def tokens_page(desk: AdminDesk) -> Response:
    return _page(desk)


@router.post("/admin/tokens/add")
def add_token(desk: AdminDesk, name: ShortText, role: ShortText) -> Response:
    """Make a program's key, shown once."""
    try:
        with desk.service.store.writing() as connection:
            token, secret = accounts.add_token(connection, name.strip(), role, desk.by)
            audit.note(connection, desk.by, "token added", token.name, {"role": token.role}, desk.address)
    except AccountError as error:
        return _page(desk, 422, problem=error.text(desk.t.language), name=name)
    return _page(desk, 201, made=token.name, secret=secret)


@router.post("/admin/tokens/revoke")
def revoke_token(desk: AdminDesk, number: Annotated[int, Form(ge=1)]) -> Response:
    """Take a key back: from now on it opens nothing."""
    with desk.service.store.writing() as connection:
        token = accounts.revoke_token(connection, number)
        if token is None:
            raise Problem(404, say("account.no_such_token", number=number))
        audit.note(connection, desk.by, "token revoked", token.name, address=desk.address)
    return desk.redirect("/admin/tokens", "toast.token_revoked", name=token.name)


def _page(
    desk: Desk, status: int = 200, *, problem: str = "", name: str = "", made: str = "", secret: str = ""
) -> Response:
    with desk.service.store.reading() as connection:
        listed = accounts.all_tokens(connection)
    return desk.page("tokens.html", status, found=listed, roles=ROLES, problem=problem, name=name, made=made,
                     secret=secret)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a request or an answer: ``depth`` says how far within another it stands."""

    name: str
    kind: str
    needed: bool
    about: str
    depth: int = 0


@router.get("/api/docs")
def redirect(request: Request) -> Response:
    """Where some look for it."""
    return Desk(request).redirect("/docs")


@router.get("/docs")
def api_page(request: Request) -> Response:
    """The API as a page: what can be asked, with which fields, and what comes back."""
    desk = Desk(request, find_signed_in(request))
    description: Mapping[str, Any] = request.app.openapi()
    calls: dict[str, list[dict[str, Any]]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["operation"])[0]
            calls.setdefault(tag, []).append(_call(path, method, operation, description["components"]["schemas"]))
    groups = [(tag["name"], tag["description"], calls[tag["name"]]) for tag in description["tags"]]
    address = f"{request.url.scheme}://{request.url.netloc}"
    return desk.page("api.html", groups=groups, version=description["info"]["version"], base=address)


def _call(path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """One operation of the API, ready to be shown."""
    fields = [
        Field(one["name"], _kind(one.get("schema", {})), one.get("required", False),
              one.get("description") or one.get("schema", {}).get("description", ""))
        for one in operation.get("parameters", ())
    ]  # fmt: skip
    media, body = _content(operation.get("requestBody", {}))
    fields += _fields(body, schemas)
    answers = operation.get("responses", {})
    _, answer = _content(next((answers[status] for status in answers if status.startswith("2")), {}))
    return {
        "anchor": f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "about": operation.get("description", ""),
        "fields": fields,
        "answer": list(_fields(answer, schemas)),
        "statuses": [(status, str(said.get("description", ""))) for status, said in sorted(answers.items())],
        "example": _example(path, method, media, body, schemas),
    }


def _content(part: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The content type and schema of a body."""
    for media, content in part.get("content", {}).items():
        return media, content.get("schema", {})
    return "", {}


def _resolve(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a reference, or the one choice beside null, stands for."""
    if "$ref" in schema:
        resolved: Mapping[str, Any] = schemas[schema["$ref"].rsplit("/", 1)[1]]
        return resolved
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _resolve(choices[0], schemas) if len(choices) == 1 else schema


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Iterator[Field]:
    schema = _resolve(schema, schemas)
    for name, given in schema.get("properties", {}).items():
        resolved = _resolve(given, schemas)
        about = given.get("description") or (resolved.get("description", "") if "properties" not in resolved else "")
        yield Field(name, _kind(given, resolved), name in schema.get("required", ()), about, depth)
        within = resolved.get("items", resolved) if resolved.get("type") == "array" else resolved
        if depth < _DEEPEST:
            yield from _fields(within, schemas, depth + 1)


def _kind(given: Mapping[str, Any], resolved: Mapping[str, Any] | None = None) -> str:
    schema = resolved or given
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = str(schema.get("type", ""))
    if kind == "array":
        return "[…]"
    if not kind and "anyOf" in schema:
        kind = " | ".join(str(one.get("type", "…")) for one in schema["anyOf"])
    return kind or "…"


def _example(path: str, method: str, media: str, body: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A command that can be copied."""
    command = ["curl"] + (["-X", method.upper()] if method not in ("get", "post") else [])
    if path.startswith("/api/"):
        command += ["-H", '"Authorization: Bearer $TOKEN"']
    if media == "multipart/form-data":
        command += ["-F", "file=@page.md"]
    elif media:
        example = _resolve(body, schemas).get("examples") or [_sample(body, schemas)]
        command += ["-H", f'"Content-Type: {media}"', "-d", f"'{json.dumps(example[0], ensure_ascii=False)}'"]
    elif method == "post":
        command += ["-X", "POST"]
    return " ".join([*command, f'"$LANMU{path}"'])


def _sample(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    resolved = _resolve(schema, schemas)
    if "examples" in resolved:
        return resolved["examples"][0]
    if "properties" in resolved and depth < _DEEPEST:
        needed = resolved.get("required") or list(resolved["properties"])[:1]
        return {name: _sample(resolved["properties"][name], schemas, depth + 1) for name in needed}
    if resolved.get("type") == "array":
        return [_sample(resolved.get("items", {}), schemas, depth + 1)]
    return {"integer": 1, "number": 1, "boolean": True}.get(str(resolved.get("type")), "…")
