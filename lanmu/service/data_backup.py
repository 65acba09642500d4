"""Backup and restore of a data folder: one file with the database, labels, models, settings, secrets and results.

The database is copied by SQLite's own online backup, so the service may run meanwhile.  A restore
checks the whole file before it touches anything, and sets aside what was there.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from filelock import FileLock, Timeout
from sqlalchemy import delete

from classifier.errors import LanmuError
from classifier.files import sync_folder, written_whole
from classifier.messages import say
from classifier.model.versions import Registry
from lanmu.service.settings import USER_DICTIONARY
from lanmu.service.store import Store, audit, schema
from lanmu.service.store.database import DATABASE, UNFINISHED_RESTORE
from training.labels.file import hold_labels

CONTENTS = "lanmu-backup.json"
FORMAT = 1
FILES = ("labels.csv", USER_DICTIONARY, "settings.toml", "token", "session.key", "webhook.secret")
SECRETS = ("token", "session.key", "webhook.secret", DATABASE)
FOLDERS = ("models", "results")
BESIDE_DATABASE = ("-wal", "-shm", "-journal")
LOCKS = ("serve.lock", "inbox.lock", "outgoing.lock")
"""Held by `lanmu serve` and `lanmu watch` while they work on the folder."""
MOST_CONTENTS_BYTES = 64 << 20
_PIECE = 1 << 20


@dataclass(frozen=True)
class Backup:
    """What a backup file holds: ``files`` with their sizes and SHA-256, made ``at`` by this ``lanmu``."""

    at: str
    lanmu: str
    files: dict[str, tuple[int, str]]

    @property
    def bytes(self) -> int:
        return sum(size for size, _ in self.files.values())


def back_up(home: Path, target: Path) -> Backup:
    """Write a backup of a data folder, which may be in use, to a new file that only this user can read.

    Labels wait to be written meanwhile, so that labels.csv and the database say the same.
    Raises LanmuError where the folder holds no database, the file is there already, or the
    database is damaged.
    """
    database = home / DATABASE
    if not database.is_file():
        raise LanmuError(say("backup.no_database", folder=home))
    if os.path.lexists(target):
        raise LanmuError(say("backup.is_there", path=target))
    with ExitStack() as held, _tell_errors(target):
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(dir=target.parent, prefix=".lanmu-backup-")))
        copy = folder / DATABASE
        with hold_labels(home / "labels.csv"), Registry(home / "models").held():
            _copy_database(database, copy)
            paths = {DATABASE: copy, **dict(_files(home))}
            kept = {name: _copy(path, folder / "files" / name) for name, path in paths.items() if name != DATABASE}
        _check_database(copy)
        backup = Backup(
            time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            version("lanmu"),
            {name: _measure(path) for name, path in {DATABASE: copy, **kept}.items()},
        )
        old = os.umask(0o077)
        try:
            with written_whole(target) as file:
                _pack(file, backup, {DATABASE: copy, **kept})
        finally:
            os.umask(old)
    return backup


def restore(home: Path, source: Path, by: str) -> tuple[Backup, Path | None]:
    """Put a backup into a data folder that nothing uses; returns it, and where what was there is now.

    Everybody has to sign in again.  A restore that was cut off is done anew with the same file; until then
    nothing else uses the folder.  Raises LanmuError where lanmu works on the folder, or the file is
    damaged, incomplete, no backup, or of a newer lanmu; then nothing is changed.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held, _tell_errors(home):
        held.enter_context(_hold_unused(home))
        for stale in home.glob(".restore-*"):  # of one that was killed
            shutil.rmtree(stale)
        new = Path(held.enter_context(tempfile.TemporaryDirectory(dir=home, prefix=".restore-")))
        backup = _unpack(source, new)
        _check_database(new / DATABASE)
        _prepare_database(new / DATABASE, backup, source, by)
        unfinished = home / UNFINISHED_RESTORE
        unfinished.write_text(f"{source}\n", "utf-8")
        sync_folder(home)
        aside = _set_aside(home, backup)
        for name in sorted(backup.files):
            _put(new / name, home / name)
        unfinished.unlink()
        sync_folder(home)
        return backup, aside


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    """What a backup holds beside the database; links are not followed."""
    for name in FILES:
        if (home / name).is_file() and not (home / name).is_symlink():
            yield name, home / name
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            parts = path.relative_to(home).parts
            if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in parts):
                yield PurePosixPath(*parts).as_posix(), path


def _copy_database(path: Path, copy: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=30)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            copy.chmod(0o600)
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise LanmuError(say("backup.database_unreadable", path=path, error=error)) from error


def _check_database(path: Path) -> None:
    """Raises LanmuError where SQLite finds damage."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True)) as connection:
            problems = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            problems += [
                f"{row[0]}: row {row[1]} points nowhere" for row in connection.execute("PRAGMA foreign_key_check")
            ]
    except sqlite3.Error as error:
        problems = [str(error)]
    if problems != ["ok"]:
        raise LanmuError(say("backup.damaged", error="; ".join(str(line) for line in problems[:3])))


def _copy(path: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(path, target)
    shutil.copystat(path, target)
    return target


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path.stat().st_size, digest


def _pack(file: BinaryIO, backup: Backup, paths: dict[str, Path]) -> None:
    told = {"format": FORMAT, "at": backup.at, "lanmu": backup.lanmu, "files": backup.files}
    head = json.dumps(told, ensure_ascii=False, indent=1).encode()
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3, format=tarfile.PAX_FORMAT) as packed:
        entry = tarfile.TarInfo(CONTENTS)
        entry.size, entry.mtime = len(head), int(time.time())
        packed.addfile(entry, io.BytesIO(head))
        for name, path in paths.items():
            status = path.stat()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = status.st_size, status.st_mode & 0o777, int(status.st_mtime)
            with path.open("rb") as one:
                packed.addfile(entry, one)


def _unpack(source: Path, into: Path) -> Backup:
    """Unpack a backup file whose every file has the size and checksum that its list says, and no other."""
    damaged = LanmuError(say("backup.not_whole", path=source))
    try:
        with tarfile.open(source, "r:gz") as packed:
            entries = iter(packed)
            first = next(entries, None)
            if first is None or first.name != CONTENTS or not first.isreg() or first.size > MOST_CONTENTS_BYTES:
                raise LanmuError(say("backup.no_backup", path=source))
            backup = _contents(_open(packed, first).read(), source)
            missing = dict(backup.files)
            for entry in entries:
                size, digest = missing.pop(entry.name)
                target = into / entry.name
                if not entry.isreg() or entry.size != size:
                    raise damaged
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with target.open("xb") as file:
                    target.chmod(0o600 if entry.name in SECRETS else entry.mode & 0o777)
                    if _write(_open(packed, entry), file) != digest:
                        raise damaged
            if missing:
                raise damaged
            return backup
    except (tarfile.TarError, EOFError, KeyError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise LanmuError(say("backup.unreadable", path=source, error=error.strerror)) from error
        raise damaged from error


def _contents(content: bytes, source: Path) -> Backup:
    try:
        told: dict[str, Any] = json.loads(content)
        if told["format"] > FORMAT:
            raise LanmuError(say("backup.newer", path=source, lanmu=told["lanmu"]))
        files = {str(name): (int(size), str(digest)) for name, (size, digest) in told["files"].items()}
        backup = Backup(str(told["at"]), str(told["lanmu"]), files)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LanmuError(say("backup.not_whole", path=source)) from error
    if DATABASE not in files or not all(map(_is_ours, files)):
        raise LanmuError(say("backup.not_whole", path=source))
    return backup


def _is_ours(name: str) -> bool:
    """Whether a backup may hold a file of this name: nothing leaves the data folder."""
    parts = name.split("/")
    plain = all(part and not part.startswith(".") and part.isprintable() and "\\" not in part for part in parts)
    return plain and (name in (DATABASE, *FILES) or (len(parts) > 1 and parts[0] in FOLDERS))


def _open(packed: tarfile.TarFile, entry: tarfile.TarInfo) -> Any:
    content = packed.extractfile(entry)
    assert content is not None
    return content


def _write(source: Any, file: BinaryIO) -> str:
    state = hashlib.sha256()
    while piece := source.read(_PIECE):
        state.update(piece)
        file.write(piece)
    file.flush()
    os.fsync(file.fileno())
    return state.hexdigest()


def _prepare_database(path: Path, backup: Backup, source: Path, by: str) -> None:
    """Bring a database to the newest schema, end its sessions and note where it comes from."""
    store = Store(path)
    try:
        with store.writing() as connection:
            connection.execute(delete(schema.sessions))
            audit.note(connection, by, "restored", source.name, {"made": backup.at, "lanmu": backup.lanmu})
    finally:
        store.close()
    for ending in BESIDE_DATABASE:
        Path(f"{path}{ending}").unlink(missing_ok=True)


@contextmanager
def _hold_unused(home: Path) -> Iterator[None]:
    """Hold the data folder, so that nothing works on it; LanmuError where something does."""
    with ExitStack() as held:
        for name in LOCKS:
            try:
                held.enter_context(FileLock(home / name, blocking=False))
            except Timeout as error:
                raise LanmuError(say("backup.in_use", folder=home)) from error
        yield


def _set_aside(home: Path, backup: Backup) -> Path | None:
    """Move what the backup takes the place of into a folder of its own; None where there was nothing."""
    names = [DATABASE, *(DATABASE + ending for ending in BESIDE_DATABASE), *FILES, "models"]
    there = [name for name in names if os.path.lexists(home / name)]
    if not there:
        return None
    stem = home / time.strftime("before-restore-%Y%m%d-%H%M%S")
    aside, number = stem, 1
    while aside.exists():
        number += 1
        aside = stem.with_name(f"{stem.name}-{number}")
    aside.mkdir(mode=0o700)
    for name in there:
        if name in (*backup.files, "models") or name.startswith(DATABASE) or name == "labels.csv":
            (home / name).rename(aside / name)
    sync_folder(aside)
    return aside


def _put(source: Path, target: Path) -> None:
    """Move a file to its place; a result file that is longer there is the same file, gone on with."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_file() and target.parent.name == "results" and target.stat().st_size >= source.stat().st_size:
        return
    source.replace(target)
    sync_folder(target.parent)


@contextmanager
def _tell_errors(path: Path) -> Iterator[None]:
    """Errors of the system as ours."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        raise LanmuError(say("backup.cannot", path=where, error=error.strerror or error)) from error
