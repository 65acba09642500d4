"""What ``--out`` names: a folder of parts, or one file that is put together from parts at the end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.archive.folder import RunFolder
from lanmu.archive.locations import is_url, plain_path
from lanmu.archive.plan import PartFormat

OutputForm = Literal["parquet", "jsonl", "csv", "sqlite"]
_ENDINGS: dict[str, OutputForm] = {
    ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv",
    ".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite",
}  # fmt: skip


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


def target(out: str, form: OutputForm | None = None) -> Target:
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
