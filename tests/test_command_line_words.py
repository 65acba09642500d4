"""What the command line understands and says: shares, endings, empty paths, sums, short options, groups of help."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from lanmu.commands.options import share_of
from tests.conftest import Lanmu
from tests.test_command_line import MEETING, ROOT


def test_a_share_is_understood_as_people_write_it() -> None:
    assert [share_of(text) for text in ("0.97", "97", "97%", "97 ％", "1", "0")] == [0.97, 0.97, 0.97, 0.97, 1.0, 0.0]
    for wrong in ("9x", "-1", "101", "", "nan"):
        with pytest.raises(typer.BadParameter, match=r"write 0\.97"):
            share_of(wrong)


def test_what_is_no_path_or_no_known_ending_is_refused_before_the_work(lanmu: Lanmu, tmp_path: Path) -> None:
    (tmp_path / "会.txt").write_text(MEETING, "utf-8")
    for arguments, said in (
        (("",), "a path is empty"),
        (("https://example.com/a.html",), "lanmu score read the address"),
        (("会.txt", "--out", "a.xlsx"), ".xlsx is not known"),
        (("会.txt", "--format", "csv", "--explain"), "--explain has no place in CSV"),
    ):
        done = lanmu("tag", *arguments)
        assert done.returncode == 2 and said in done.stderr, arguments
    assert [path.name for path in tmp_path.iterdir()] == ["会.txt"]


def test_csv_for_excel_and_the_sums_at_the_end(lanmu: Lanmu, tmp_path: Path) -> None:
    done = lanmu("tag", ROOT / "samples" / "page.md", "-o", "页.csv", "--accept-accuracy", "97%")
    assert done.returncode == 0, done.stderr
    assert "7 articles:" in done.stderr and "accepted" in done.stderr
    content = (tmp_path / "页.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.DictReader(content.decode("utf-8-sig").splitlines()))) == 7
    assert lanmu("tag", ROOT / "samples" / "page.md", "-o", "页.csv", "-q").stderr == ""
    piped = lanmu("tag", ROOT / "samples" / "page.md", "--out", "-", "--format", "jsonl")
    assert len(piped.stdout.splitlines()) == 7 and not (tmp_path / "-").exists()


def test_a_table_of_several_files_says_which(lanmu: Lanmu, tmp_path: Path) -> None:
    for name in ("一版.txt", "二版.txt"):
        (tmp_path / name).write_text(MEETING.replace("6月", f"{len(name)}月"), "utf-8")
    shown = lanmu("tag", "一版.txt", "二版.txt", "--format", "table").stdout
    assert shown.index("一版.txt") < shown.index("二版.txt")
    assert "一版.txt" not in lanmu("tag", "一版.txt", "--format", "table").stdout


def test_help_lists_the_version_and_groups_options(lanmu: Lanmu) -> None:
    root = lanmu("-h").stdout
    assert "--version" in root and "--install-completion" in root
    assert "Expert" in lanmu("tag", "-h").stdout and "专家选项" in lanmu("tag", "--help", "--lang", "zh").stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_ctrl_c_says_one_sentence(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "lanmu", "tag", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        # A shell that runs the tests in the background has them ignore Ctrl-C, and so their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and said.decode().strip() == "lanmu: stopped"


def test_a_look_at_nothing_makes_nothing(lanmu: Lanmu, tmp_path: Path) -> None:
    done = lanmu("users", "list")
    assert done.returncode == 2 and "--home" in done.stderr
    assert "no such folder" in lanmu("tag", ROOT / "samples" / "page.md", "--models", "modles").stderr
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_is_said_in_chinese(lanmu: Lanmu) -> None:
    for arguments, said in (
        (("tag", "--nope"), "没有选项 --nope"),
        (("sore",), "没有命令 'sore'。是不是 'score'"),
        (("tag", "x", "--format", "xml"), "'--format' 的值不对：'xml' 不行，可选的有"),
        (("models", "promote"), "缺少 'name'"),
        (("score", "x", "--ranking", "三"), "'三' 不是整数"),
        (("score", "x"), "请写明写到哪里"),
        (("tag", "x", "--kind", "scroll"), "不认识种类 'scroll'"),
        (("tag", "x", "--model", "没有"), "既不是模型文件夹"),
    ):
        done = lanmu(*arguments, "--lang", "zh")
        assert done.returncode == 2 and said in done.stderr, (arguments, done.stderr)


def test_a_run_is_told_in_chinese_and_one_article_is_no_plural(lanmu: Lanmu, tmp_path: Path) -> None:
    (tmp_path / "会.txt").write_text(MEETING, "utf-8")
    (tmp_path / "空.txt").write_bytes(b"")
    done = lanmu("score", "会.txt", "空.txt", "--out", "out", "--lang", "zh")
    assert done.returncode == 1
    assert "out 里共 1 篇：自动采用" in done.stderr and "1 处未能读取" in done.stderr and "refused /" not in done.stderr
    assert "1 article:" in lanmu("tag", "会.txt", "--out", "a.jsonl").stderr
    none = lanmu("score", "没有", "也没有", "--out", "none", "--lang", "zh")
    assert none.returncode == 2 and "没有: 读不了（" in none.stderr and "也没有: 读不了（" in none.stderr
