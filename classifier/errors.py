"""One family of errors: each message names the input, what is wrong with it, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from classifier.messages import Language, Message, Said, say, text_of


class LanmuError(Exception):
    """Anything lanmu refuses, told in words a user can act on.

    Parameters
    ----------
    said
        The message, or plain English where it has no code yet.
    """

    def __init__(self, said: str | Message = "") -> None:
        super().__init__(text_of(said))
        self.said = said

    def text(self, language: Language = "en") -> str:
        """The message in the reader's language."""
        return text_of(self.said, language)

    @property
    def whole(self) -> Said:
        """All that the error says, to stand within another message."""
        return self.said


class InputRefused(LanmuError):
    """One input cannot be read; the others go on.

    Parameters
    ----------
    name
        The path, with a member or line where there is one.
    reason
        What is wrong and what to do about it.
    """

    def __init__(self, name: str, reason: str | Message) -> None:
        super().__init__(reason)
        self.args = (f"{name}: {text_of(reason)}",)
        self.name = name
        self.reason = text_of(reason)

    def text(self, language: Language = "en") -> str:
        return f"{self.name}: {text_of(self.said, language)}"

    @property
    def whole(self) -> Said:
        return say("row.of", name=self.name, reason=self.said)

    def __reduce__(self) -> tuple[type[InputRefused], tuple[str, str | Message]]:
        return type(self), (self.name, self.said)


Refused = Callable[[InputRefused], None]
"""Told of each input, or part of one, that cannot be read."""


def raise_refused(error: InputRefused) -> None:
    """What happens to a refusal where nobody listens: it is raised."""
    raise error


class UnknownCategory(LanmuError):
    """A category id that the taxonomy does not have."""


class TaxonomyError(LanmuError):
    """A categories file that cannot be used."""


class LabelsError(LanmuError):
    """A labels file that cannot be used."""


class ModelError(LanmuError):
    """A model that cannot be read, or does not fit what it is asked."""
