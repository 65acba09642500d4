"""The service's log, on standard error."""

from __future__ import annotations

import logging
import sys

TALKATIVE = ("httpx", "httpcore", "watchfiles")
"""Libraries that tell every single thing they do."""


def log_to_stderr() -> None:
    """Write what happens to standard error, a line each with its time."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO, stream=sys.stderr)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
