"""Keys of programs: each has a name and a role, is shown once, and can be taken back."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from classifier.messages import say
from lanmu.service.store.accounts import AccountError, find_user, valid_name
from lanmu.service.store.records import ROLES, Role, moment
from lanmu.service.store.schema import tokens

PREFIX = "lanmu_"
NOTED_EVERY = 60.0
"""Seconds between two notes of a key's use, so that each request is no writing."""


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


def add(connection: Connection, name: str, role: str, by: str) -> tuple[Token, str]:
    """Make a key; returns it with its secret.  AccountError where the name is taken or cannot be one."""
    name = valid_name(name)
    if find_user(connection, name) is not None:
        raise AccountError(say("account.user_there", name=name))
    if role not in ROLES:
        raise AccountError(say("account.unknown_role", role=role, known=", ".join(ROLES)))
    secret = PREFIX + secrets.token_urlsafe(32)
    values = {"name": name, "digest": _digest(secret), "role": role, "by": by, "created": time.time()}
    try:
        row = connection.execute(insert(tokens).values(values).returning(tokens)).one()
    except IntegrityError as error:
        raise AccountError(say("account.program_there", name=name)) from error
    return _make_token(row), secret


def find(connection: Connection, secret: str) -> Token | None:
    """The key that holds for this secret."""
    if not secret.startswith(PREFIX):
        return None
    query = select(tokens).where(tokens.c.digest == _digest(secret), tokens.c.revoked.is_(None))
    row = connection.execute(query).one_or_none()
    return None if row is None else _make_token(row)


def note_use(connection: Connection, token: Token) -> None:
    """Note that it was used now."""
    connection.execute(update(tokens).where(tokens.c.number == token.number).values(used=time.time()))


def all_tokens(connection: Connection) -> list[Token]:
    """Those that hold, by name."""
    query = select(tokens).where(tokens.c.revoked.is_(None)).order_by(tokens.c.name)
    return [_make_token(row) for row in connection.execute(query)]


def revoke(connection: Connection, number: int) -> Token | None:
    """Take a key back; None where there is none."""
    condition = (tokens.c.number == number) & tokens.c.revoked.is_(None)
    row = connection.execute(
        update(tokens).where(condition).values(revoked=time.time()).returning(tokens)
    ).one_or_none()
    return None if row is None else _make_token(row)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _make_token(row: Any) -> Token:
    used, revoked = (None if value is None else moment(value) for value in (row.used, row.revoked))
    return Token(row.number, row.name, row.role, row.by, moment(row.created), used, revoked)
