"""What reading was not sure of: a code (``no_headline``), where need be with values (``not_decoded?count=2``).

The sentences stand in the section ``[uncertain]`` of classifier/messages.toml.
"""

from __future__ import annotations

from collections.abc import Sequence

from classifier.messages import Language, Message, catalogue

SECTION = "uncertain"


def doubt(code: str, **values: int | str | Sequence[int]) -> str:
    """A doubt as it travels; a list of values is written as the same name several times.

    Examples
    --------
    >>> doubt("scanned_pages", page=[2, 5])
    'scanned_pages?page=2&page=5'
    """
    if not values:
        return code
    from urllib.parse import urlencode

    return f"{code}?{urlencode(values, doseq=True, errors='replace')}"


def explain_doubt(told: str, language: Language = "en") -> str:
    """A doubt as a sentence; words that are no code, as older databases hold them, stay."""
    from urllib.parse import parse_qs

    code, _, written = told.partition("?")
    if f"{SECTION}.{code}" not in catalogue():
        return told
    values = {name: ", ".join(given) for name, given in parse_qs(written, keep_blank_values=True).items()}
    try:
        return Message(f"{SECTION}.{code}", values).text(language)
    except KeyError:  # a value is missing: another version wrote it
        return told
