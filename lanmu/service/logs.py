"""The service's log, on standard error."""

from __future__ import annotations

import logging
import sys
import time

from classifier.reading.file_names import printable

TALKATIVE = ("httpx", "httpcore", "watchfiles")
"""Libraries that tell every single thing they do."""


ONCE_A_MINUTE = ("Invalid HTTP request received.", "Unsupported upgrade request.")
"""What strangers can make the server say as often as they like."""


class Seldom(logging.Filter):
    """Lets a line of ONCE_A_MINUTE through once a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if line not in ONCE_A_MINUTE:
            return True
        now = time.monotonic()
        if now - self._said.get(line, -60.0) < 60.0:
            return False
        self._said[line] = now
        return True


class LinesOfOurs(logging.Formatter):
    """One line a message, whatever names and addresses are within: only a traceback, which is our own, has more."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return printable(super().formatMessage(record), lines=False)


def log_to_stderr() -> None:
    """Write what happens to standard error, a line each with its time."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LinesOfOurs("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(Seldom())
