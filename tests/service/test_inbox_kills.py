"""The service killed (-9) again and again while files arrive: no result is lost, none doubled."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from lanmu.service.settings import new_secret
from tests.service.articles import CLINIC, HARVEST, MATCH
from tests.service.conftest import TOKEN
from tests.service.receiver import Receiver
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
BACKLOG = 150
LIMITS = "[limits]\ninbox_still_seconds = 0.3\ninbox_scan_seconds = 1.0\nwebhook_retry_seconds = 0.1\n"
LONG = pytest.mark.skipif("LANMU_LONG" not in os.environ, reason="takes minutes; set LANMU_LONG=1")


class Feeder(threading.Thread):
    """Puts files into the inbox in the ways that programs do: renamed in, written slowly, several articles in one."""

    def __init__(self, home: Path, count: int, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.home = home
        self.inbox = home / "inbox"
        self.count = count
        self.chance = chance
        self.titles: set[str] = set()
        self.contents: Counter[bytes] = Counter()
        self.put = 0

    def run(self) -> None:
        before = b""
        for number in range(self.count):
            while self.put - finished(self.home) > BACKLOG:
                time.sleep(0.02)
            articles = [self.article(number, part) for part in range(self.chance.choice((1, 1, 1, 2, 5)))]
            ending = "txt" if len(articles) == 1 else "jsonl"
            if ending == "txt":
                content = f"{articles[0]['title']}\n\n{articles[0]['text']}\n".encode()
            else:
                content = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles).encode()
            if before and self.chance.random() < 0.05:
                content, ending = before, "txt"  # the same article again under another name
            else:
                self.titles.update(article["title"] for article in articles)
                before = content if ending == "txt" else b""
            self.write(self.inbox / f"版{number % 7}" / f"稿{number % 50}.{number}.{ending}", content)
            self.contents[content] += 1
            self.put += 1

    def article(self, number: int, part: int) -> dict[str, str]:
        kind = self.chance.choice((HARVEST, MATCH, CLINIC))
        return {
            "id": f"{number}-{part}",
            "title": f"{kind['title']}第{number}之{part}",
            "text": kind["text"] * self.chance.randint(1, 4) + f"这是第{number}件的第{part}篇。",
        }

    def write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.chance.random() < 0.8:
            beside = path.with_name(path.name + ".part")
            beside.write_bytes(content)
            beside.rename(path)
            return
        half = self.chance.randrange(len(content))
        with path.open("wb") as file:
            file.write(content[:half])
            file.flush()
            time.sleep(self.chance.random() * 0.1)
            file.write(content[half:])


def finished(home: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(home / "done"))


def asked(client: httpx.Client, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, (answer.status_code, answer.headers, answer.text)
    body: dict[str, Any] = answer.json()
    return body


def started(home: Path, receiver: Receiver, secret: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ, "LANMU_TOKEN": TOKEN, "PYTHONPATH": str(ROOT),
        "LANMU_WEBHOOK": receiver.address, "LANMU_WEBHOOK_SECRET": secret,
    }  # fmt: skip
    command = [sys.executable, "-m", "lanmu", "serve", "--home", str(home), "--port", "0"]
    with (home.parent / "printed").open("wb") as printed, (home.parent / "log").open("ab") as log:
        return subprocess.Popen(command, stdout=printed, stderr=log, env=environment)


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize(("kills", "files"), [(4, 200), pytest.param(20, 2000, marks=LONG)])
def test_no_result_is_lost_or_doubled_by_kills(kills: int, files: int, home: Path) -> None:
    chance = random.Random(files)
    flaky = random.Random(kills)
    receiver = Receiver(lambda headers, body: 503 if flaky.random() < 0.02 else 200)
    secret = new_secret()
    (home / "settings.toml").write_text(LIMITS, "utf-8")
    (home / "inbox").mkdir()
    feeder = Feeder(home, files, chance)
    feeder.start()
    process = started(home, receiver, secret)
    killed_at: list[int] = []
    try:
        for kill in range(kills):
            if kill % 5 == 4:  # while it starts, goes through what the last one left, or has just begun
                time.sleep(chance.random() * 4)
            else:
                wanted = (kill + chance.random()) * files / (kills + 1)
                eventually(lambda: finished(home) >= wanted, "the next kill's moment")  # noqa: B023
                time.sleep(chance.random() * 0.2)
            assert process.poll() is None, (home.parent / "log").read_text("utf-8")[-3000:]
            process.kill()
            process.wait()
            killed_at.append(finished(home))
            process = started(home, receiver, secret)
        feeder.join(600)
        eventually(lambda: finished(home) == files, "the last file", 300)
        address = re.search(r"http://\S+", (home.parent / "printed").read_text("utf-8"))
        assert address is not None
        with httpx.Client(base_url=address[0], headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            eventually(lambda: asked(client, "/api/v1/inbox")["webhook"]["waiting"] == 0, "the last delivery")
            total = asked(client, "/api/v1/articles?limit=1")["total"]
            state = asked(client, "/api/v1/inbox")
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        receiver.stop()

    lines = [
        json.loads(line)
        for file in sorted((home / "results").iterdir())
        for line in file.read_text("utf-8").splitlines()
    ]
    moved = Counter(path.read_bytes() for path in (home / "done").rglob("*") if path.is_file())
    delivered = Counter(post.id for post in receiver.taken)
    twice = delivered.total() - len(delivered)
    print(
        f"\n{kills} kills at {killed_at} files done; {files} files, {len(feeder.titles)} articles: "
        f"{total} in the queue, {len(lines)} lines, {len(delivered)} delivered and {twice} deliveries repeated"
    )
    assert [path for path in (home / "inbox").rglob("*") if path.is_file() and path.name != ".lanmu.lock"] == []
    assert not (home / "refused").exists() and state["webhook"]["dead"] == 0
    assert moved == feeder.contents
    assert total == len(feeder.titles)
    assert Counter(line["title"] for line in lines) == dict.fromkeys(feeder.titles, 1)
    assert [line["number"] for line in lines] == sorted(line["number"] for line in lines)
    assert {post.event["data"]["title"] for post in receiver.taken} == feeder.titles
    assert len(delivered) == len(feeder.titles)
    assert twice <= 4 * kills  # a kill before its note repeats a delivery, under its id
