"""Commands in the documents are run as printed: blocks marked ``sh run``, in order, in a folder of their own.

A ``text`` block after one holds lines that must be in its output; ``…`` stands for anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```(sh run|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


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
        assert done.returncode == 0, f"{content}\n{output}"
