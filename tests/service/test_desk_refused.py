"""What could not be read, on the desk: files of the watched folder and uploads, why, and once more; and error pages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lanmu.service.container import Service, build_service
from lanmu.service.store import refusals
from lanmu.service.store.records import today
from tests.service.desk_made import HARVEST, add_users, made_settings, sign_in, take_in
from tests.waiting import eventually


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    settings = made_settings(tmp_path / "home", small_model_folder).watching(None)
    quick = replace(settings.limits, inbox_still_seconds=0.1, inbox_scan_seconds=0.2, upload_bytes=200_000)
    made = build_service(replace(settings, limits=quick))
    add_users(made)
    take_in(made, [HARVEST])
    return made


def count_open(service: Service) -> int:
    with service.store.reading() as connection:
        return refusals.count_open(connection)


def test_a_file_of_the_folder_that_cannot_be_read_is_told_and_tried_again(client: TestClient, service: Service) -> None:
    assert service.settings.watch is not None
    inbox, day = service.settings.watch, service.settings.home / "refused" / today()
    (inbox / "二版").mkdir()
    (inbox / "二版" / "县城记事.docx").write_bytes(b"\xd0\xcf\x11\xe0 an old Word file")
    (inbox / "空.txt").write_bytes(b"")
    eventually(lambda: count_open(service) == 2)
    eventually(lambda: (day / "二版" / "县城记事.docx").exists())
    csrf = sign_in(client, "李编辑")
    assert "有 2 个文件没有读成" in client.get("/").text
    form = r'action="/refused/(\d+)/again"><[^>]*><button>再试一次<span class="hidden"> 二版'
    number = eventually(lambda: re.search(form, client.get("/refused").text))  # its place is noted after the move
    assert number is not None
    page = client.get("/refused").text
    assert "二版/县城记事.docx" in page and "另存为 .docx" in page
    assert "as .docx" in client.get("/refused", headers={"Accept-Language": "en"}).text
    told = (day / "二版" / "县城记事.docx.reason.txt").read_text("utf-8").splitlines()
    assert "另存为" in told[0] and "save texts as .docx" in told[1]

    answer = client.post(f"/refused/{number[1]}/again", data={"csrf": csrf})
    assert "已放回收件夹" in answer.text
    eventually(lambda: count_open(service) == 2)
    eventually(lambda: list((day / "二版").glob("县城记事*.docx")))
    assert not list((inbox / "二版").iterdir())

    numbers = re.findall(r'name="number" value="(\d+)"', client.get("/refused").text)
    client.post("/refused/close", data={"csrf": csrf, "number": sorted(set(numbers))})
    assert count_open(service) == 0
    assert "没有读成" not in client.get("/").text
    assert "二版/县城记事.docx" in client.get("/refused?all=1").text
    assert (day / "空.txt").exists()


def test_a_file_read_in_part_says_which_part_was_not(client: TestClient, service: Service) -> None:
    assert service.settings.watch is not None
    rows = '{"title": "棉花开秤", "text": "合作社今年第一次收花，农户算着亩产和收购价。"}\n[1, 2]\n'
    (service.settings.watch / "稿件.jsonl").write_text(rows, "utf-8")
    eventually(lambda: count_open(service) == 1)
    sign_in(client, "赵读者")
    page = client.get("/refused").text
    assert "稿件.jsonl:2" in page and "其余的已经读入" in page
    assert "/again" not in page and "知道了" not in page


def test_several_files_at_once_and_what_of_them_was_refused(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    files = [
        ("file", ("义诊.txt", "县医院义诊\n医生给老人量血压、测血糖。".encode(), "text/plain")),
        ("file", ("旧稿.docx", b"\xd0\xcf\x11\xe0 an old Word file", "application/msword")),
        ("file", ("球赛.txt", "县篮球联赛开哨\n八支球队打满四节。".encode(), "text/plain")),
    ]
    page = client.post("/upload", data={"csrf": csrf}, files=files).text
    assert "读到 2 篇稿件" in page and "县医院义诊" in page and "县篮球联赛开哨" in page
    assert "《旧稿.docx》：" in page and "另存为 .docx" in page
    assert count_open(service) == 0  # who gave the file has seen it
    assert "旧稿.docx" in client.get("/refused?all=1").text


def test_what_is_too_large_is_said_on_a_page_with_the_way_back(client: TestClient) -> None:
    csrf = sign_in(client, "李编辑")
    assert 'data-most="200000"' in client.get("/upload").text
    file = {"file": ("大.txt", "棉花".encode() * 50_000, "text/plain")}
    answer = client.post("/upload", data={"csrf": csrf}, files=file, headers={"Referer": "http://127.0.0.1/upload"})
    assert answer.status_code == 413
    assert "一次最多 200,000 字节" in answer.text
    assert '<a class="button" href="/upload">回到刚才的页面</a>' in answer.text
    program = client.post("/api/v1/tag/file", files=file, headers={"Accept": "*/*"})
    assert program.status_code == 413 and program.headers["content-type"] == "application/problem+json"


def test_an_error_page_keeps_the_frame_and_leads_to_the_article(client: TestClient) -> None:
    csrf = sign_in(client, "李编辑")
    given = {"csrf": csrf, "category": "sports", "seen": "7", "token": "0" * 24}
    answer = client.post("/review/1/settle", data=given)
    assert answer.status_code == 409
    assert 'href="/articles/1"' in answer.text and '<nav class="sections"' in answer.text
    missing = client.get("/articles/99999")
    assert missing.status_code == 404 and '<nav class="sections"' in missing.text
