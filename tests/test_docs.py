"""Commands in the documents are run as printed: blocks marked ``sh run``, in order, in a folder of their own.

A ``text`` block after one holds lines that must be in its output; ``…`` stands for anything.  Commands in
all other blocks are understood by the command line: what they name is there and takes these values.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from lanmu.__main__ import COMMANDS, build

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(sh run|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tutorial.md", "labels.md"])
def test_commands_do_what_the_document_says(name: str, tmp_path: Path) -> None:
    folder, programs = tmp_path / "beiping", tmp_path / "bin"
    shutil.copytree(DOCS / "tutorial", folder)
    programs.mkdir()
    (programs / "lanmu").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lanmu "$@"\n')
    (programs / "lanmu").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(DOCS.parent),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "100",
    }
    blocks = BLOCK.findall((DOCS / name).read_text("utf-8"))
    assert sum(kind == "sh run" for kind, _ in blocks) >= 4
    output = ""
    for kind, content in blocks:
        if kind == "text":
            for line in content.splitlines():
                wanted = ".*?".join(re.escape(piece.strip()) for piece in line.split("…"))
                wanted = wanted.replace(r"\ ", r"\s+")
                assert re.search(wanted, output), f"{line!r} is not in the output:\n{output}"
            continue
        done = subprocess.run(
            ["sh", "-e", "-c", content], cwd=folder, env=environment, capture_output=True, timeout=250, check=False
        )
        output = done.stdout.decode() + done.stderr.decode()
        refused = done.returncode == 3 and "is not promoted" in output
        assert done.returncode == 0 or refused, f"{content}\n{output}"


FENCED = re.compile(r"^```[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[ |])(?:\S+/)?lanmu +(?!-)")


def commands(document: Path) -> list[str]:
    """What stands after ``lanmu`` in a document's blocks, without comments."""
    lines = (line for block in FENCED.findall(document.read_text("utf-8")) for line in block.splitlines())
    rests = [COMMAND.split(line, maxsplit=1) for line in lines]
    return [found[1] for found in rests if len(found) > 1 and found[1].split()[0] in COMMANDS]


TELLING = [path for path in (*sorted(ROOT.glob("README*.md")), *sorted(DOCS.glob("*.md"))) if commands(path)]


@pytest.mark.parametrize("document", TELLING, ids=lambda path: path.name)
def test_every_command_of_a_document_is_understood(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.main.get_command(build(list(COMMANDS)))
    called: list[str] = []
    _only_note(app, called)
    for line in commands(document):
        before = len(called)
        with pytest.raises(SystemExit) as ended:
            app.main(shlex.split(line.replace(" --lang zh", ""), comments=True), "lanmu")
        assert ended.value.code == 0 and len(called) == before + 1, f"lanmu {line}\n{capsys.readouterr().err}"


def _only_note(command: Any, called: list[str]) -> None:
    """Have a command and those below it take their arguments and do nothing."""
    for one in getattr(command, "commands", {}).values():
        _only_note(one, called)
        if not hasattr(one, "commands"):
            one.callback = lambda name=one.name, **_: called.append(name)


PATH = re.compile(r"`((?:classifier|training|lanmu|tests|docs|benchmarks|deploy)/[\w./-]+|[\w-]+\.(?:toml|csv|md))`")


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_the_guide_names_files_that_are_there(name: str) -> None:
    """Named from the top, or as a neighbour of a file named from the top."""
    named = PATH.findall((ROOT / name).read_text("utf-8"))
    assert len(named) > 15
    missing = [path for path in named if not (ROOT / path).exists() and not list(ROOT.glob(f"[cltd]*/**/{path}"))]
    assert missing == []


FOLDERS = ("classifier", "training", "lanmu", "tests", "benchmarks", "deploy")
NAME = re.compile(r"`(_?[A-Za-z]+(?:_\w+|[A-Z]\w+)|[A-Z]{4,})`")
CALL = re.compile(r"`@?(?:await )?(?:\w+\.)*([a-z]\w+)\([^`]*\)`")


@pytest.mark.parametrize("name", ["docs/architecture.md", "docs/service.md", "CONTRIBUTING.md"])
def test_the_guide_names_what_is_in_the_code(name: str) -> None:
    """So that a name that changes in the code changes there, too."""
    here = (
        path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".toml", ".yaml")
    )
    code = "\n".join(path.read_text("utf-8") for path in here if path.name != "test_docs.py")
    words = set(re.findall(r"\w+", code))
    made = set(re.findall(r"(?:def|class) (\w+)", code))
    text = (ROOT / name).read_text("utf-8")
    assert NAME.findall(text)
    assert [one for one in NAME.findall(text) if one not in words] == []
    assert [one for one in CALL.findall(text) if one not in made] == []


@pytest.mark.parametrize("document", [ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_a_document_names_modules_that_are_there(document: Path) -> None:
    here = [f"/{path.relative_to(ROOT)}" for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    named = re.findall(r"`([\w/]+\.py)`", document.read_text("utf-8"))
    assert [name for name in named if not any(path.endswith(f"/{name}") for path in here)] == []


def test_every_command_stands_in_the_documents() -> None:
    """After sqlite-utils, whose tests hold the same."""
    text = "\n".join(path.read_text("utf-8") for path in [ROOT / "README.md", *sorted(DOCS.glob("*.md"))])
    missing = [name for name in COMMANDS if f"lanmu {name}" not in text]
    assert missing == []
