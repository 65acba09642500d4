"""A soak in short form: articles, labels and a retraining side by side; memory, files and times stay flat."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.articles import CLINIC, HARVEST, MATCH
from tests.service.conftest import Server
from tests.waiting import eventually

ARTICLES = 4_000
CLIENTS = 4


def used(server: Server) -> tuple[int, int]:
    """Resident memory in MB, and open files."""
    assert server.process is not None
    folder = Path("/proc") / str(server.process.pid)
    pages = int((folder / "statm").read_text().split()[1])
    return pages * 4096 >> 20, len(list((folder / "fd").iterdir()))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_memory_files_and_times_stay_flat(serve: Callable[..., Server], home: Path) -> None:
    server = serve()
    times: list[float] = []
    done = 0
    lock = threading.Lock()
    errors: list[str] = []

    def work(number: int) -> None:
        nonlocal done
        with server.client() as client:
            for i in range(ARTICLES // CLIENTS):
                one = (MATCH, CLINIC, HARVEST)[i % 3]
                body = {"articles": [{**one, "id": "", "title": f"{one['title']}之{number}-{i}"}]}
                begun = time.monotonic()
                answer = client.post("/api/v1/articles", json=body)
                taken = time.monotonic() - begun
                if answer.status_code == 201 and i % 5 == 0:
                    added = answer.json()["articles"][0]["number"]
                    category = ("sports", "health", "agriculture")[i % 3]
                    answer = client.put(f"/api/v1/articles/{added}/label", json={"category": category})
                with lock:
                    times.append(taken)
                    done += 1
                    if answer.status_code >= 400:
                        errors.append(f"{answer.status_code} {answer.text[:200]}")

    workers = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for worker in workers:
        worker.start()
    eventually(lambda: done > ARTICLES // 4, "a quarter of the articles", 600)
    with server.client() as client:
        training = client.post("/api/v1/trainings").json()["number"]
    early = used(server)
    for worker in workers:
        worker.join()
    late = used(server)
    with server.client() as client:
        assert client.get("/api/v1/articles?limit=1").json()["total"] == ARTICLES
        eventually(lambda: client.get(f"/api/v1/trainings/{training}").json()["status"] != "running", "it", 300)
        assert client.get("/readyz").json()["problems"] == []
    assert not errors, errors[:3]
    assert late[0] < early[0] + 60, f"memory went from {early[0]} to {late[0]} MB"
    assert late[1] < early[1] + 20, f"open files went from {early[1]} to {late[1]}"
    quarter = len(times) // 4
    assert statistics.median(times[-quarter:]) < 3 * statistics.median(times[quarter : 2 * quarter]) + 0.05
    assert server.stop() == 0
