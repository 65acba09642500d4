"""Passwords, hashed with argon2id (RFC 9106) by argon2-cffi."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from classifier.messages import say
from lanmu.service.security.names import looks
from lanmu.service.store.accounts import AccountError

SHORTEST = 10
LONGEST = 200
FEWEST_LETTERS = 5
_RUNS = (
    "1234567890",
    "0123456789",
    "qwertyuiop",
    "asdfghjkl",
    "abcdefghijklmnopqrstuvwxyz",
    "password",
    "1qaz2wsx3edc",
)
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB and some 50 ms; more than this many wait for each other."""


def hash_password(password: str, name: str = "") -> str:
    """The argon2id hash to keep of the password of a user with this name; AccountError as ``check`` says."""
    check(password, name)
    with _AT_ONCE:
        return PasswordHasher().hash(password)


def check(password: str, name: str = "") -> None:
    """AccountError where a password is too short or long, the name, few letters, or a well-known run."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(say("account.password_length", least=SHORTEST, most=LONGEST))
    plain = password.strip().casefold()
    is_run = any(plain in run * 2 or plain in run[::-1] * 2 for run in _RUNS)
    if is_run or len(set(plain)) < FEWEST_LETTERS or looks(password) == looks(name):
        raise AccountError(say("account.password_easy", letters=FEWEST_LETTERS))


def matches(password: str, hashed: str) -> bool:
    """Whether this is the password; takes as long for a user who does not exist (empty hash)."""
    if len(password) > LONGEST:
        return False
    with _AT_ONCE:
        try:
            return PasswordHasher().verify(hashed or _nobody(), password) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    return PasswordHasher().hash("nobody has this password")
