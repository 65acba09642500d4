"""Passwords, hashed with argon2id (RFC 9106) by argon2-cffi."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lanmu.service.store.accounts import AccountError

SHORTEST = 10
LONGEST = 200
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB and some 50 ms; more than this many wait for each other."""


def hash_password(password: str) -> str:
    """The argon2id hash to keep; AccountError where the password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"a password has {SHORTEST} to {LONGEST} characters; choose a longer one")
    with _AT_ONCE:
        return PasswordHasher().hash(password)


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
