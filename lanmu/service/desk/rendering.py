"""Templates filled for one request: its language, its theme, who looks, and the service's state in the frame."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote, urlencode, urlsplit

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from classifier.messages import text_of
from lanmu.service.container import Service, service_of
from lanmu.service.desk.categories import ShownCategories, choosable_of, show_categories
from lanmu.service.desk.languages import HTML_NAMES, Wording, catalogue, chosen_language
from lanmu.service.desk.static_files import static_url
from lanmu.service.security.access import Admin, Editor, Principal, Reader, address_of
from lanmu.service.store import StoreError, deeds, refusals

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_COOKIE: Final = "lanmu_language"
THEME_COOKIE: Final = "lanmu_theme"
TOAST_COOKIE: Final = "lanmu_toast"
THEMES: Final = ("auto", "light", "dark")


@dataclass(frozen=True)
class Desk:
    """What a page is made with, for one request.  ``who`` is None where nobody is signed in."""

    request: Request
    who: Principal | None = None

    @property
    def by(self) -> str:
        """The name of who asks; empty where nobody is signed in."""
        return self.who.name if self.who else ""

    @cached_property
    def service(self) -> Service:
        return service_of(self.request)

    @cached_property
    def t(self) -> Wording:
        cookies, headers = self.request.cookies, self.request.headers
        return Wording(chosen_language(cookies.get(LANGUAGE_COOKIE, ""), headers.get("accept-language", "")))

    @cached_property
    def theme(self) -> str:
        chosen = self.request.cookies.get(THEME_COOKIE, "auto")
        return chosen if chosen in THEMES else "auto"

    @cached_property
    def categories(self) -> ShownCategories:
        return show_categories(choosable_of(self.service), self.t.language)

    @cached_property
    def waiting(self) -> int:
        """How many articles wait for review."""
        return self._counted(deeds.waiting)

    @cached_property
    def refused(self) -> int:
        """How many files could not be read and wait for somebody to see it."""
        return self._counted(refusals.count_open)

    def _counted(self, count: Callable[[Connection], int]) -> int:
        """A number of the frame; 0 where the store cannot tell, so that a page still says what is wrong with it."""
        try:
            with self.service.store.reading() as connection:
                return count(connection)
        except (StoreError, DBAPIError):
            return 0

    @property
    def problems(self) -> list[str]:
        """What does not work though the service answers, in the reader's language."""
        return [text_of(problem, self.t.language) for problem in self.service.problems]

    @property
    def address(self) -> str:
        """Where the request comes from, for the audit log."""
        return address_of(self.request)

    def page(self, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
        """A template as the answer; a toast that waits is shown in it, once."""
        toast = self._toast()
        html = environment().get_template(template).render(
            **values,
            desk=self,
            t=self.t,
            who=self.who,
            csrf=self.who.csrf if self.who else "",
            categories=self.categories,
            theme=self.theme,
            html_language=HTML_NAMES[self.t.language],
            path=self.request.url.path,
            here=self.here,
            toast=toast,
            static=static_url,
            categories_css=f"/desk/categories.css?v={self._colours}",
        )  # fmt: skip
        response = HTMLResponse(html, status)
        response.headers["Vary"] = "Cookie, Accept-Language, HX-Request"
        if toast is not None:
            response.delete_cookie(TOAST_COOKIE, path="/")
        return response

    def redirect(self, target: str, toast: str = "", *, undo: bool | str = False, **values: object) -> Response:
        """On to another page of ours, which shows the message ``toast``."""
        response = RedirectResponse(local_path(target), 303)
        if toast:
            self.leave_toast(response, toast, undo=undo, **values)
        return response

    def leave_toast(self, response: Response, key: str, *, undo: bool | str = False, **values: object) -> None:
        """A message for the next page to show; ``undo`` is where its button goes (True: the last label)."""
        content = quote(json.dumps({"key": key, "values": values, "undo": undo}, ensure_ascii=False))
        response.set_cookie(TOAST_COOKIE, content, max_age=60, path="/", httponly=True, samesite="lax")

    @property
    def here(self) -> str:
        """This page's path with its query."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    def link(self, **changes: object) -> str:
        """This page's address with some of its query changed (None takes a name out)."""
        query = {name: value for name, value in self.request.query_params.items() if name not in changes and value}
        query.update({name: str(value) for name, value in changes.items() if value not in (None, "")})
        path = self.request.url.path
        return f"{path}?{urlencode(query)}" if query else path

    @property
    def _colours(self) -> str:
        """What tells one state of the categories' colours from another."""
        colours = " ".join(category.colour for category in choosable_of(self.service))
        return hashlib.sha256(colours.encode()).hexdigest()[:12]

    def _toast(self) -> Mapping[str, Any] | None:
        try:
            content = json.loads(unquote(self.request.cookies.get(TOAST_COOKIE, "")))
            key, values = str(content["key"]), dict(content["values"])
            if key not in catalogue():
                return None
            undo = "/undo" if content["undo"] is True else content["undo"]
            return {"text": self.t(key, **values), "undo": local_path(undo) if isinstance(undo, str) else ""}
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            return None


async def _readers(request: Request, who: Reader) -> Desk:
    return Desk(request, who)


async def _editors(request: Request, who: Editor) -> Desk:
    return Desk(request, who)


async def _admins(request: Request, who: Admin) -> Desk:
    return Desk(request, who)


ReaderDesk = Annotated[Desk, Depends(_readers)]
EditorDesk = Annotated[Desk, Depends(_editors)]
AdminDesk = Annotated[Desk, Depends(_admins)]
"""The desk of a page's request, for who is a reader (an editor, an admin) or more; others are refused."""


def pack(request: Request, response: HTMLResponse) -> HTMLResponse:
    """A page compressed, if the browser takes that; only for one without a secret, of which the length could tell."""
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(bytes(response.body), 5, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
        response.headers["Vary"] += ", Accept-Encoding"
    return response


def local_path(target: str) -> str:
    """The target if it is a page of ours, else the first page: nobody is sent elsewhere."""
    parts = urlsplit(target)
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return target if safe and not any(c in target for c in "\r\n\t\\") else "/"


@cache
def environment() -> Environment:
    """Jinja with everything escaped and nothing undefined."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    jinja.filters["percent"] = percent
    jinja.filters["thousands"] = lambda number: f"{number:,}"
    return jinja


def percent(share: float, digits: int = 0) -> str:
    """A share in per cent; one that is not whole is never said to be."""
    text = f"{100 * share:.{digits}f}"
    if share < 1 and float(text) >= 100:
        return percent(share, 1) if digits == 0 else f">{100 - 10**-digits:.{digits}f}%"
    return f"{text}%"
