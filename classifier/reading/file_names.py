"""Names of files and members: as text to show, what their endings stand for, and ids that tell articles apart."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from classifier.reading.formats import COMPRESSED, KINDS, PACKED_TAR


def show_name(name: str) -> str:
    """A file's name as text: one that is no UTF-8 is read as GB18030, as old Windows wrote them, else escaped."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return tar_name(name)
    return name


def name_of_bytes(raw: bytes) -> str:
    """A name kept as bytes: UTF-8, else GB18030, else with the bytes that are neither as ``%FF``."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    text = raw.decode("utf-8", "surrogateescape")
    return "".join(f"%{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in text)


def tar_name(name: str) -> str:
    """A name as text in which Python escaped the bytes that are no UTF-8, as it does those of a tar's members."""
    try:
        return "/".join(name_of_bytes(part) for part in name.encode("utf-8", "surrogateescape").split(b"/"))
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode()


def zip_name(name: str, is_utf8: bool) -> str:
    """A zip's member's name as text; old tools leave out that they wrote GB18030 (Windows) or UTF-8 (Mac)."""
    if is_utf8:
        return name
    try:
        return name_of_bytes(name.encode("cp437"))
    except UnicodeEncodeError:
        return name


@lru_cache(1_024)
def split_name(name: str) -> tuple[str, str, str]:
    """The stem, the kind its ending stands for (``text``, ``jsonl`` …, empty if unknown) and its compression."""
    base = _base(name.rstrip("/\\")) or name
    stem, ending = _split_ending(base)
    packed = COMPRESSED.get(ending, "")
    if packed:
        base = stem
        stem, ending = _split_ending(stem)
    packed = packed or PACKED_TAR.get(ending, "")
    kind = KINDS.get(ending, "")
    return (stem if kind else base) or base, kind, packed


def _base(name: str) -> str:
    """The last part of a path, of whatever system."""
    return (name.replace("\\", "/") if "\\" in name else name).rpartition("/")[2]


def _split_ending(base: str) -> tuple[str, str]:
    """A file's name without its ending, and the ending in small letters; a name of an ending alone has none."""
    stem, _, ending = base.rpartition(".")
    return (stem, f".{ending.lower()}") if stem.strip(".") else (base, "")


def is_readable(name: str) -> bool:
    """Whether a file of this name is read when met in a folder or archive."""
    base = _base(name)
    return not base.startswith((".", "~$")) and bool(split_name(base)[1])


def is_hidden(name: str) -> bool:
    """Whether a file is one of the system's or of an open program's, which nobody means to be read."""
    base = _base(name)
    return base.startswith((".", "~$")) or base.lower() in ("thumbs.db", "desktop.ini") or "__MACOSX/" in name


def unread_ending(name: str) -> str:
    """The ending by which a file that is not read is counted; empty where it has none."""
    return posixpath.splitext(posixpath.basename(name.replace("\\", "/")))[1].lower()[:12]


class GivenStems:
    """The stems that files of one run have been given: a second file of the same name gets its folder before it.

    So ``2026-03-01/01.txt`` is ``01`` and ``2026-03-02/01.txt`` is ``2026-03-02/01``.  Where the rest of a run is
    not known here, ``prefix`` stands before each, as the archive's name before its members', and ``taken`` are stems
    that others have.
    """

    def __init__(self, prefix: str = "", taken: Iterable[str] = ()) -> None:
        self._paths = dict.fromkeys(taken, "")
        self._prefix = f"{prefix}/" if prefix else ""

    def stem_for(self, path: str, stem: str) -> str:
        """The stem for a file of this path; ``stem`` itself for the first that has it."""
        for candidate in stem_candidates(path, stem):
            if self._paths.setdefault(candidate, path) == path:
                return self._prefix + candidate
        return path


def stem_candidates(path: str, stem: str) -> Iterator[str]:
    """``stem``, then with its folder before it, with its ending, and with all folders."""
    yield stem
    whole = path.replace("\\", "/").strip("/")
    folders = [part for part in posixpath.dirname(whole).split("/") if part not in ("", ".", "..")]
    base = posixpath.basename(whole)
    for names in (stem, base):
        for first in range(max(len(folders) - 1, 0), -1, -1):
            yield "/".join([*folders[first:], names])


def printable(text: str, *, lines: bool = True) -> str:
    """Text for a terminal, its control characters, which could command it, escaped; not ``lines``: line ends, too."""
    if text.isprintable():
        return text
    kept = "\n\t" if lines else ""
    return "".join(
        c
        # blanks of other widths are harmless as well
        if c.isprintable() or unicodedata.category(c) == "Zs" or c in kept
        else c.encode("unicode_escape").decode()
        for c in text
    )
