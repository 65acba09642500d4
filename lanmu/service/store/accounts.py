"""Users and their sessions."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.security.user_names import RESERVED, looks, plain_name
from lanmu.service.store.records import ROLES, Role
from lanmu.service.store.schema import audit, sessions, users

_NAME = re.compile(r"[\w.@-][\w.@ -]{0,62}[\w.@-]|[\w.@-]")


KNOWN_SECONDS = 90 * 24 * 3600.0
CLOCK_SECONDS = 300.0
"""By how much the clock may be set back without ending sessions."""


class AccountError(LanmuError):
    """A user that cannot be made or changed this way."""


@dataclass(frozen=True, slots=True)
class User:
    """A person with a name and a role; ``password`` is argon2's, empty where the token signs in at first."""

    number: int
    name: str
    role: Role
    password: str
    must_change: bool
    disabled: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that still holds: whose, and its CSRF secret."""

    user: User
    csrf: str
    expires: float


def add_user(connection: Connection, name: str, role: str, password: str, *, must_change: bool = False) -> User:
    """Make a user; ``password`` is already hashed.  Raises AccountError where the name or role cannot be."""
    name = valid_name(plain_name(name))
    checked = _role(role)
    if looks(name) in map(looks, RESERVED):
        raise AccountError(say("account.name_of_program", name=name))
    if find_user(connection, name) is not None:
        raise AccountError(say("account.user_there", name=name))
    statement = insert(users).values(
        name=name, password=password, role=checked, must_change=int(must_change), disabled=0, created=time.time()
    )
    connection.execute(statement)
    user = find_user(connection, name)
    assert user is not None
    return user


def valid_name(name: str) -> str:
    """The name, if a user or a program can have it.  Raises AccountError."""
    if not _NAME.fullmatch(name):
        raise AccountError(say("account.bad_name", name=name))
    return name


def find_user(connection: Connection, name: str) -> User | None:
    """The user with this name, or else with one that looks like it: a name stands for one person."""
    row = connection.execute(select(users).where(users.c.name == name)).one_or_none()
    if row is not None:
        return _user(row)
    wanted = looks(name)
    return next((user for user in all_users(connection) if looks(user.name) == wanted), None)


def all_users(connection: Connection) -> list[User]:
    """Everyone, by name."""
    return [_user(row) for row in connection.execute(select(users).order_by(users.c.name))]


def set_password(connection: Connection, user: User, password: str, *, must_change: bool = False) -> None:
    """A new (hashed) password; every session of the user ends."""
    values = {"password": password, "must_change": int(must_change)}
    connection.execute(update(users).where(users.c.number == user.number).values(values))
    end_sessions(connection, user)


def change_user(connection: Connection, user: User, *, role: str | None = None, disabled: bool | None = None) -> User:
    """Give another role, or bar and unbar; the last admin who can sign in stays one."""
    values: dict[str, Any] = {}
    if role is not None:
        values["role"] = _role(role)
    if disabled is not None:
        values["disabled"] = int(disabled)
    loses = user.role == "admin" and not user.disabled and (values.get("role", "admin") != "admin" or disabled)
    if loses:
        admins = select(func.count()).select_from(users).where(users.c.role == "admin", users.c.disabled == 0)
        if connection.execute(admins).scalar_one() <= 1:
            raise AccountError(say("account.last_admin", name=user.name))
    if values:
        connection.execute(update(users).where(users.c.number == user.number).values(values))
    if disabled:
        end_sessions(connection, user)
    changed = find_user(connection, user.name)
    assert changed is not None
    return changed


def start_session(connection: Connection, user: User, seconds: float, address: str) -> str:
    """Begin a session; returns the secret for the cookie, of which only a digest is kept."""
    now = time.time()
    connection.execute(delete(sessions).where(sessions.c.expires < now))
    secret = secrets.token_urlsafe(32)
    statement = insert(sessions).values(
        digest=_digest(secret),
        user=user.number,
        csrf=secrets.token_urlsafe(32),
        created=now,
        expires=now + seconds,
        address=address[:100],
    )
    connection.execute(statement)
    return secret


def session_of(connection: Connection, secret: str) -> Session | None:
    """The session a cookie's secret stands for, if it still holds."""
    query = (
        select(users, sessions.c.csrf, sessions.c.expires)
        .join(sessions, sessions.c.user == users.c.number)
        .where(
            sessions.c.digest == _digest(secret),
            sessions.c.expires > time.time(),
            sessions.c.created < time.time() + CLOCK_SECONDS,  # else it began while the clock was ahead
            users.c.disabled == 0,
        )
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Session(_user(row), row.csrf, row.expires)


def end_session(connection: Connection, secret: str) -> None:
    """Sign out."""
    connection.execute(delete(sessions).where(sessions.c.digest == _digest(secret)))


def end_sessions(connection: Connection, user: User) -> None:
    """Sign out everywhere."""
    connection.execute(delete(sessions).where(sessions.c.user == user.number))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _role(role: str) -> Role:
    for known in ROLES:
        if role == known:
            return known
    raise AccountError(say("account.unknown_role", role=role, known=", ".join(ROLES)))


def _user(row: Any) -> User:
    return User(row.number, row.name, row.role, row.password, bool(row.must_change), bool(row.disabled))


def has_signed_in(connection: Connection, user: User, address: str) -> bool:
    """Whether this user has signed in from this address of late."""
    where = (
        audit.c.by == user.name,
        audit.c.action == "sign-in",
        audit.c.address == address[:100],
        audit.c.at > time.time() - KNOWN_SECONDS,
    )
    return connection.execute(select(audit.c.number).where(*where).limit(1)).first() is not None
