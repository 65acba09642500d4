"""People: who is let in, with which role; their passwords, hashed with argon2id (RFC 9106) by argon2-cffi."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection

from classifier.messages import say
from lanmu.service.store import Store, accounts, audit
from lanmu.service.store.accounts import AccountError, User, looks

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters or digits that look alike, since people read these out."""
SHORTEST = 10
LONGEST = 200
FEWEST_LETTERS = 5
SHORTEST_RUN = 4
_RUNS = (
    "12345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn", "qazwsxedcrfvtgb", "123123123", "112233445566", "abcabcabc",
)  # fmt: skip
_WORDS = ("password", "passwd", "woaini", "iloveyou", "5201314", "1314", "admin", "root", "lanmu", "welcome", "login")
"""What the lists of passwords that are tried first are made of; their pieces count for nothing."""
HASHER = PasswordHasher()
"""argon2-cffi's own choice of cost: what RFC 9106 asks for at least."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB and some 50 ms; more than this many wait for each other."""


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


def hash_password(password: str, name: str = "") -> str:
    """The argon2id hash to keep of the password of a user with this name; AccountError as ``check_password`` says."""
    check_password(password, name)
    with _AT_ONCE:
        return HASHER.hash(password)


def check_password(password: str, name: str = "") -> None:
    """AccountError where a password is too short or long, or has few letters besides well-known runs and the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(say("account.password_length", least=SHORTEST, most=LONGEST))
    left = set(_without_runs(password.strip().casefold(), looks(name)))
    if len(left) < FEWEST_LETTERS or looks(password) == looks(name):
        raise AccountError(say("account.password_easy", letters=FEWEST_LETTERS))


def _without_runs(plain: str, name: str) -> str:
    """What is left of a password besides pieces of well-known runs, well-known words and the name."""
    words = (*_WORDS, name) if len(name) > 1 else _WORDS
    left = ""
    at = 0
    while at < len(plain):
        known = max((len(word) for word in words if plain.startswith(word, at)), default=0)
        end = at + SHORTEST_RUN
        while end <= len(plain) and any(plain[at:end] in run or plain[at:end] in run[::-1] for run in _RUNS):
            known = max(known, end - at)
            end += 1
        left += "" if known else plain[at]
        at += known or 1
    return left


def matches(password: str, hashed: str) -> bool:
    """Whether this is the password; takes as long for a user who does not exist (empty hash)."""
    if len(password) > LONGEST:
        return False
    with _AT_ONCE:
        try:
            return HASHER.verify(hashed or _nobody(HASHER), password) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")
