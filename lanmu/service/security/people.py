"""People: who is let in, with which role; each begins with a one-time password."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection

from classifier.messages import say
from lanmu.service.security.passwords import hash_password
from lanmu.service.store import Store, accounts, audit
from lanmu.service.store.accounts import AccountError, User

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters or digits that look alike, since people read these out."""


class NoSuchUser(AccountError):
    """Nobody goes by this name."""


def invite(store: Store, name: str, role: str, by: str, address: str = "") -> str:
    """Add a user; returns the one-time password, to be changed at the first sign-in.  Raises AccountError."""
    password = one_time_password()
    hashed = hash_password(password)
    with store.writing() as connection:
        user = accounts.add_user(connection, name, role, hashed, must_change=True)
        audit.note(connection, by, "user added", user.name, {"role": user.role}, address)
    return password


def reset(store: Store, name: str, by: str, address: str = "") -> str:
    """Give a user a new one-time password and end his sessions; returns it.  Raises AccountError."""
    password = one_time_password()
    hashed = hash_password(password)
    with store.writing() as connection:
        user = _find_known(connection, name)
        accounts.set_password(connection, user, hashed, must_change=True)
        audit.note(connection, by, "password reset", user.name, address=address)
    return password


def give_role(store: Store, name: str, role: str, by: str, address: str = "") -> User:
    """Give a user another role.  Raises AccountError."""
    with store.writing() as connection:
        user = accounts.change_user(connection, _find_known(connection, name), role=role)
        audit.note(connection, by, "role changed", user.name, {"role": user.role}, address)
    return user


def bar(store: Store, name: str, by: str, address: str = "", *, barred: bool = True) -> User:
    """Bar a user from signing in, or let him in again.  Raises AccountError."""
    with store.writing() as connection:
        user = accounts.change_user(connection, _find_known(connection, name), disabled=barred)
        audit.note(connection, by, "user barred" if barred else "user let in", user.name, address=address)
    return user


def _find_known(connection: Connection, name: str) -> User:
    user = accounts.find_user(connection, name)
    if user is None:
        raise NoSuchUser(say("account.no_user", name=name))
    return user


def one_time_password() -> str:
    """Four groups of four letters and digits: 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
