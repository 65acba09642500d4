"""Where a run writes: its folder, local or behind an fsspec URL, and the single file that ``--out`` may name.

Files in the folder are there whole or not at all.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal, cast

from classifier.errors import LanmuError
from classifier.files import written_whole
from classifier.messages import say
from lanmu.archive.locations import filesystem, is_url, plain_path

PartFormat = Literal["parquet", "jsonl", "csv"]
OutputForm = Literal["parquet", "jsonl", "csv", "sqlite"]
_ENDINGS: dict[str, OutputForm] = {
    ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv",
    ".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite",
}  # fmt: skip
OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "obs", "cos", "r2"})
"""Protocols whose uploads show up whole or not at all, so that nothing need be renamed."""


class RunFolder:
    """Reads and writes the files of one run by their names in its folder (such as ``parts/part-000000.parquet``).

    Safe to send to another process.  Writing raises LanmuError naming the file, for a full disk as
    for missing rights.
    """

    def __init__(self, location: str) -> None:
        self.location = location
        self.is_local = not is_url(location)

    @property
    def path(self) -> Path:
        """The folder, where it is local."""
        return Path(self.location)

    def name_of(self, name: str) -> str:
        """A file's full path or URL."""
        return str(self.path / name) if self.is_local else f"{self.location.rstrip('/')}/{name}"

    def read(self, name: str) -> bytes | None:
        """A small file's bytes, or None where it is not there."""
        try:
            if self.is_local:
                return (self.path / name).read_bytes()
            return bytes(self._fs.cat_file(self._inner(name)))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise LanmuError(
                say("score.unreadable", file=self.name_of(name), error=str(error.strerror or error))
            ) from error

    def opened(self, name: str) -> BinaryIO:
        """A file opened for reading; LanmuError where it is not there."""
        try:
            return (self.path / name).open("rb") if self.is_local else cast(BinaryIO, self._fs.open(self._inner(name)))
        except OSError as error:
            reason = error.strerror or error
            raise LanmuError(say("score.unreadable", file=self.name_of(name), error=str(reason))) from error

    def sizes(self, folder: str) -> dict[str, int]:
        """The whole files in ``folder`` by name, with their sizes in bytes."""
        if self.is_local:
            inside = self.path / folder
            if not inside.is_dir():
                return {}
            return {p.name: p.stat().st_size for p in inside.iterdir() if not p.name.startswith(".")}
        self._fs.invalidate_cache()
        try:
            entries = self._fs.ls(self._inner(folder), detail=True)
        except FileNotFoundError:
            return {}
        names = {str(e["name"]).rsplit("/", 1)[-1]: int(e["size"] or 0) for e in entries if e["type"] == "file"}
        return {name: size for name, size in names.items() if not name.startswith(".")}

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """A file to write; it appears under its name, synced, when the block ends, and not at all if it fails."""
        try:
            if self.is_local:
                with written_whole(self.path / name) as file:
                    yield file
                return
            with tempfile.TemporaryFile() as aside:
                yield cast(BinaryIO, aside)
                aside.seek(0)
                self._upload(cast(BinaryIO, aside), name)
        except OSError as error:
            where = self.name_of(name)
            raise LanmuError(say("score.unwritable", file=where, error=str(error.strerror or error))) from error

    def write(self, name: str, content: bytes) -> None:
        with self.writing(name) as file:
            file.write(content)

    def remove(self, name: str) -> None:
        """Remove a file or a folder with all in it, if it is there."""
        if self.is_local:
            path = self.path / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            return
        self._fs.invalidate_cache()
        inner = self._inner(name)
        if self._fs.exists(inner):
            self._fs.rm(inner, recursive=True)

    def is_empty(self) -> bool:
        """Whether nothing is there yet: no folder, or an empty one.  LanmuError where a file is in its place."""
        if self.is_local:
            if not self.path.exists():
                return True
            if not self.path.is_dir():
                raise LanmuError(say("score.is_a_file", path=str(self.path)))
            return not any(p for p in self.path.iterdir() if not p.name.startswith("."))
        self._fs.invalidate_cache()
        return not self._fs.exists(self._root) or not self._fs.ls(self._root)

    def sweep(self) -> None:
        """Remove what killed runs left half-written; only for who holds the run's lock."""
        if self.is_local:
            for folder in (self.path, self.path / "parts", self.path / "reports"):
                for left in folder.glob(".*.part") if folder.is_dir() else ():
                    left.unlink(missing_ok=True)

    def _upload(self, file: BinaryIO, name: str) -> None:
        inner = self._inner(name)
        parent, _, base = inner.rpartition("/")
        protocol = self._fs.protocol if isinstance(self._fs.protocol, str) else self._fs.protocol[0]
        whole_at_once = protocol in OBJECT_STORES
        self._fs.makedirs(parent, exist_ok=True)
        target = inner if whole_at_once else f"{parent}/.{base}.part"
        with self._fs.open(target, "wb") as to:
            shutil.copyfileobj(file, to, 4 << 20)
        if not whole_at_once:
            if self._fs.exists(inner):
                self._fs.rm(inner)
            self._fs.mv(target, inner)

    def _inner(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    @cached_property
    def _reached(self) -> tuple[Any, str]:
        return filesystem(self.location)

    @property
    def _fs(self) -> Any:
        return self._reached[0]

    @property
    def _root(self) -> str:
        return self._reached[1]

    def __reduce__(self) -> tuple[type[RunFolder], tuple[str]]:
        return RunFolder, (self.location,)


@dataclass(frozen=True, slots=True)
class Target:
    """``folder`` is the run's; ``file`` the single file's path or URL, empty where the parts are the output."""

    form: OutputForm
    folder: RunFolder
    file: str = ""

    @property
    def part_format(self) -> PartFormat:
        return "parquet" if self.form == "sqlite" else self.form

    @property
    def output(self) -> str:
        """What the user looks at in the end."""
        return self.file or self.folder.location


def choose_target(out: str, form: OutputForm | None = None) -> Target:
    """The target that ``out`` names by its ending: ``.db``, ``.jsonl``, ``.csv``, ``.parquet``, else a folder.

    LanmuError where ending and ``form`` contradict each other.
    """
    out = plain_path(out)
    ending = _ENDINGS.get(PurePosixPath(out).suffix.lower())
    if ending is None and form != "sqlite":
        return Target(form or "parquet", RunFolder(out))
    if ending and form and ending != form:
        raise LanmuError(say("score.two_formats", out=out, ending=ending, format=form))
    if is_url(out) and "sqlite" in (form, ending):
        raise LanmuError(say("score.local_sqlite", out=out))
    return Target(form or ending or "sqlite", RunFolder(f"{out.rstrip('/')}.run"), out)
