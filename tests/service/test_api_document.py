"""docs/api.md: its commands run as printed, its limits are the real ones."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from lanmu.service.settings import ServiceLimits
from tests.service.conftest import ROOT, TOKEN, Server

DOCUMENT = (ROOT / "docs" / "api.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The document's code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


def test_the_limits_are_the_real_ones() -> None:
    told = next(tomllib.loads(block)["limits"] for block in blocks("toml"))
    limits = asdict(ServiceLimits())
    assert {name: limits[name] for name in told} == told
    ours = {name for name in limits if not name.startswith(("webhook_", "batch_", "inbox_")) or name in told}
    assert set(told) == ours


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_the_commands_run_as_printed(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve("--open-learn")
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    script = ["set -euo pipefail", 'curl() { command curl --silent --show-error --fail-with-body "$@"; echo; }']
    for block in blocks("bash")[1:]:
        # The small model of the tests has three categories only.
        script.append(block.replace("会议", "三农").replace("旅游", "体育") if "explain" in block else block)
    environment = {"LANMU": server.address, "TOKEN": TOKEN, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=tmp_path, env=environment, capture_output=True, timeout=100, check=False
    )
    printed = done.stdout.decode()
    assert done.returncode == 0, printed + done.stderr.decode()
    assert printed.count('"model":"small"') > 10 and '"line":2' in printed
    for example in blocks("python"):
        code = example.replace("http://127.0.0.1:8765", server.address)
        assert code != example
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr.decode()
        assert len(ran.stdout.decode().splitlines()) == 3
