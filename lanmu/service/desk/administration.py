"""Administration: users and their roles, and the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from lanmu.service.desk.filters import ShortText
from lanmu.service.desk.queue_pages import Offset
from lanmu.service.desk.rendering import AdminDesk, Desk
from lanmu.service.security import people
from lanmu.service.security.access import AskFirst
from lanmu.service.store import accounts, audit
from lanmu.service.store.accounts import AccountError, plain_name
from lanmu.service.store.records import ROLES

router = APIRouter(route_class=AskFirst, prefix="/admin")
A_PAGE = 100


@router.get("/users")
def users_page(desk: AdminDesk) -> Response:
    return _page(desk)


@router.post("/users/add")
def add_user(desk: AdminDesk, name: ShortText, role: Annotated[str, Form(max_length=20)]) -> Response:
    """Make a user with a password made here, shown once, that must be changed at the first sign-in."""
    try:
        password = people.invite(desk.service.store, name.strip(), role, desk.by, desk.address)
    except AccountError as error:
        return _refusal(desk, error, name)
    return _page(desk, 201, made=plain_name(name), password=password)


@router.post("/users/role")
def change_role(desk: AdminDesk, name: ShortText, role: Annotated[str, Form(max_length=20)]) -> Response:
    """Give a user another role."""
    try:
        user = people.give_role(desk.service.store, name, role, desk.by, desk.address)
    except AccountError as error:
        return _refusal(desk, error)
    return desk.redirect("/admin/users", "toast.role_changed", name=user.name)


@router.post("/users/bar")
def bar_user(desk: AdminDesk, name: ShortText, barred: Annotated[bool, Form()]) -> Response:
    """Bar a user from signing in, or let him in again."""
    try:
        user = people.bar(desk.service.store, name, desk.by, desk.address, barred=barred)
    except AccountError as error:
        return _refusal(desk, error)
    return desk.redirect("/admin/users", "toast.barred" if barred else "toast.let_in", name=user.name)


@router.post("/users/password")
def new_password(desk: AdminDesk, name: ShortText) -> Response:
    """Give a user a new password, shown once; his sessions end."""
    try:
        password = people.reset(desk.service.store, name, desk.by, desk.address)
    except AccountError as error:
        return _refusal(desk, error)
    return _page(desk, made=plain_name(name), password=password)


@router.get("/audit")
def audit_page(desk: AdminDesk, offset: Offset = 0) -> Response:
    """The audit log, the newest first."""
    with desk.service.store.reading() as connection:
        entries = audit.entries(connection, offset=offset, limit=A_PAGE)
        total = audit.count(connection)
    return desk.page("audit.html", entries=entries, total=total, offset=offset, limit=A_PAGE)


def _page(
    desk: Desk, status: int = 200, *, problem: str = "", name: str = "", made: str = "", password: str = ""
) -> Response:
    with desk.service.store.reading() as connection:
        users = accounts.all_users(connection)
    return desk.page("users.html", status, users=users, roles=ROLES, problem=problem, name=name, made=made,
                     password=password)  # fmt: skip


def _refusal(desk: Desk, error: AccountError, name: str = "") -> Response:
    """The list of users with what is wrong; ``name`` stands in the form again."""
    status = 404 if isinstance(error, people.NoSuchUser) else 422
    return _page(desk, status, problem=error.text(desk.t.language), name=name)
