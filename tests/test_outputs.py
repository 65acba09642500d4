"""What is written: in UTF-8 whatever the console, through links and pipes, and in one line where it cannot be."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from classifier.files import check_writable, write_output
from tests.conftest import Lanmu

ARTICLE = {"id": "e1", "title": "灯会开幕🎉", "text": "灯会今晚在䶮河边开幕,河边挂起两千盏灯,市民扶老携幼前来观看。"}


@pytest.fixture
def news(tmp_path: Path) -> Path:
    path = tmp_path / "news.jsonl"
    path.write_text(json.dumps(ARTICLE, ensure_ascii=False) + "\n", "utf-8")
    return path


def tagged(*arguments: str | Path, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "lanmu", "tag", *map(str, arguments)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run(command, capture_output=True, env=environment, timeout=250, check=False)


@pytest.mark.parametrize(("form", "encoding"), [("jsonl", "gbk"), ("csv", "ascii")])
def test_data_is_utf8_whatever_the_console_has(form: str, encoding: str, news: Path, small_model_folder: Path) -> None:
    done = tagged(news, "--model", small_model_folder, "--format", form, encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert ARTICLE["title"] in done.stdout.decode("utf-8")


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_a_table_escapes_what_the_console_lacks(encoding: str, news: Path, small_model_folder: Path) -> None:
    done = tagged(news, "--model", small_model_folder, "--format", "table", encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert "\\U0001f389" in done.stdout.decode(encoding)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [("tag", "news.jsonl", "--format", "csv"), ("labels", "stats"), ("--version",)])
def test_a_full_disk_behind_standard_output_is_said_in_a_line(arguments: tuple[str, ...], news: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lanmu", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=news.parent,
            timeout=250,
            check=False,
            text=True,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "standard output" in done.stderr and "No space left" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("tag", "news.jsonl", "--out", "there.txt/o.jsonl"),
        ("tag", "news.jsonl", "--out", "folder"),
        ("score", "news.jsonl", "--out", "there.txt/run"),
        ("train", "--models", "there.txt/models"),
        ("evaluate", "--out", "there.txt/report"),
        ("labels", "export", "there.txt/l.csv"),
        ("labels", "next", "news.jsonl", "--out", "there.txt/s.csv"),
        ("labels", "suspects", "--out", "there.txt/s.csv"),
        ("labels", "add", "文化", "a.txt", "--labels", "there.txt/l.csv"),
    ],
)
def test_an_output_that_cannot_be_written_is_found_before_the_work(
    arguments: tuple[str, ...], lanmu: Lanmu, news: Path
) -> None:
    (news.parent / "there.txt").write_text("这里是文件")
    (news.parent / "folder").mkdir()
    (news.parent / "a.txt").write_text("灯会开幕\n\n河边挂起两千盏灯。\n", "utf-8")
    done = lanmu(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1
    assert "there.txt" in done.stderr or "folder" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no files")
@pytest.mark.parametrize(
    "arguments",
    [
        ("tag", "news.jsonl", "--out", "o.jsonl"),
        ("labels", "add", "文化", "a.txt", "--labels", "l.csv"),
        ("labels", "export", "o.csv"),
        ("models", "promote", "small", "--models", "models"),
    ],
)
def test_a_disk_that_takes_nothing_more_is_said_in_a_line(
    arguments: tuple[str, ...], news: Path, small_model_folder: Path
) -> None:
    (news.parent / "a.txt").write_text("灯会开幕\n\n河边挂起两千盏灯。\n", "utf-8")
    shutil.copytree(small_model_folder, news.parent / "models" / "small")
    code = (
        "import resource, sys\n"
        "from lanmu.__main__ import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        cwd=news.parent,
        timeout=250,
        check=False,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr and "File too large" in done.stderr, done.stderr
    assert arguments[-1] in done.stderr
    assert not (news.parent / "models" / "current").exists() and not list(news.parent.glob("o.*"))


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "real.jsonl", tmp_path / "link"
    real.write_text("old")
    link.symlink_to("real.jsonl")
    write_output(link, "新")
    assert link.is_symlink() and real.read_text("utf-8") == "新"
    (tmp_path / "later").symlink_to("not-yet")
    write_output(tmp_path / "later", b"x")
    assert (tmp_path / "not-yet").read_bytes() == b"x" and (tmp_path / "later").is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_written_through(news: Path, small_model_folder: Path) -> None:
    pipe = news.parent / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    done = tagged(news, "--model", small_model_folder, "--out", pipe)
    reader.join(60)
    assert done.returncode == 0, done.stderr
    assert pipe.is_fifo() and json.loads(read[0])["id"] == "e1"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Unix closes streams")
def test_streams_that_are_closed_before_the_start(news: Path, small_model_folder: Path) -> None:
    """As cron jobs and service managers do; a file opened later must not get the output's place."""

    def run(after: str, *more: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "lanmu", "tag", str(news), "--model", str(small_model_folder), *more]
        command = f"{shlex.join(words)} {after}"
        return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=250, check=False)

    closed = run(">&-", "--format", "csv")
    assert closed.returncode == 2 and closed.stderr.count("\n") == 1 and "standard output" in closed.stderr
    out = news.parent / "o.csv"
    assert run(">&- 2>&- <&-", "--out", str(out)).returncode == 0 and ARTICLE["title"] in out.read_text("utf-8")
    silent = run("2>&-", "没有.txt", "--format", "csv")
    assert silent.returncode == 1 and len(silent.stdout.splitlines()) == 2


def test_a_link_to_a_folder_is_refused_and_one_to_a_place_that_is_not_yet_there_is_written(
    news: Path, lanmu: Lanmu, small_model_folder: Path
) -> None:
    (news.parent / "folder").mkdir()
    (news.parent / "to-folder").symlink_to("folder")
    (news.parent / "later").symlink_to("not/yet/o.csv")
    refused = lanmu("tag", news.name, "--model", small_model_folder, "--out", "to-folder")
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1
    assert lanmu("tag", news.name, "--model", small_model_folder, "--out", "later").returncode == 0
    assert (news.parent / "later").is_symlink() and (news.parent / "not" / "yet" / "o.csv").exists()


def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "o.csv")
    assert [p.name for p in tmp_path.rglob("*")] == ["a"]
    with pytest.raises(IsADirectoryError, match=r"a'"):
        check_writable(tmp_path / "a")


@pytest.mark.slow
def test_nothing_in_a_name_or_a_text_commands_the_terminal(
    tmp_path: Path, lanmu: Lanmu, small_model_folder: Path
) -> None:
    folder = tmp_path / "来稿"
    folder.mkdir()
    title = "[/x]篮球\u3000联赛\x1b]0;改名\x07落幕\x9b2J"
    article = {"title": title, "text": "决赛打满四节,城关镇队夺得冠军,球迷挤满体育馆。"}
    (folder / "好\x1b[31m\n假的一行.jsonl").write_text(json.dumps(article), "utf-8")
    (folder / "坏\x1b[2J\nlanmu: 假的一行.docx").write_bytes(b"\0\1\2")
    model = ("--model", small_model_folder)
    for form in (("--format", "table", "--explain"), ("--format", "jsonl")):
        done = lanmu("tag", folder, *model, *form)
        assert done.returncode == 1, done.stderr
        shown = done.stderr + done.stdout
        assert not set("\x1b\x07\x9b") & set(shown), repr(shown)
        if "jsonl" in form:
            assert "\x9b" in json.loads(done.stdout.splitlines()[0])["title"]
        assert "[/x]" in done.stdout and "Traceback" not in shown
        assert not any(line.startswith(("假的", "lanmu: 假的")) for line in shown.splitlines())
    done = lanmu("score", folder, *model, "--out", tmp_path / "out")
    assert not set("\x1b\x07\x9b") & set(done.stderr + done.stdout)
    labels = tmp_path / "labels.csv"
    rows = "a,[/x],,2026-01-01,题,正文\nb,[red]红,,2026-01-01,题二,正文\n"
    labels.write_text(f"id,category,source,date,title,text\n{rows}", "utf-8")
    for command in ("stats", "check"):
        done = lanmu("labels", command, "--labels", labels)
        assert "Traceback" not in done.stderr and done.returncode in (0, 1, 2), done.stderr
    categories = tmp_path / "categories.toml"
    categories.write_text(
        '[[category]]\nid = "x"\nname = "[/x]"\n[[category]]\nid = "red"\nname = "[red]红"\n', "utf-8"
    )
    done = lanmu("labels", "stats", "--labels", labels, "--categories", categories)
    assert "[/x]" in done.stdout and "Traceback" not in done.stderr, done.stderr
