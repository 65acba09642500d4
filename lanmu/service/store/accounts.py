"""Users and their sessions; programs and their keys."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.store.records import ROLES, Role, moment
from lanmu.service.store.schema import audit, sessions, tokens, users

_LOOKS = dict(zip(
    "аАеЕоОрРсСхХуУкКмМтТнНвВіІјЈѕЅԁԛԝһӏгґпьαΑβΒγεΕζΖηΗιΙκΚμΜνΝοΟρΡτΤυΥχΧ",
    "aaeeooppccxxyykkmmttnnbbiijjssdqwhlrrnbaabbyeezznniikkmmvnoopptty" "yxx",
    strict=True,
))  # fmt: skip
"""Letters of Cyrillic and Greek, and the Latin ones they are taken for."""
_ALIKE = str.maketrans({**{ord(a): b for a, b in _LOOKS.items()}, ord("0"): "o", ord("1"): "l", ord("|"): "l"})
RESERVED = ("token", "lanmu", "annif", "inbox", "the command line")
"""What the audit log calls those that are no people."""
TOKEN_PREFIX = "lanmu_"
NOTED_EVERY = 60.0
"""Seconds between two notes of a key's use, so that each request is no writing."""
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


def plain_name(name: str) -> str:
    """The name as it is kept: full-width letters as ordinary ones, composed, without spaces around."""
    return unicodedata.normalize("NFKC", name).strip()


def looks(name: str) -> str:
    """What a name looks like: two with the same looks cannot be told apart by a reader, or only by their marks."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(c for c in unicodedata.normalize("NFD", folded.strip()) if unicodedata.category(c) not in ("Cf",))
    return " ".join(unicodedata.normalize("NFC", bare.translate(_ALIKE)).split())


@dataclass(frozen=True, slots=True)
class Token:
    """A program's key, without its secret."""

    number: int
    name: str
    role: Role
    by: str
    created: datetime
    used: datetime | None
    revoked: datetime | None


def add_token(connection: Connection, name: str, role: str, by: str) -> tuple[Token, str]:
    """Make a key; returns it with its secret.  AccountError where the name is taken or cannot be one."""
    name = valid_name(name)
    if find_user(connection, name) is not None:
        raise AccountError(say("account.user_there", name=name))
    role = _role(role)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    values = {"name": name, "digest": _digest(secret), "role": role, "by": by, "created": time.time()}
    try:
        row = connection.execute(insert(tokens).values(values).returning(tokens)).one()
    except IntegrityError as error:
        raise AccountError(say("account.program_there", name=name)) from error
    return _make_token(row), secret


def find_token(connection: Connection, secret: str) -> Token | None:
    """The key that holds for this secret."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    query = select(tokens).where(tokens.c.digest == _digest(secret), tokens.c.revoked.is_(None))
    row = connection.execute(query).one_or_none()
    return None if row is None else _make_token(row)


def note_token_use(connection: Connection, token: Token) -> None:
    """Note that it was used now."""
    connection.execute(update(tokens).where(tokens.c.number == token.number).values(used=time.time()))


def all_tokens(connection: Connection) -> list[Token]:
    """Those that hold, by name."""
    query = select(tokens).where(tokens.c.revoked.is_(None)).order_by(tokens.c.name)
    return [_make_token(row) for row in connection.execute(query)]


def revoke_token(connection: Connection, number: int) -> Token | None:
    """Take a key back; None where there is none."""
    condition = (tokens.c.number == number) & tokens.c.revoked.is_(None)
    row = connection.execute(
        update(tokens).where(condition).values(revoked=time.time()).returning(tokens)
    ).one_or_none()
    return None if row is None else _make_token(row)


def _make_token(row: Any) -> Token:
    used, revoked = (None if value is None else moment(value) for value in (row.used, row.revoked))
    return Token(row.number, row.name, row.role, row.by, moment(row.created), used, revoked)
