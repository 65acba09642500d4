"""Passwords, hashed with argon2id (RFC 9106) by argon2-cffi."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lanmu.service.store.accounts import AccountError

SHORTEST = 10
LONGEST = 200
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


def hash_password(password: str) -> str:
    """The argon2id hash to keep; AccountError where the password is too short, too long or the first that is tried."""
    check_length(password)
    if is_easy(password):
        raise AccountError("this password is among the first that are tried; choose another one")
    with _AT_ONCE:
        return PasswordHasher().hash(password)


def check_length(password: str) -> None:
    """AccountError where a password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"a password has {SHORTEST} to {LONGEST} characters; choose a longer one")


def is_easy(password: str) -> bool:
    """Whether a password is few characters again and again, or a run of the keyboard or the alphabet."""
    plain = password.casefold()
    if len(set(plain)) < 4:
        return True
    runs = [run * 2 for run in _RUNS] + [run[::-1] * 2 for run in _RUNS]
    return any(plain in run for run in runs)


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
