"""Regular expressions that are compiled when they are first used, so that a command starts sooner."""

from __future__ import annotations

import re
from typing import Any, cast


class _Later:
    """Stands for a ``re.Pattern`` until one of its methods is wanted; from then on it has that pattern's methods."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        attribute = self.__dict__[name] = getattr(re.compile(self.pattern, self._flags), name)
        return attribute


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """As ``re.compile``; a mistake in ``source`` shows at the first use."""
    return cast(re.Pattern[str], _Later(source, flags))
