"""models/: versions of a model, which one is meant or current, and the journal of every change."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classifier.errors import ModelError
from classifier.files import find_shipped, sync_folder, write_text_whole
from classifier.messages import Said, record_of, said_of, say
from classifier.model.model_files import MANIFEST, Manifest, read_manifest, read_model

CURRENT = "current"
HISTORY = "history.jsonl"
LOCK_SECONDS = 60.0
MAX_NAME = 120


def models_folder(models: Path | None = None) -> Path:
    """The folder of model versions: the given one, $LANMU_MODELS, ./models with a current model, or the shipped."""
    if models is not None:
        return models
    if chosen := os.environ.get("LANMU_MODELS"):
        return Path(chosen)
    here = Path("models")
    return here if (here / CURRENT).is_file() else find_shipped("models")


def current_name(models: Path) -> str:
    """The name of the current version in a folder of models."""
    path = models / CURRENT
    if not models.is_dir():
        raise ModelError(say("model.no_folder", folder=str(models)))
    try:
        name = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(say("model.no_current", path=str(path), error=str(error))) from error
    if not is_name(name):
        raise ModelError(say("model.no_name", path=str(path)))
    return name


def is_name(name: str) -> bool:
    """Whether a string can be a version's name: no path in it, not hidden."""
    allowed = all(character.isalnum() or character in "-_." for character in name)
    return 0 < len(name) <= MAX_NAME and allowed and not name.startswith(".") and name != CURRENT


def model_path(model: str | None = None, models: Path | None = None) -> Path:
    """The folder of a model given as a path or a version's name; without one, $LANMU_MODEL or the current version."""
    model = model or os.environ.get("LANMU_MODEL") or None
    folder = models_folder(models)
    if model is None:
        return folder / current_name(folder)
    if is_name(model) and (folder / model).is_dir():
        return folder / model
    path = Path(model)
    if not path.is_dir():
        raise ModelError(say("model.unknown", model=model, folder=str(folder)))
    return path


@dataclass(frozen=True, slots=True)
class Event:
    """A change of the registry: ``action`` is added, refused, kept back, promoted, rolled back or pruned.

    ``reasons`` are messages, or the words of a person or of an earlier version.
    """

    time: str
    action: str
    name: str
    previous: str = ""
    reasons: tuple[Said, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """One version in the folder; ``problem`` says why it cannot be used, if so."""

    name: str
    path: Path
    current: bool
    manifest: Manifest | None
    problem: str = ""


@dataclass(frozen=True)
class Registry:
    """A folder of model versions.

    Readers see the current version change from one to the next and nothing between: the file
    ``current`` is written aside and renamed.  Writers take a lock.
    """

    folder: Path

    @property
    def current(self) -> str | None:
        """The current version's name, or None where there is none yet."""
        return current_name(self.folder) if (self.folder / CURRENT).exists() else None

    @property
    def previous(self) -> str | None:
        """The version that ``rollback`` goes back to, or None where there is none."""
        return self._before(self.current)

    def path(self, name: str) -> Path:
        """The folder of a version; ModelError where there is none of this name."""
        if not is_name(name) or not (self.folder / name / MANIFEST).is_file():
            raise ModelError(say("model.no_version", name=name, folder=str(self.folder)))
        return self.folder / name

    def new_path(self, name: str) -> Path:
        """Where a new version of this name will be; ModelError where the name cannot be one, or is taken."""
        if not is_name(name):
            raise ModelError(say("model.bad_name", name=name, most=MAX_NAME))
        if (self.folder / name).exists():
            raise ModelError(say("model.name_taken", path=str(self.folder / name)))
        return self.folder / name

    def versions(self) -> list[Version]:
        """All versions by name; damaged ones are listed with their problem."""
        current = self.current
        versions: list[Version] = []
        for path in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            if not path.is_dir() or not is_name(path.name):
                continue
            try:
                versions.append(Version(path.name, path, path.name == current, read_manifest(path)))
            except ModelError as error:
                versions.append(Version(path.name, path, path.name == current, None, str(error)))
        return versions

    def free_name(self, stem: str) -> str:
        """``stem``, or with the first number that is free."""
        name, number = stem, 1
        while (self.folder / name).exists():
            number += 1
            name = f"{stem}-{number}"
        return name

    def seed(self, model: Path, reason: Said) -> Event:
        """Begin a folder without a current model with a copy of one."""
        target = self.folder / model.name
        with self.held():
            if not target.exists():
                beside = self.folder / f".{model.name}.part"
                shutil.rmtree(beside, ignore_errors=True)
                shutil.copytree(model, beside)
                sync_folder(beside)
                beside.replace(target)
        return self.promote(model.name, (reason,))

    def promote(self, name: str, reasons: tuple[Said, ...] = (), details: dict[str, Any] | None = None) -> Event:
        """Make a version the current one; it is checked first."""
        with self.held():
            read_model(self.path(name))
            previous = self.current
            write_text_whole(self.folder / CURRENT, name + "\n")
            return self._note(Event(_now(), "promoted", name, previous or "", reasons, details or {}))

    def rollback(self, reasons: tuple[Said, ...] = ()) -> Event:
        """Go back to the version that was current before the last promotion that still stands."""
        with self.held():
            name = self.current
            before = self._before(name)
            if name is None or before is None:
                raise ModelError(say("model.no_earlier", folder=str(self.folder)))
            self.path(before)
            write_text_whole(self.folder / CURRENT, before + "\n")
            return self._note(Event(_now(), "rolled back", before, name, reasons))

    def note(
        self, action: str, name: str, reasons: tuple[Said, ...] = (), details: dict[str, Any] | None = None
    ) -> Event:
        """Write a line in the journal."""
        with self.held():
            return self._note(Event(_now(), action, name, self.current or "", reasons, details or {}))

    def prune(self, keep: int = 5, *, dry: bool = False) -> list[str]:
        """Remove old versions: the current one, the one to roll back to, and the ``keep`` latest stay.

        ``dry``: only name those that would go.
        """
        if keep < 0:
            raise ModelError(say("model.keep", keep=keep))
        with self.held():
            versions = sorted(self.versions(), key=lambda v: v.path.stat().st_mtime, reverse=True)
            needed = {self.current, self._before(self.current)} | {v.name for v in versions[:keep]}
            removed = [v for v in versions if v.name not in needed]
            for version in () if dry else removed:
                aside = version.path.with_name(f".{version.name}.removed")
                version.path.replace(aside)
                shutil.rmtree(aside)
                self._note(Event(_now(), "pruned", version.name))
            return sorted(v.name for v in removed)

    def history(self) -> list[Event]:
        """The journal, oldest first; a torn last line (a power cut) is left out."""
        path = self.folder / HISTORY
        events: list[Event] = []
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            try:
                record = json.loads(line)
                events.append(Event(**{**record, "reasons": tuple(map(said_of, record["reasons"]))}))
            except (ValueError, TypeError, KeyError, AttributeError):
                continue
        return events

    def _before(self, name: str | None) -> str | None:
        """What was current when ``name`` was promoted last."""
        for event in reversed(self.history()):
            if event.action == "promoted" and event.name == name and event.previous not in ("", name):
                return event.previous
        return None

    def _note(self, event: Event) -> Event:
        path = self.folder / HISTORY
        torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
        with path.open("ab") as file:
            record = {**asdict(replace(event, reasons=())), "reasons": [record_of(said) for said in event.reasons]}
            line = json.dumps(record, ensure_ascii=False) + "\n"
            file.write((("\n" if torn else "") + line).encode())
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.folder)
        return event

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep everybody from changing the folder.  ModelError where another program does."""
        from filelock import FileLock, Timeout  # what only reads a model starts without

        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(str(self.folder / ".lock"), timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            raise ModelError(say("model.busy", folder=str(self.folder))) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
