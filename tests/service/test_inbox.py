"""The watched folder: what becomes of files, good and bad, finished and half-written, once and again."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifier.article import Article
from classifier.errors import LanmuError
from lanmu.service.inbox.folders import Folders
from lanmu.service.inbox.outgoing import ResultFiles
from lanmu.service.inbox.scanning import Stillness, scan
from lanmu.service.inbox.taking import Taking
from lanmu.service.reading_pool import Reading
from lanmu.service.settings import ServiceLimits, Settings, prepare
from lanmu.service.store import Store, queue
from lanmu.service.store.change_log import add as add_result
from lanmu.service.store.records import today
from tests.reading.office_files import OFFICE, workbook
from tests.service.articles import CLINIC, DOUBTFUL, HARVEST, MATCH
from tests.service.conftest import TOKEN, App, Made
from tests.waiting import eventually

Watching = Callable[..., App]
QUICK = {"inbox_still_seconds": 0.2, "inbox_scan_seconds": 0.3}


def plain(article: dict[str, str]) -> str:
    return f"{article['title']}\n\n{article['text']}\n"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    """As a careful program does: written under another name, then renamed."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content.encode() if isinstance(content, str) else content)
    return beside.rename(path)


def quick(settings: Settings, **limits: object) -> Settings:
    return replace(settings, limits=replace(settings.limits, **{**QUICK, **limits}))  # type: ignore[arg-type]


@pytest.fixture
def watching(make_app: Made, settings: Settings) -> Watching:
    def made(folder: Path | None = None, **limits: object) -> App:
        return make_app(quick(settings, **limits).watching(folder))

    return made


def records(app: App) -> list[dict[str, object]]:
    """What stands in the result files."""
    app.service.outgoing.results.flush()
    files = sorted(app.service.settings.results.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def queued(app: App) -> list[dict[str, object]]:
    return app.api.get("/api/v1/articles?limit=200").json()["articles"]


def names(folder: Path) -> set[str]:
    """What lies in a folder, without the day's folder."""
    return {path.relative_to(folder).as_posix().split("/", 1)[1] for path in folder.rglob("*") if not path.is_dir()}


def test_files_are_tagged_and_moved_and_their_results_written(watching: Watching, home: Path) -> None:
    app = watching()
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    put(home / "inbox", "三版/球赛.txt", plain(MATCH))
    put(home / "inbox", "稿件.jsonl", json.dumps(CLINIC) + "\n" + json.dumps(DOUBTFUL) + "\n")
    eventually(lambda: names(home / "done") == {"棉花.txt", "三版/球赛.txt", "稿件.jsonl"})
    eventually(lambda: len(records(app)) == 4)
    by_title = {record["title"]: record for record in records(app)}
    assert by_title[HARVEST["title"]]["category"] == "agriculture"
    assert by_title[MATCH["title"]]["category"] == "sports"
    assert by_title[MATCH["title"]]["source"]["path"] == "三版/球赛.txt"
    assert by_title[CLINIC["title"]]["id"] == "a3"
    assert {article["origin"] for article in queued(app)} == {"inbox"}
    assert {article["number"] for article in queued(app)} == {record["number"] for record in by_title.values()}
    assert (home / "done" / today() / "三版" / "球赛.txt").read_text("utf-8") == plain(MATCH)
    assert list((home / "inbox").rglob("*.txt")) == []
    assert app.service.inbox.state.problems == ()


def test_spreadsheets_and_old_word_files_are_taken(watching: Watching, home: Path) -> None:
    app = watching()
    put(
        home / "inbox",
        "稿件.xlsx",
        workbook({"一": [["标题", "正文"], [HARVEST["title"], HARVEST["text"]]], "二": [["附注"]]}),
    )
    put(home / "inbox", "清河.doc", (OFFICE / "清河.doc").read_bytes())
    eventually(lambda: len(queued(app)) == 2)
    assert {article["title"] for article in queued(app)} == {HARVEST["title"], "清河口镇抢播春小麦"}


def test_the_same_content_gives_one_result(watching: Watching, home: Path) -> None:
    app = watching()
    put(home / "inbox", "一.txt", plain(HARVEST))
    eventually(lambda: names(home / "done") == {"一.txt"})
    put(home / "inbox", "一.txt", plain(HARVEST))
    put(home / "inbox", "二.txt", plain(HARVEST))
    eventually(lambda: names(home / "done") == {"一.txt", "一-2.txt", "二.txt"})
    assert len(records(app)) == 1 and len(queued(app)) == 1


def test_an_article_that_the_api_brought_gets_its_result_when_its_file_comes(watching: Watching, home: Path) -> None:
    app = watching()
    number = app.api.post("/api/v1/articles", json={"articles": [HARVEST]}).json()["articles"][0]["number"]
    assert records(app) == []
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: len(records(app)) == 1)
    assert records(app)[0]["number"] == number
    assert len(queued(app)) == 1


def test_bad_files_are_refused_with_the_reason_and_the_rest_goes_on(watching: Watching, home: Path) -> None:
    app = watching(upload_bytes=20_000)
    outside = home.parent / "outside.txt"
    outside.write_text(plain(MATCH), "utf-8")
    inbox = home / "inbox"
    put(inbox, "空.txt", "")
    put(inbox, "图.txt", bytes(range(256)) * 20)
    put(inbox, "大.txt", plain(HARVEST) * 300)
    put(inbox, "坏.docx", b"PK\x03\x04 not a document")
    (inbox / "链接.txt").symlink_to(outside)
    os.mkfifo(inbox / "管道.txt")
    put(inbox, "好.txt", plain(CLINIC))
    bad = {"空.txt", "图.txt", "大.txt", "坏.docx", "链接.txt", "管道.txt"}
    eventually(lambda: names(home / "refused") >= bad and names(home / "done") == {"好.txt"})
    day = home / "refused" / today()
    reasons = {name: (day / f"{name}.reason.txt").read_text("utf-8") for name in bad}
    assert "empty" in reasons["空.txt"] and "binary" in reasons["图.txt"]
    assert "20,000" in reasons["大.txt"] and "lanmu score" in reasons["大.txt"]
    assert "link" in reasons["链接.txt"] and "link" in reasons["管道.txt"]
    assert all(reason.startswith(name) for name, reason in reasons.items())
    assert [record["title"] for record in records(app)] == [CLINIC["title"]]
    assert outside.read_text("utf-8") == plain(MATCH)
    eventually(lambda: app.service.inbox.state.refused == len(bad))


def test_what_of_a_file_was_refused_stands_beside_it(watching: Watching, home: Path) -> None:
    app = watching()
    put(home / "inbox", "稿件.jsonl", json.dumps(CLINIC) + "\n{坏\n" + json.dumps(MATCH) + "\n")
    eventually(lambda: names(home / "done") == {"稿件.jsonl", "稿件.jsonl.reason.txt"})
    told = (home / "done" / today() / "稿件.jsonl.reason.txt").read_text("utf-8")
    assert "稿件.jsonl" in told and "2" in told
    assert len(records(app)) == 2


@pytest.mark.slow
def test_no_file_is_moved_over_another(watching: Watching, home: Path) -> None:
    watching()
    for article in (HARVEST, MATCH, CLINIC):
        done = len(names(home / "done")) if (home / "done").exists() else 0
        put(home / "inbox", "A1.txt", plain(article))
        eventually(lambda: (home / "done").exists() and len(names(home / "done")) == done + 1)  # noqa: B023
    day = home / "done" / today()
    assert [(day / name).read_text("utf-8") for name in ("A1.txt", "A1-2.txt", "A1-3.txt")] == [
        plain(HARVEST), plain(MATCH), plain(CLINIC),
    ]  # fmt: skip
    for _ in range(2):
        put(home / "inbox", "空.txt", "")
    eventually(lambda: "空.txt" in names(home / "refused"))
    put(home / "inbox", "空.txt", "")
    eventually(lambda: {"空-2.txt", "空-2.txt.reason.txt"} <= names(home / "refused"))


@pytest.mark.slow
def test_a_half_written_file_waits_until_it_is_whole(watching: Watching, home: Path) -> None:
    app = watching(inbox_still_seconds=1.0)
    inbox = home / "inbox"
    text = plain(HARVEST)
    with (inbox / "慢.txt").open("w", encoding="utf-8") as file:
        for start in range(0, len(text), 8):
            file.write(text[start : start + 8])
            file.flush()
            rounds = app.service.inbox.rounds
            eventually(lambda: app.service.inbox.rounds > rounds)  # noqa: B023
            assert records(app) == []
    eventually(lambda: len(records(app)) == 1)
    assert queued(app)[0]["text"] == HARVEST["text"]


def test_unfinished_and_hidden_names_are_left_alone(watching: Watching, home: Path) -> None:
    app = watching()
    inbox = home / "inbox"
    left = {"稿.txt.part", "稿.txt.tmp", "稿.txt~", "~$稿.docx", ".稿.txt.swp", ".hidden/稿.txt", "下载.crdownload"}
    for name in left:
        (inbox / name).parent.mkdir(exist_ok=True)
        (inbox / name).write_text(plain(MATCH), "utf-8")
    put(inbox, "好.txt", plain(CLINIC))
    eventually(lambda: (home / "done").exists() and names(home / "done") == {"好.txt"})
    assert all((inbox / name).exists() for name in left)
    (inbox / "稿.txt.part").rename(inbox / "稿.txt")
    eventually(lambda: names(home / "done") == {"好.txt", "稿.txt"})
    assert {record["title"] for record in records(app)} == {CLINIC["title"], MATCH["title"]}


def test_files_are_found_without_notices_of_the_system(
    watching: Watching, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(*arguments: object, **options: object) -> object:
        raise OSError(errno.ENOSPC, "no inotify watches left")

    monkeypatch.setattr("lanmu.service.inbox.watching.watch", deaf)
    app = watching()
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: len(records(app)) == 1)


def test_another_folder_keeps_what_is_done_within(watching: Watching, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "共享"
    folder.mkdir()
    app = watching(folder)
    put(folder, "棉花.txt", plain(HARVEST))
    put(folder, "空.txt", "")
    eventually(lambda: (folder / "done" / today() / "棉花.txt").exists())
    eventually(lambda: (folder / "refused" / today() / "空.txt").exists())
    eventually(lambda: app.service.inbox.waiting == 0)
    assert len(records(app)) == 1 and not (home / "done").exists()


def test_a_page_gives_a_result_an_article_and_zip_members_are_read(watching: Watching, home: Path) -> None:
    app = watching()
    page = f"# {HARVEST['title']}\n\n{HARVEST['text']}\n\n# {MATCH['title']}\n\n{MATCH['text']}\n"
    put(home / "inbox", "2026-03-02-A1.md", page)
    with zipfile.ZipFile(home / "inbox" / "版面.zip.part", "w") as packed:
        packed.writestr("二版.txt", plain(CLINIC))
    (home / "inbox" / "版面.zip.part").rename(home / "inbox" / "版面.zip")
    eventually(lambda: len(records(app)) == 3)
    by_title = {record["title"]: record for record in records(app)}
    assert by_title[HARVEST["title"]]["date"] == "2026-03-02"
    assert by_title[CLINIC["title"]]["source"] == {"path": "版面.zip", "member": "二版.txt", "position": 0}


def test_killed_between_the_results_and_the_move_nothing_doubles(
    make_app: Made, settings: Settings, home: Path
) -> None:
    """What a kill leaves there: results in the store, the file still in the inbox, half a line in the result file."""
    app = make_app(settings)
    article = Article("棉花", HARVEST["title"], HARVEST["text"])
    tags = app.service.tagger.tag_now([article])
    with app.service.store.writing() as connection:
        added = queue.add(connection, tags.articles, origin="inbox", model="small")
        assert add_result(connection, added[0].number, tags.articles[0], "small", None)
    put(settings.inbox, "棉花.txt", plain(HARVEST))
    settings.results.mkdir()
    (settings.results / f"{today()}.jsonl").write_text('{"number": 1, "id": "棉', "utf-8")
    again = make_app(quick(settings).watching())
    eventually(lambda: (home / "done" / today() / "棉花.txt").exists())
    assert [record["title"] for record in records(again)] == [HARVEST["title"]]
    assert again.service.inbox.state.new == 0


def test_killed_after_a_line_was_written_it_is_not_written_again(watching: Watching, home: Path) -> None:
    app = watching()
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: len(records(app)) == 1 and _unwritten(app) == 0)
    with app.service.store.writing() as connection:  # as it was before the writing had been noted
        connection.exec_driver_sql("UPDATE changes SET written = 0")
        connection.exec_driver_sql("DELETE FROM result_files")
    app.service.outgoing.results.flush()  # or the service's own thread, if it comes first
    eventually(lambda: _unwritten(app) == 0)
    assert len(records(app)) == 1
    put(home / "inbox", "球赛.txt", plain(MATCH))
    eventually(lambda: len(records(app)) == 2)
    assert [record["title"] for record in records(app)] == [HARVEST["title"], MATCH["title"]]


def _unwritten(app: App) -> int:
    """How many changes are not yet noted as written."""
    with app.service.store.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM changes WHERE written = 0").scalar_one())


def test_a_result_file_that_others_change_loses_and_doubles_nothing(watching: Watching, home: Path) -> None:
    app = watching()
    file = home / "results" / f"{today()}.jsonl"
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: len(records(app)) == 1)
    taken = file.rename(home / "taken.jsonl")
    put(home / "inbox", "球赛.txt", plain(MATCH))
    eventually(lambda: len(records(app)) == 1)
    assert HARVEST["title"] in taken.read_text("utf-8")
    assert [record["title"] for record in records(app)] == [MATCH["title"]]
    with file.open("a", encoding="utf-8") as other:
        other.write('{"note": "added by hand"}')
    put(home / "inbox", "义诊.txt", plain(CLINIC))
    eventually(lambda: len(records(app)) == 3)
    assert [record.get("title", record.get("note")) for record in records(app)] == [
        MATCH["title"], "added by hand", CLINIC["title"],
    ]  # fmt: skip


def test_results_written_from_several_threads_at_once_are_there_once(make_app: Made, settings: Settings) -> None:
    app = make_app(settings)
    files = ResultFiles(app.service.store, settings.results)
    file = settings.results / f"{today()}.jsonl"
    written: list[int] = []
    for round_ in range(25):
        tags = app.service.tagger.tag_now([Article(f"{round_}", f"{MATCH['title']}第{round_}场", MATCH["text"])])
        with app.service.store.writing() as connection:
            added = queue.add(connection, tags.articles, origin="inbox", model="small")
            add_result(connection, added[0].number, tags.articles[0], "small", None)
        if file.exists():
            with file.open("a", encoding="utf-8") as other:
                other.write('{"note": "added by hand"}')
        threads = [threading.Thread(target=lambda: written.append(files.flush())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [line["id"] for line in lines if "id" in line] == [f"{round_}" for round_ in range(25)]
    assert len(lines) == 25 + 24 and sum(written) == 25


def test_two_processes_do_not_share_a_folder(watching: Watching, home: Path, tmp_path: Path) -> None:
    app = watching()
    eventually(lambda: app.service.inbox.holds)
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    other = lanmu("watch", str(home / "inbox"), "--home", str(tmp_path / "other"), "--once", home=home)
    assert other.returncode == 2 and "another lanmu watches" in other.stderr
    eventually(lambda: len(records(app)) == 1)


@pytest.mark.slow
def test_files_that_cannot_be_moved_are_said_and_read_only_once(watching: Watching, home: Path) -> None:
    app = watching()
    (home / "done").write_text("a file where the folder should be", "utf-8")
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: app.service.inbox.state.problems)
    assert "棉花.txt" in app.service.inbox.state.problems[0]
    assert app.api.get("/readyz").json()["problems"] != []
    assert "棉花" not in app.browser.get("/readyz").text
    batches = app.service.tagger.batches
    rounds = app.service.inbox.rounds
    eventually(lambda: app.service.inbox.rounds >= rounds + 3)
    assert app.service.tagger.batches == batches and len(records(app)) == 1
    (home / "done").unlink()
    os.utime(home / "inbox" / "棉花.txt")
    eventually(lambda: app.service.inbox.state.problems == () and (home / "done" / today() / "棉花.txt").exists())
    assert len(records(app)) == 1


def test_the_api_and_the_metrics_tell_how_it_stands(watching: Watching, home: Path, app: App) -> None:
    assert app.api.get("/api/v1/inbox").status_code == 404
    watched = watching()
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    put(home / "inbox", "空.txt", "")
    eventually(lambda: watched.service.inbox.state.done and watched.service.inbox.state.refused)
    told = watched.api.get("/api/v1/inbox").json()
    assert (told["done"], told["refused"], told["new"], told["webhook"]) == (1, 1, 1, None)
    assert watched.browser.get("/api/v1/inbox").status_code == 401
    metrics = watched.api.get("/metrics").text
    assert 'lanmu_inbox_files_total{outcome="refused"} 1.0' in metrics
    assert "lanmu_inbox_results_total 1.0" in metrics


def test_once_takes_what_is_there_and_ends(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "来稿"
    put(folder, "棉花.txt", plain(HARVEST))
    first = lanmu("watch", str(folder), "--once", home=home)
    assert (first.returncode, first.stdout) == (0, "1 files done, 0 refused; 1 new results\n")
    put(folder, "棉花.txt", plain(HARVEST))
    put(folder, "空.txt", "")
    second = lanmu("watch", str(folder), "--once", home=home)
    assert (second.returncode, second.stdout) == (1, "1 files done, 1 refused; 0 new results\n")
    assert "空.txt" in second.stderr


def test_a_folder_that_is_not_there_cannot_be_watched(make_app: Made, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(LanmuError, match="没有: is no folder that can be watched"):
        make_app(settings.watching(tmp_path / "没有"))


@pytest.mark.skipif(os.geteuid() != 0, reason="rights are taken away from another user, which only root can try")
def test_a_file_that_could_not_be_moved_is_tried_again_by_itself(
    watching: Watching, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lanmu.service.inbox.taking.AGAIN_SECONDS", 0.5)
    app = watching()
    (home / "done").write_text("a file where the folder should be", "utf-8")
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: app.service.inbox.state.problems)
    (home / "done").unlink()
    eventually(lambda: (home / "done" / today() / "棉花.txt").exists() and app.service.inbox.state.problems == ())
    assert len(records(app)) == 1


def test_a_file_that_may_not_be_read_is_refused() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        put(folder / "inbox", "密.txt", plain(HARVEST)).chmod(0)
        for path in (folder, folder / "inbox"):
            path.chmod(0o755)
            os.chown(path, 65534, 65534)
        child = os.fork()
        if child == 0:  # another user, who may list and move the file but not read it
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                nothing: Any = None
                folders, store = Folders.around(folder / "inbox", folder), Store(folder / "lanmu.db")
                taking = Taking(folders, store, nothing, nothing, ServiceLimits(), None)
                assert taking.take(list(scan(folder / "inbox"))) == 0
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert (folder / "refused" / today() / "密.txt").read_text("utf-8") == plain(HARVEST)
        reason = (folder / "refused" / today() / "密.txt.reason.txt").read_text("utf-8")
        assert "Permission denied" in reason and "rights" in reason


def test_files_go_to_another_file_system_whole(tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is only one file system")
    with tempfile.TemporaryDirectory(dir=elsewhere) as made:
        folders = Folders(tmp_path / "inbox", Path(made) / "done", Path(made) / "refused")
        put(folders.inbox, "棉花.txt", plain(HARVEST))
        (folders.inbox / "链接.txt").symlink_to("/etc/hostname")
        file, link = scan(folders.inbox)
        done = folders.move(file.path, file.stamp, folders.done / "2026-03-02")
        refused = folders.move(link.path, link.stamp, folders.refused / "2026-03-02", "链接.txt: is a link")
        assert done.read_text("utf-8") == plain(HARVEST) and refused.is_symlink()
        assert list(scan(folders.inbox)) == []
        assert sorted(path.name for path in done.parent.iterdir()) == ["棉花.txt"]


def test_a_file_that_the_store_cannot_take_does_not_hold_the_others(watching: Watching, home: Path) -> None:
    app = watching()
    taking = app.service.inbox.taking
    pool = taking.reading

    class Overflowing:
        """The real reading, but for one article whose place no database holds."""

        def read(self, data: bytes, name: str, *, client: str, most: int) -> Reading:
            reading = pool.read(data, name, client=client, most=most)
            if name != "坏.txt":
                return reading
            source = replace(reading.articles[0].source, position=1 << 70)
            return Reading((replace(reading.articles[0], source=source),), ())

    taking.reading = Overflowing()  # type: ignore[assignment]
    for name, article in (("好.txt", HARVEST), ("坏.txt", MATCH), ("也好.txt", CLINIC)):
        put(home / "inbox", name, plain(article))
    eventually(lambda: app.service.inbox.state.done == 2 and app.service.inbox.state.refused == 1)
    assert "could not be kept" in (home / "refused" / today() / "坏.txt.reason.txt").read_text("utf-8")
    assert {record["title"] for record in records(app)} == {HARVEST["title"], CLINIC["title"]}


def test_no_link_is_followed_in_any_place_of_a_path(tmp_path: Path) -> None:
    secret = put(tmp_path / "secret", "稿.txt", plain(MATCH))
    inbox = tmp_path / "in"
    inner = put(inbox / "版", "稿.txt", plain(MATCH)).parent
    files = list(scan(inbox))
    assert [file.path for file in files] == ["版/稿.txt"]
    shutil.rmtree(inner)
    inner.symlink_to(secret.parent)
    folders = Folders.around(inbox, tmp_path)
    with pytest.raises(OSError):
        folders.read("版/稿.txt", files[0].stamp)
    assert list(scan(inbox)) and all(not file.regular for file in scan(inbox))


def test_stillness_begins_anew_with_each_change(tmp_path: Path) -> None:
    file = put(tmp_path, "稿.txt", "一")
    still = Stillness(2.0)
    assert still.still(scan(tmp_path), 10.0) == ([], 2.0)
    file.write_text("一二", "utf-8")
    assert still.still(scan(tmp_path), 11.5) == ([], 2.0)
    assert still.still(scan(tmp_path), 13.0) == ([], 0.5)
    assert [one.path for one in still.still(scan(tmp_path), 13.5)[0]] == ["稿.txt"]
    put(tmp_path, "稿.txt", "三四")
    assert still.still(scan(tmp_path), 14.0)[0] == []


def lanmu(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "LANMU_HOME": str(home), "LANMU_TOKEN": TOKEN, "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip
    prepare(home, environment)
    (home / "settings.toml").write_text("[limits]\ninbox_still_seconds = 0.2\n", "utf-8")
    command = [sys.executable, "-m", "lanmu", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=200)


@pytest.mark.parametrize("led_away", ["done", "refused", "done/DAY", "refused/DAY", "done/DAY/版"])
def test_no_file_is_led_out_of_the_folder_by_a_link_where_it_goes(tmp_path: Path, led_away: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folders = Folders.around(tmp_path / "in", tmp_path / "data")
    put(folders.inbox, "版/sklearn.py", "不是文章")
    link = folders.inbox / led_away.replace("DAY", "2026-03-02")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    [file] = [one for one in scan(folders.inbox, (folders.done, folders.refused)) if one.regular]
    with pytest.raises(OSError, match="link or a file where a folder must be"):
        if led_away.startswith("refused"):
            folders.move(file.path, file.stamp, folders.refused / "2026-03-02", "版/sklearn.py: cannot be read")
        else:
            folders.move(file.path, file.stamp, folders.done / "2026-03-02", "row 3 is bad")
    assert list(elsewhere.rglob("*")) == []
    assert (folders.inbox / file.path).is_file()


def test_a_note_is_not_written_over_a_file_that_has_its_name(tmp_path: Path) -> None:
    folders = Folders.around(tmp_path / "in", tmp_path / "data")
    day = "2026-03-02"
    for name in ("y.jsonl.reason.txt", "y.jsonl"):
        put(folders.inbox, name, plain(HARVEST))
        [file] = scan(folders.inbox, (folders.done, folders.refused))
        moved = folders.move(
            file.path, file.stamp, folders.done / day, "" if name.endswith("txt") else "y.jsonl: row 3 is bad"
        )
    assert (folders.done / day / "y.jsonl.reason.txt").read_text("utf-8") == plain(HARVEST)
    assert moved.name == "y-2.jsonl"
    assert (folders.done / day / "y-2.jsonl.reason.txt").read_text("utf-8") == "y.jsonl: row 3 is bad\n"
