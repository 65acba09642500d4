"""Signing in and out: names and passwords against sessions, slowly where they fail."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from itsdangerous import BadSignature, Signer

from classifier.errors import LanmuError
from lanmu.service.security.passwords import hash_password, matches
from lanmu.service.security.tries import Tries
from lanmu.service.settings import Settings
from lanmu.service.store import Store, accounts, audit
from lanmu.service.store.accounts import Session, User

FIRST_ADMIN = "admin"
COOKIE = "lanmu_session"
ADDRESS_FACTOR = 5
"""One address may fail this many times as often as one name from it, since a newsroom shares an address."""


class SignInRefused(LanmuError):
    """Wrong name or password."""


class TooManyTries(LanmuError):
    """Too many failures; ``retry_after`` seconds must pass."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many tries; wait {retry_after} seconds")
        self.retry_after = retry_after


@dataclass(frozen=True)
class SignIns:
    """Sign-ins of one service.  A user without a password of his own signs in with the service's token, once."""

    store: Store
    settings: Settings
    by_name: Tries = field(init=False)
    by_address: Tries = field(init=False)

    def __post_init__(self) -> None:
        limits = self.settings.limits
        object.__setattr__(self, "by_name", Tries(limits.sign_in_tries, limits.sign_in_seconds))
        object.__setattr__(self, "by_address", Tries(limits.sign_in_tries * ADDRESS_FACTOR, limits.sign_in_seconds))

    def ensure_admin(self) -> bool:
        """Make the first user ``admin`` where there is none yet; whether it was made now."""
        with self.store.writing() as connection:
            if accounts.all_users(connection):
                return False
            accounts.add_user(connection, FIRST_ADMIN, "admin", "", must_change=True)
            audit.note(connection, "lanmu", "user added", FIRST_ADMIN, {"role": "admin"})
            return True

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Begin a session; returns the cookie's value.  Raises SignInRefused, TooManyTries."""
        keys = (f"{address} {name.casefold()[:100]}", address)
        if wait := max(self.by_name.wait(keys[0]), self.by_address.wait(keys[1])):
            raise TooManyTries(wait)
        with self.store.reading() as connection:
            user = accounts.find_user(connection, name)
        # Counted as failed before the slow check, so that tries at the same time count too.
        self.by_name.failed(keys[0])
        self.by_address.failed(keys[1])
        if not self._right(user, password) or user is None:
            with self.store.writing() as connection:
                audit.note(connection, name, "sign-in refused", address=address)
            raise SignInRefused("wrong name or password")
        self.by_name.succeeded(keys[0])
        self.by_address.succeeded(keys[1])
        with self.store.writing() as connection:
            seconds = self.settings.limits.session_hours * 3600
            secret = accounts.start_session(connection, user, seconds, address)
            audit.note(connection, user.name, "sign-in", address=address)
        return self._signer.sign(secret).decode()

    def session(self, cookie: str) -> Session | None:
        """The session of a cookie's value, if it holds."""
        secret = self._secret(cookie)
        if secret is None:
            return None
        with self.store.reading() as connection:
            return accounts.session_of(connection, secret)

    def sign_out(self, cookie: str, address: str = "") -> None:
        """End the session of a cookie's value."""
        secret = self._secret(cookie)
        if secret is None:
            return
        with self.store.writing() as connection:
            session = accounts.session_of(connection, secret)
            accounts.end_session(connection, secret)
            if session is not None:
                audit.note(connection, session.user.name, "sign-out", address=address)

    def change_password(self, user: User, old: str, new: str, address: str = "") -> None:
        """Change one's own password; all sessions end.  Raises SignInRefused, AccountError."""
        if not self._right(user, old):
            raise SignInRefused("the present password is another")
        hashed = hash_password(new)
        with self.store.writing() as connection:
            accounts.set_password(connection, user, hashed)
            audit.note(connection, user.name, "password changed", address=address)

    def _right(self, user: User | None, password: str) -> bool:
        if user is not None and not user.password and not user.disabled:
            return hmac.compare_digest(password.encode("utf-8", "replace"), self.settings.token.encode())
        found = matches(password, user.password if user is not None else "")
        return found and user is not None and not user.disabled

    def _secret(self, cookie: str) -> str | None:
        try:
            return self._signer.unsign(cookie[:500].encode("utf-8", "replace")).decode()
        except (BadSignature, UnicodeDecodeError):
            return None

    @property
    def _signer(self) -> Signer:
        return Signer(self.settings.key, salt="lanmu.session", key_derivation="hmac", digest_method=hashlib.sha256)
