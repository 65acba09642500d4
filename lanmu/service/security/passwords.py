"""Passwords, hashed with argon2id (RFC 9106) by argon2-cffi."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from classifier.messages import say
from lanmu.service.security.user_names import looks
from lanmu.service.store.accounts import AccountError

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


def hash_password(password: str, name: str = "") -> str:
    """The argon2id hash to keep of the password of a user with this name; AccountError as ``check`` says."""
    check(password, name)
    with _AT_ONCE:
        return HASHER.hash(password)


def check(password: str, name: str = "") -> None:
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
