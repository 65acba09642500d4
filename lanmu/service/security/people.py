"""People: who is let in, with which role; each begins with a one-time password."""

from __future__ import annotations

import secrets

from lanmu.service.security.passwords import hash_password
from lanmu.service.store import Store, accounts, audit
from lanmu.service.store.accounts import AccountError, User

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters or digits that look alike, since people read these out."""


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
        user = known(accounts.find_user(connection, name), name)
        accounts.set_password(connection, user, hashed, must_change=True)
        audit.note(connection, by, "password reset", user.name, address=address)
    return password


def change(
    store: Store, name: str, by: str, *, role: str | None = None, disabled: bool | None = None, address: str = ""
) -> User:
    """Give a user another role, or bar or let in again.  Raises AccountError."""
    with store.writing() as connection:
        user = known(accounts.find_user(connection, name), name)
        changed = accounts.change_user(connection, user, role=role, disabled=disabled)
        details = {"role": changed.role, "barred": changed.disabled}
        audit.note(connection, by, "user changed", user.name, details, address)
    return changed


def known(user: User | None, name: str) -> User:
    """The user, or AccountError where there is none."""
    if user is None:
        raise AccountError(f"there is no user {name}; see `lanmu users list`")
    return user


def one_time_password() -> str:
    """Four groups of four letters and digits: 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
