"""Names of people that look alike are one name."""

from __future__ import annotations

import unicodedata

_LOOKS = dict(zip(
    "аАеЕоОрРсСхХуУкКмМтТнНвВіІјЈѕЅԁԛԝһӏгґпьαΑβΒγεΕζΖηΗιΙκΚμΜνΝοΟρΡτΤυΥχΧ",
    "aaeeooppccxxyykkmmttnnbbiijjssdqwhlrrnbaabbyeezznniikkmmvnoopptty" "yxx",
    strict=True,
))  # fmt: skip
"""Letters of Cyrillic and Greek, and the Latin ones they are taken for."""
_ALIKE = str.maketrans({**{ord(a): b for a, b in _LOOKS.items()}, ord("0"): "o", ord("1"): "l", ord("|"): "l"})
RESERVED = ("token", "lanmu", "annif", "inbox", "the command line")
"""What the audit log calls those that are no people."""


def plain_name(name: str) -> str:
    """The name as it is kept: full-width letters as ordinary ones, composed, without spaces around."""
    return unicodedata.normalize("NFKC", name).strip()


def looks(name: str) -> str:
    """What a name looks like: two with the same looks cannot be told apart by a reader, or only by their marks."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    bare = "".join(c for c in unicodedata.normalize("NFD", folded.strip()) if unicodedata.category(c) not in ("Cf",))
    return " ".join(unicodedata.normalize("NFC", bare.translate(_ALIKE)).split())
