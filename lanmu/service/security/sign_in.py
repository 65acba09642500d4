"""Signing in and out: names and passwords against sessions, slowly where they fail."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import threading
import time
from collections import OrderedDict
from functools import lru_cache

from itsdangerous import BadSignature, Signer

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.security.people import hash_password, matches
from lanmu.service.settings import Settings
from lanmu.service.store import Store, accounts, audit
from lanmu.service.store.accounts import AccountError, Session, User, looks

FIRST_ADMIN = "admin"
MOST_AGES = 10_000
COOKIE = "lanmu_session"
NAME_FACTOR, ADDRESS_FACTOR = 4, 10
"""How many times as often as one name from one address may fail: one name from anywhere, and one address with any
name. A newsroom shares an address, and a stranger who guesses must not keep its people out."""
MOST_KEYS = 20_000
FORGET_FACTOR = 12
"""Failures are forgotten this many times the longest wait after the last."""
OF_ONE = 64
"""The bits of an IPv6 address that name a network; whoever has one, has 2**64 addresses (RFC 4291, 2.5.4)."""


class SignInRefused(LanmuError):
    """Wrong name or password."""


class TooManyTries(LanmuError):
    """Too many failures; ``retry_after`` seconds must pass."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(say("account.too_many", seconds=retry_after))
        self.retry_after = retry_after


class Tries:
    """Counts failures by key (an address, a name), in memory of bounded size.

    ``free`` failures cost nothing; from then on the next try waits 1, 2, 4, 8 … seconds, at most
    ``longest``: a wait that grows slows who guesses, and never shuts the door for good.
    """

    def __init__(self, free: int, longest: float) -> None:
        self.free = free
        self.longest = longest
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()  # how many, and when the last was
        self._lock = threading.Lock()

    def wait(self, key: str) -> int:
        """Seconds until another try is allowed; 0: now."""
        now = time.monotonic()
        with self._lock:
            count, last = self._failures.get(key, (0, now))
            if not count or count < self.free:
                return 0
            if now - last > self.longest * FORGET_FACTOR:
                del self._failures[key]
                return 0
            pause = min(2.0 ** min(count - self.free, 60), self.longest)
            return max(0, -int(-(last + pause - now) // 1))

    def failed(self, key: str) -> None:
        """Count a failure."""
        now = time.monotonic()
        with self._lock:
            count, last = self._failures.pop(key, (0, now))
            self._failures[key] = (1 if now - last > self.longest * FORGET_FACTOR else count + 1, now)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Take one failure back: it was none."""
        with self._lock:
            count, last = self._failures.get(key, (0, 0.0))
            if count > 1:
                self._failures[key] = (count - 1, last)
            else:
                self._failures.pop(key, None)

    def forget(self, key: str) -> None:
        """Take all failures back."""
        with self._lock:
            self._failures.pop(key, None)


@lru_cache(4096)
def counted_as(address: str) -> str:
    """What an address counts as where tries and connections are counted; a name as it stands."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, OF_ONE), strict=False))


class SignIns:
    """Sign-ins of one service.  A user without a password of his own signs in with the service's token, once."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.ages: dict[bytes, float] = {}
        free, longest = settings.limits.sign_in_tries, settings.limits.sign_in_seconds
        factors = {"both": 1, "name": NAME_FACTOR, "address": ADDRESS_FACTOR}
        self.tries = {kind: Tries(free * factor, longest) for kind, factor in factors.items()}

    def ensure_admin(self) -> bool:
        """Make the first user ``admin`` where there is none yet; whether it was made now."""
        with self.store.writing() as connection:
            if accounts.all_users(connection):
                return False
            accounts.add_user(connection, FIRST_ADMIN, "admin", "", must_change=True)
            audit.note(connection, "lanmu", "user added", FIRST_ADMIN, {"role": "admin"})
            return True

    def sign_in(self, name: str, password: str, address: str, *, instead_of: str = "") -> str:
        """Begin a session ``instead_of`` the one of another cookie; returns the new cookie's value.

        Raises SignInRefused, TooManyTries.
        """
        with self.store.reading() as connection:
            user = accounts.find_user(connection, name)
            known = user is not None and accounts.has_signed_in(connection, user, address)
        self._check(user, name, password, address, "sign-in refused", known=known)
        assert user is not None
        old = self._secret(instead_of) if instead_of else None
        with self.store.writing() as connection:
            if old is not None:
                accounts.end_session(connection, old)
            seconds = self.settings.limits.session_hours * 3600
            secret = accounts.start_session(connection, user, seconds, address)
            audit.note(connection, user.name, "sign-in", address=address)
        return self._signer.sign(secret).decode()

    def session(self, cookie: str) -> Session | None:
        """The session of a cookie's value, if it holds."""
        secret = self._secret(cookie)
        if secret is None:
            return None
        if self._is_too_old(secret):
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
        """Change one's own password; all sessions end.  Raises SignInRefused, AccountError.

        Who must choose one has just signed in with the one that was given, and need not repeat it.
        """
        if not user.must_change:
            self._check(user, user.name, old, address, "password change refused", known=True)
        self._refuse_given(user, new)
        hashed = hash_password(new, user.name)
        with self.store.writing() as connection:
            accounts.set_password(connection, user, hashed)
            audit.note(connection, user.name, "password changed", address=address)

    def _check(self, user: User | None, name: str, password: str, address: str, refused: str, *, known: bool) -> None:
        """Whether this is the user's password.  Raises SignInRefused and TooManyTries; both are in the audit log.

        Failures count by name and address, by name from anywhere, and by address with any name.  From where a
        person has signed in before (``known``), only the first counts: nobody else can make them wait.
        """
        looked = looks(name)[:100]
        network = counted_as(address)
        keys = {"both": f"{network} {looked}", "name": looked, "address": network}
        counting = ("both",) if known else tuple(keys)
        if wait := max(self.tries[kind].wait(keys[kind]) for kind in counting):
            raise TooManyTries(wait)
        for kind in keys:  # before the slow check, so that tries at the same time count too
            self.tries[kind].failed(keys[kind])
        if not self._right(user, password):
            with self.store.writing() as connection:
                audit.note(connection, name, refused, address=address)
            old = refused != "sign-in refused"
            raise SignInRefused(say("account.old_differs") if old else say("account.wrong_password"))
        self.tries["both"].forget(keys["both"])
        for kind in ("name", "address"):
            self.tries[kind].forgive(keys[kind])

    def _refuse_given(self, user: User, new: str) -> None:
        """AccountError where a new password is the present one or the service's token."""
        token = self.settings.token.encode()
        given = hmac.compare_digest(new.strip().encode("utf-8", "replace"), token)
        if given or (user.password and matches(new, user.password)):
            raise AccountError(say("account.password_given"))

    def _is_too_old(self, secret: str) -> bool:
        """Whether a session has been used for longer than one may last, by a clock that nobody sets."""
        now, longest = time.monotonic(), self.settings.limits.session_hours * 3600
        digest = hashlib.sha256(secret.encode()).digest()
        if len(self.ages) > MOST_AGES:
            for other in [key for key, begun in list(self.ages.items()) if now - begun > longest]:
                self.ages.pop(other, None)
        if digest not in self.ages and len(self.ages) > 2 * MOST_AGES:
            return False
        return now - self.ages.setdefault(digest, now) > longest

    def _right(self, user: User | None, password: str) -> bool:
        if user is not None and not user.password and not user.disabled:
            matches(password, "")  # takes as long as for any other user
            return hmac.compare_digest(password.encode("utf-8", "replace"), self.settings.token.encode())
        right = matches(password, user.password if user is not None else "")
        return right and user is not None and not user.disabled

    def _secret(self, cookie: str) -> str | None:
        try:
            return self._signer.unsign(cookie[:500].encode("utf-8", "replace")).decode()
        except (BadSignature, UnicodeDecodeError):
            return None

    @property
    def _signer(self) -> Signer:
        return Signer(self.settings.key, salt="lanmu.session", key_derivation="hmac", digest_method=hashlib.sha256)
