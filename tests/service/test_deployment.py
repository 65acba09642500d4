"""What is in deploy/ fits the program: files, options, metrics, environment."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from classifier.errors import LanmuError
from lanmu.__main__ import build
from lanmu.service.settings import Settings, prepare
from tests.service.conftest import Made
from tests.service.test_inbox import quick

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")


def options_of(command: list[str]) -> set[str]:
    return {word for word in command if word.startswith("--")}


def test_the_commands_have_options_that_exist() -> None:
    told = CliRunner().invoke(build(["serve"]), ["serve", "--help"], env={"COLUMNS": "200"}).output
    unit = (DEPLOY / "lanmu.service").read_text("utf-8")
    started = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    proxied = re.findall(r"`lanmu (serve [^`]*)`", (DEPLOY / "nginx.conf").read_text("utf-8"))
    used = options_of(COMPOSE["services"]["lanmu"]["command"]) | options_of(shlex.split(started))
    used |= options_of(shlex.split(proxied[0]))
    used |= options_of(re.search(r"^CMD (.*)$", DOCKERFILE, re.M)[1].strip("[]").replace('"', "").split(", "))  # type: ignore[index]
    assert used == {"--host", "--watch", "--proxy", "--allow-host"}
    assert all(option in told for option in used)


def test_the_image_is_made_of_files_that_are_there_and_let_through() -> None:
    let_through = {
        line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = [
        source
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert {"pyproject.toml", "classifier", "models"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists() and source.split("/")[0] in let_through
    wheel = (ROOT / "pyproject.toml").read_text("utf-8").split("force-include]")[1].split("[")[0]
    assert all(name in copied for name in re.findall(r'^"([^"]+)" =', wheel, re.M))


def test_the_image_has_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert COMPOSE["services"]["lanmu"]["image"] == f"lanmu:{version}"
    assert f"-t lanmu:{version} ." in DOCKERFILE


@pytest.mark.slow
def test_the_image_is_built_with_the_kernel_compiled(tmp_path: Path) -> None:
    warming: list[str] = json.loads(re.search(r"^RUN (\[.*\])$", DOCKERFILE, re.M)[1])  # type: ignore[index]
    assert warming[:2] == ["lanmu", "tag"]
    page = ROOT / "samples" / Path(warming[2]).name
    subprocess.run(
        [sys.executable, "-m", "lanmu", "tag", page, *warming[3:]],
        env={**os.environ, "LANMU_CACHE": str(tmp_path)}, cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    assert list(tmp_path.glob("scoring-code-*.safetensors")), "the first start in a container compiles"


def test_the_locked_packages_are_those_of_the_service_with_their_hashes() -> None:
    locked = (ROOT / "requirements" / "service.lock").read_text("utf-8")
    names = set(re.findall(r"^([A-Za-z0-9_.-]+)==", locked, re.M))
    assert {"fastapi", "uvicorn", "watchfiles", "httpx", "scikit-learn", "jieba", "numba"} <= names
    assert not names & {"pytest", "mypy", "playwright"}
    assert len(re.findall(r"^[A-Za-z0-9_.-]+==.*\\\n    --hash=sha256:", locked, re.M)) == len(
        re.findall(r"^[A-Za-z0-9_.-]+==", locked, re.M)
    )
    assert "://" not in locked.replace("https://pypi.org", "")


def test_alerts_name_metrics_that_the_service_has(make_app: Made, settings: Settings) -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    named = {name for rule in rules for name in re.findall(r"lanmu_\w+", rule["expr"])}
    app = make_app(quick(settings).watching())
    app.api.post("/api/v1/tag", json={"title": "县篮球联赛落幕", "text": "决赛打满四节。"})
    told = set(re.findall(r"^(lanmu_\w+)", app.api.get("/metrics").text, re.M))
    assert len(named) > 8 and named <= told
    assert 'route="/api/v1/tag"' in app.api.get("/metrics").text


def test_secrets_come_from_files_where_the_environment_names_them(home: Path, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-kept-by-the-container\n", "utf-8")
    assert prepare(home, {"LANMU_TOKEN_FILE": str(token)}).token == "a-token-kept-by-the-container"
    assert not (home / "token").exists()
    with pytest.raises(LanmuError, match="LANMU_TOKEN_FILE"):
        prepare(home, {"LANMU_TOKEN_FILE": str(tmp_path / "nothing")})
