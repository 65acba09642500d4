"""Where inputs lie: local paths and fsspec URLs, listed in a fixed order and opened."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

from classifier.errors import InputRefused, LanmuError, Refused
from classifier.messages import join, say
from classifier.reading.file_names import is_hidden, is_readable, show_name
from classifier.reading.formats import READABLE
from classifier.reading.reading_options import ReadingOptions
from classifier.reading.sources import entries_of

_STAMPS = ("ETag", "etag", "md5Hash", "checksum", "LastModified", "last_modified", "updated", "mtime", "created")
"""What filesystems call that which changes when a file does, the surest first."""

_SAID = 200
"""Characters of a filesystem's own message that are passed on."""

IsOutput = Callable[[str, bool], bool]
"""Whether a path, which may be a link, is of the run itself."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to be read: its path or URL as shown, its size in bytes, and a stamp that changes when the file does."""

    path: str
    size: int
    stamp: str


def is_url(name: str) -> bool:
    """Whether a name is an fsspec URL (``s3://…``, ``zip://…::…``) and not a local path."""
    return "://" in name


def plain_path(name: str) -> str:
    """``file://`` URLs as the local paths they are; every other name as it is."""
    if not name.startswith(("file://", "local://")):
        return name
    parts = urlsplit(name)
    return unquote(parts.netloc + parts.path)


def filesystem(url: str) -> tuple[Any, str]:
    """The fsspec filesystem of a URL, and the path in it; LanmuError where it cannot be had."""
    import fsspec

    try:
        fs, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise LanmuError(say("address.needs_package", url=url, error=str(error))) from error
    except Exception as error:  # each filesystem has errors of its own
        raise LanmuError(say("address.no_answer", url=url, error=_explain(error))) from error
    return fs, path


def open_source(path: str, base: str) -> BinaryIO:
    """A file opened for reading; relative paths start at ``base``.  Raises InputRefused."""
    try:
        if not is_url(path):
            return open(os.path.join(base, path), "rb")  # noqa: PTH118, PTH123  # a Path costs as much as opening
        fs, inner = filesystem(path)
        return cast(BinaryIO, fs.open(inner, "rb"))
    except LanmuError:
        raise
    except Exception as error:
        raise InputRefused(show_name(path), say("reading.cannot_be_read", error=_explain(error))) from error


def find_source(path: str, base: str, like: str = "") -> Found:
    """Size and stamp of a file as they are now.  Raises InputRefused where there is none.

    The stamp is made as ``like`` was, so that the two can be compared: filesystems tell of one file
    less than of a listed one, or otherwise.
    """
    try:
        if not is_url(path):
            state = os.stat(os.path.join(base, path))  # noqa: PTH116, PTH118  # a Path costs more than the look
            return Found(path, state.st_size, str(state.st_mtime_ns))
        fs, inner = filesystem(path)
        return _describe(path, fs.info(inner), like)
    except LanmuError:
        raise
    except Exception as error:
        raise InputRefused(show_name(path), say("reading.cannot_be_read", error=_explain(error))) from error


def size_of(path: str) -> int:
    """The size of a file in bytes; -1 where there is none."""
    try:
        return find_source(path, ".").size
    except InputRefused:
        return -1


def list_sources(
    sources: Sequence[str],
    base: str,
    options: ReadingOptions,
    refused: Refused,
    is_output: IsOutput,
    passed: Callable[[str], None] = lambda _: None,
) -> Iterator[Found]:
    """Every file of the sources, folders with all that is in them, always in the same order.

    ``is_output`` tells what the run itself writes, which is left out; ``passed`` hears of files in folders
    whose kind is not read.  A source that is not there,
    or holds nothing that can be read, is ``refused``; LanmuError where all are so, or where one cannot be
    asked at present (no access, no network).
    """
    unusable: list[InputRefused] = []
    for source in sources:
        empty = True
        try:
            within = (
                _in_url(source, passed)
                if is_url(source)
                else _in_path(source, base, options, refused, is_output, passed)
            )
            for file in within:
                empty = False
                yield file
            if empty:
                raise InputRefused(show_name(source), say("reading.folder_without_articles", readable=READABLE))
        except InputRefused as error:
            unusable.append(error)
    if unusable and len(unusable) == len(sources):
        raise LanmuError(join([error.whole for error in unusable], "line"))
    for one in unusable:
        refused(one)


def _in_path(
    source: str,
    base: str,
    options: ReadingOptions,
    refused: Refused,
    is_output: IsOutput,
    passed: Callable[[str], None],
) -> Iterator[Found]:
    path = Path(base) / source
    if not path.is_dir():
        yield find_source(source, base)
        return
    start = len(str(path).rstrip(os.sep)) + 1 if str(path) != "." else 0
    before = os.path.join(source, "")  # noqa: PTH118  # "./a" stays "./a"
    for inner, entry in entries_of(str(path), options, refused, passed=passed):
        if is_output(inner, entry.is_symlink()):
            continue
        shown = before + inner[start:]
        try:
            state = entry.stat()
            yield Found(shown, state.st_size, str(state.st_mtime_ns))
        except OSError:
            try:
                yield find_source(shown, base)
            except InputRefused as error:
                refused(error)


def _in_url(url: str, passed: Callable[[str], None]) -> Iterator[Found]:
    fs, root = filesystem(url)
    try:
        info = fs.info(root)
        if info.get("type") != "directory":
            yield _describe(url, info)
            return
        start = url.rstrip("/")
        root = str(info["name"]).rstrip("/")
        for folder, _, files in _walk(fs, root):
            for name in sorted(files):
                if is_readable(name):
                    inner = f"{folder.rstrip('/')}/{name}"
                    yield _describe(f"{start}/{inner[len(root) :].lstrip('/')}", files[name])
                elif not is_hidden(name):
                    passed(name)
    except LanmuError:
        raise
    except FileNotFoundError as error:
        raise InputRefused(url, say("address.not_there")) from error
    except Exception as error:
        raise LanmuError(say("address.no_list", url=url, error=_explain(error))) from error


def _walk(fs: Any, root: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for folder, folders, files in fs.walk(root, detail=True, on_error="raise"):
        for name in [name for name in folders if name.startswith(".")]:
            del folders[name]
        ordered = dict(sorted(folders.items()))
        folders.clear()
        folders.update(ordered)
        yield str(folder), folders, files


def _describe(path: str, info: dict[str, Any], like: str = "") -> Found:
    kinds = (like.partition("=")[0],) if like else _STAMPS
    kind = next((kind for kind in kinds if info.get(kind) is not None), "")
    if not kind:
        return Found(path, int(info.get("size") or 0), like)
    value = info[kind]
    if isinstance(value, datetime.datetime):
        value = value.timestamp()
    return Found(path, int(info.get("size") or 0), f"{kind}={value}")


def _explain(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said).splitlines()[0][:_SAID]
