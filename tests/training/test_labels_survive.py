"""Two processes add labels at once and one is killed while it writes: nothing lost, nothing doubled."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.waiting import eventually
from training.labels.file import Label, append_labels, read_labels

FORK = multiprocessing.get_context("fork")


def _add_without_end(path: Path, worker: str, done: Connection) -> None:
    number = 0
    while True:
        name = f"{worker}-{number}"
        append_labels(
            path, [Label(name, "culture", "desk", "", f"第{number}场演出", "剧团下乡,\n演出" + "一场。" * 200)]
        )
        done.send(name)
        number += 1


def _told(done: Connection) -> list[str]:
    names: list[str] = []
    try:
        while done.poll():
            names.append(done.recv())
    except EOFError:
        pass
    return names


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_a_kill_while_writing_loses_and_doubles_nothing(tmp_path: Path, rounds: int) -> None:
    dice = random.Random(5)
    path = tmp_path / "labels.csv"
    path.write_text("id,category,source,date,title,text\n旧-1,sports,,,县队夺冠,球迷上街庆祝。\n", "utf-8")
    certain = {"旧-1"}
    for number in range(rounds):
        workers = []
        for side in "ab":
            receiving, sending = FORK.Pipe(duplex=False)
            process = FORK.Process(target=_add_without_end, args=(path, f"{side}{number}", sending))
            process.start()
            sending.close()
            workers.append((process, receiving))
        time.sleep(0.02 + dice.random() * 0.1)
        os.kill(workers[0][0].pid or 0, signal.SIGKILL)
        workers[0][0].join()
        told = _told(workers[1][1])
        assert workers[1][0].is_alive(), "the other goes on"
        told += eventually(lambda: _told(workers[1][1]), "a label written after the other's end")  # noqa: B023
        os.kill(workers[1][0].pid or 0, signal.SIGKILL)
        workers[1][0].join()
        certain |= set(told) | {name for _, receiving in workers for name in _told(receiving)}
        table = read_labels(path)
        names = [label.id for label in table.labels]
        assert not table.findings
        assert len(names) == len(set(names))
        assert certain <= set(names), "what was told to be added is there"
        certain = set(names)
    append_labels(path, [Label("新-1", "health", text="义诊队进村。")])
    assert not list(tmp_path.glob(".*.part")), "what killed writers left is swept away"
