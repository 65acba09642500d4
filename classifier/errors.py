"""One family of errors: each message names the input, what is wrong with it, and what to do."""


class LanmuError(Exception):
    """Anything lanmu refuses, told in words a user can act on."""


class InputRefused(LanmuError):
    """One input cannot be read; the others go on.

    ``name`` is the path (with a member or line where there is one), ``reason`` what is wrong and
    what to do about it.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class UnknownCategory(LanmuError):
    """A category id that the taxonomy does not have."""


class TaxonomyError(LanmuError):
    """A categories file that cannot be used."""


class LabelsError(LanmuError):
    """A labels file that cannot be used."""


class ModelError(LanmuError):
    """A model that cannot be read, or does not fit what it is asked."""
