"""Signatures of deliveries: HMAC-SHA256 as Standard Webhooks has it (standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from classifier.errors import LanmuError
from classifier.messages import say

PREFIX = "whsec_"
SHORTEST_SECRET = 16


@dataclass(frozen=True)
class Signer:
    """Signs bodies with one secret: ``whsec_`` and base64, or any text of at least 16 characters.

    Raises LanmuError for a secret that is too short or not base64.
    """

    secret: str = field(repr=False)
    key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        text = self.secret.strip()
        try:
            coded = text.startswith(PREFIX)
            key = base64.b64decode(text.removeprefix(PREFIX), validate=True) if coded else text.encode()
        except (binascii.Error, ValueError):
            raise LanmuError(say("webhook.no_base64", prefix=PREFIX)) from None
        if len(key) < SHORTEST_SECRET:
            raise LanmuError(say("webhook.short_secret", count=len(key), least=SHORTEST_SECRET))
        object.__setattr__(self, "key", key)

    def headers(self, name: str, seconds: int, body: bytes) -> dict[str, str]:
        """The headers of a delivery called ``name``, sent at ``seconds`` since 1970."""
        signed = b".".join((name.encode(), str(seconds).encode(), body))
        signature = base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        return {"webhook-id": name, "webhook-timestamp": str(seconds), "webhook-signature": f"v1,{signature}"}


def new_secret() -> str:
    """A secret to be kept by both sides."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
