"""Webhook: changes sent to an address, signed, one at a time each, until the receiver has them."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import logging
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpx

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.settings import SECRET_PREFIX, ServiceLimits
from lanmu.service.store import Store, change_log
from lanmu.service.store.change_log import TAGGED, Delivery

log = logging.getLogger("lanmu.service")
SHORTEST_SECRET = 16
AT_ONCE = 4
LONGEST_PAUSE = 60.0
IDLE_SECONDS = 15.0
PATIENCE_SECONDS = 5.0
LONGEST_ANSWER = 64 << 10
OUTAGES = frozenset({408, 425, 429, 502, 503, 504})
"""Statuses that speak of the receiver as a whole, not of what was sent."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a try failed; ``wait``: the seconds the receiver asks for."""

    reason: str
    outage: bool
    wait: float = 0.0


class Signer:
    """Signs bodies as Standard Webhooks has it (standardwebhooks.com): HMAC-SHA256 with one secret.

    The secret is ``whsec_`` and base64, or any text of at least 16 characters.  Raises LanmuError for one that
    is too short or not base64.
    """

    def __init__(self, secret: str) -> None:
        text = secret.strip()
        try:
            coded = text.startswith(SECRET_PREFIX)
            self._key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True) if coded else text.encode()
        except (binascii.Error, ValueError):
            raise LanmuError(say("webhook.no_base64", prefix=SECRET_PREFIX)) from None
        if len(self._key) < SHORTEST_SECRET:
            raise LanmuError(say("webhook.short_secret", count=len(self._key), least=SHORTEST_SECRET))

    def headers(self, name: str, seconds: int, body: bytes) -> dict[str, str]:
        """The headers of a delivery called ``name``, sent at ``seconds`` since 1970."""
        signed = b".".join((name.encode(), str(seconds).encode(), body))
        signature = base64.b64encode(hmac.new(self._key, signed, hashlib.sha256).digest()).decode()
        return {"webhook-id": name, "webhook-timestamp": str(seconds), "webhook-signature": f"v1,{signature}"}


def without_secrets(address: str) -> str:
    """An address as it may be shown: without a name and password, and without its query."""
    return re.sub(r"//[^/]*@|^[^/]*@", "//…@", address.split("?")[0].split("#")[0])


def check_address(address: str) -> str:
    """The address, if deliveries can go there.  Raises LanmuError."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise LanmuError(say("webhook.no_address", address=without_secrets(address)))
    return address


def retry_seconds(tries: int, limits: ServiceLimits) -> float:
    """The pause after this many failed tries: doubled each time, of which half is left to chance."""
    longest = min(limits.webhook_retry_seconds * 2.0 ** min(tries - 1, 60), limits.webhook_longest_seconds)
    return longest * random.uniform(0.5, 1.0)


def body_of(delivery: Delivery) -> bytes:
    """What is sent: an event as Standard Webhooks has it, with the change's record as data."""
    event: dict[str, Any] = {"type": delivery.kind, "timestamp": delivery.arrived.isoformat(timespec="seconds")}
    return f'{json.dumps(event)[:-1]}, "data": {delivery.record}}}'.encode()


def id_of(delivery: Delivery) -> str:
    """The ``webhook-id``: of tags one an article, of labels one each; the same however often it is sent."""
    if delivery.kind == TAGGED:
        return f"article-{delivery.fingerprint[:32]}"
    return f"label-{delivery.fingerprint[:24]}-{round(delivery.arrived.timestamp() * 1000):x}"


class Webhook:
    """Delivers what the store holds for it, in an event loop of its own thread.

    The list of what is to be delivered is in the store, so a restart goes on with it.  A change has
    the same ``webhook-id`` whenever it is sent; a kill between the receiver's answer and its note
    repeats one, which the receiver knows by that.  A receiver that fails again and again is given pauses as
    a whole; a result that fails on its own waits longer each time, and is given up (``dead``) at the end.
    """

    def __init__(self, store: Store, address: str, secret: str, limits: ServiceLimits) -> None:
        self.store = store
        self.address = check_address(address)
        self.signer = Signer(secret)
        self.limits = limits
        self.problem = ""
        self._woken = 0
        self.idle = False
        """Whether nothing is due, or the receiver does not take it."""
        self.counts: Counter[str] = Counter()
        self._failures = 0
        self._failed: set[int] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._task: asyncio.Task[None] | None = None
        if urlsplit(address).scheme == "http":
            log.warning("the webhook's address is not encrypted (http); its receiver can check who sent, not who read")

    @property
    def host(self) -> str:
        """Where deliveries go, without path and password."""
        return urlsplit(self.address).hostname or ""

    def start(self) -> None:
        self._stopped = False
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._thread = threading.Thread(target=self._run, args=(self._loop,), name="webhook", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the tries under way, or break them off where they take long."""
        self._stopped = True
        self.wake()
        if self._thread is None:
            return
        self._thread.join(PATIENCE_SECONDS)
        if self._thread.is_alive() and self._loop is not None and self._task is not None:
            self._call(self._task.cancel)
            self._thread.join(PATIENCE_SECONDS)

    def wake(self) -> None:
        """Say that there may be something to deliver."""
        self._woken += 1
        self.idle = False
        self._call(self._changed.set)

    def _call(self, wanted: Callable[[], object]) -> None:
        if self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(wanted)
            except RuntimeError:  # it has ended
                pass

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        self._task = loop.create_task(self._work())
        try:
            loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        finally:
            loop.close()

    async def _work(self) -> None:
        timeout = httpx.Timeout(self.limits.webhook_seconds)
        async with httpx.AsyncClient(follow_redirects=False, timeout=timeout) as client:
            while not self._stopped:
                try:
                    pause = await self._round(client)
                except Exception:
                    log.exception("delivering to the webhook failed")
                    self.problem = "delivering to the webhook failed; see the log"
                    pause = 5.0
                if pause <= 0 or self._stopped:
                    continue
                try:
                    async with asyncio.timeout(pause):
                        await self._changed.wait()
                except TimeoutError:
                    pass
                self._changed.clear()

    async def _round(self, client: httpx.AsyncClient) -> float:
        """Try what is due; returns the seconds until more may be."""
        woken = self._woken
        with self.store.reading() as connection:
            # While the receiver fails, one try at a time finds out whether it answers again.
            due = change_log.due_deliveries(connection, 1 if self._failures else AT_ONCE)
            soonest = change_log.next_due(connection)
        self.idle = (not due and woken == self._woken) or self._failures > 0
        if not due:
            return IDLE_SECONDS if soonest is None else min(max(soonest - time.time(), 0.01), IDLE_SECONDS)
        outcomes = await asyncio.gather(*(self._send(client, one) for one in due))
        was_failing = self._failures > 0
        now = time.time()
        with self.store.writing() as connection:
            delivered = [one.change for one, failure in zip(due, outcomes, strict=True) if failure is None]
            change_log.mark_delivered(connection, delivered)
            self.counts["delivered"] += len(delivered)
            if delivered and was_failing:
                change_log.outage_over(connection)
            for one, failure in zip(due, outcomes, strict=True):
                if failure is not None:
                    self._note_failure(one, failure, now, connection)
        failures = [failure for failure in outcomes if failure is not None]
        if delivered:
            self._failures = 0
            self._failed.clear()
        if not failures:
            self.problem = ""
        elif not delivered:
            self._failed.update(one.change for one in due)
            if len(self._failed) > 1 or any(failure.outage for failure in failures):
                self._failures += 1
                wait = max(failure.wait for failure in failures)
                await self._rest(min(max(wait, retry_seconds(self._failures, self.limits)), LONGEST_PAUSE))
        return 0.0

    async def _rest(self, seconds: float) -> None:
        """Leave the receiver alone; only stopping cuts it short."""
        until = time.monotonic() + seconds
        while not self._stopped and (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.2))

    def _note_failure(self, one: Delivery, failure: Failure, now: float, connection: Any) -> None:
        tries = one.tries + 1
        self.counts["failed"] += 1
        self.problem = f"the webhook at {self.host} fails: {failure.reason}"
        due_at: float | None = now + max(retry_seconds(tries, self.limits), failure.wait)
        if tries >= self.limits.webhook_tries:
            due_at = None
            self.counts["dead"] += 1
            log.error("change %d is given up after %d tries: %s", one.change, tries, failure.reason)
        else:
            log.warning("try %d of change %d failed: %s", tries, one.change, failure.reason)
        change_log.mark_failed(connection, one.change, failure.reason, due_at, outage=failure.outage)

    async def _send(self, client: httpx.AsyncClient, delivery: Delivery) -> Failure | None:
        body = body_of(delivery)
        headers = {
            **self.signer.headers(id_of(delivery), int(time.time()), body),
            "content-type": "application/json",
            "user-agent": f"lanmu/{version('lanmu')}",
        }
        status, asked = 0, ""
        try:
            async with asyncio.timeout(self.limits.webhook_seconds):
                async with client.stream("POST", self.address, content=body, headers=headers) as answer:
                    status, asked = answer.status_code, answer.headers.get("retry-after", "")
                    await _drain(answer)
        except TimeoutError:
            if not status:
                return Failure(f"no answer within {self.limits.webhook_seconds:g} seconds", outage=True)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            if not status:
                return Failure(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__, outage=True)
        if 200 <= status < 300:
            return None
        reason = f"answered {status}" + ("; redirects are not followed" if 300 <= status < 400 else "")
        return Failure(reason, status in OUTAGES, _read_retry_after(asked, self.limits))


async def _drain(answer: httpx.Response) -> None:
    """Read the rest of a short answer, so that the connection can be used again."""
    read = 0
    async for piece in answer.aiter_raw():
        read += len(piece)
        if read > LONGEST_ANSWER:
            return


def _read_retry_after(value: str, limits: ServiceLimits) -> float:
    """What a Retry-After header asks for, within bounds."""
    if not value:
        return 0.0
    try:
        seconds = float(value) if value.strip().isdigit() else parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), limits.webhook_longest_seconds)
