"""What programs need: keys with a role and a name, a page of the API, and refusals that say what is wrong."""

from __future__ import annotations

import html
import re

from starlette.testclient import TestClient

from lanmu.service.container import Service
from lanmu.service.store import audit
from tests.service.conftest import App
from tests.service.desk_made import sign_in

ARTICLE = {"title": "县篮球联赛落幕", "text": "决赛打满四节，球队靠一记三分夺得冠军。"}


def made_token(client: TestClient, name: str, role: str) -> str:
    csrf = sign_in(client, "何主编")
    page = client.post("/admin/tokens/add", data={"csrf": csrf, "name": name, "role": role}).text
    match = re.search(r'<code class="secret">(lanmu_[\w-]+)</code>', page)
    assert match is not None, page
    client.cookies.clear()
    return match[1]


def test_a_programs_token_has_its_role_and_name_and_can_be_taken_back(client: TestClient, service: Service) -> None:
    cms = {"Authorization": f"Bearer {made_token(client, 'CMS', 'editor')}", "Accept": "application/json"}
    looks = {"Authorization": f"Bearer {made_token(client, '大屏', 'reader')}", "Accept": "application/json"}
    assert client.post("/api/v1/articles", json={"articles": [ARTICLE]}, headers=cms).status_code == 201
    assert client.post("/api/v1/articles", json={"articles": [ARTICLE]}, headers=looks).status_code == 403
    assert client.post("/api/v1/tag", json=ARTICLE, headers=looks).status_code == 200
    settled = client.put("/api/v1/articles/1/label", json={"category": "sports"}, headers=cms)
    assert settled.status_code == 200 and settled.json()["labelled_by"] == "CMS"

    csrf = sign_in(client, "何主编")
    page = client.get("/admin/tokens").text
    assert "CMS" in page and cms["Authorization"][-20:] not in page
    assert "已经有令牌" in client.post("/admin/tokens/add", data={"csrf": csrf, "name": "cms", "role": "reader"}).text
    assert "已经存在" in client.post("/admin/tokens/add", data={"csrf": csrf, "name": "李编辑", "role": "reader"}).text
    number = re.search(r'name="number" value="(\d+)"><button class="plain">撤销<span class="hidden"> CMS', page)
    assert number is not None
    client.post("/admin/tokens/revoke", data={"csrf": csrf, "number": number[1]})
    client.cookies.clear()
    assert client.post("/api/v1/tag", json=ARTICLE, headers=cms).status_code == 401
    assert client.post("/api/v1/tag", json=ARTICLE, headers=looks).status_code == 200
    with service.store.reading() as connection:
        noted = [(entry.action, entry.target) for entry in audit.entries(connection)]
    assert ("token revoked", "CMS") in noted and ("token added", "大屏") in noted


def test_a_page_describes_every_call_without_the_internet(client: TestClient) -> None:
    page = client.get("/docs").text
    calls = client.get("/api/openapi.json").json()["paths"]
    shown = html.unescape(page)
    for path, operations in calls.items():
        for method in operations:
            assert f"<b>{method.upper()}</b> {path}</code>" in shown, path
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert '"Authorization: Bearer $TOKEN"' in shown and "县政府召开防汛工作会议" in shown
    assert client.get("/api/docs", follow_redirects=False).headers["location"] == "/docs"


def test_a_field_of_an_unknown_name_is_refused_by_its_name(app: App) -> None:
    wrong = app.api.post("/api/v1/tag", json={"titel": "县篮球联赛落幕"})
    assert wrong.status_code == 422 and "titel" in wrong.json()["detail"] and "unknown field" in wrong.json()["detail"]
    many = app.api.post("/api/v1/tag/many", json={"articles": [ARTICLE, {**ARTICLE, "autor": "田野"}]})
    assert many.status_code == 422 and "articles/1/autor" in many.json()["detail"]
    lines = '{"title": "县篮球联赛落幕", "text": "球队夺得冠军。", "autor": "田野"}\n'
    stream = app.api.post("/api/v1/tag/stream", content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert '"category"' in stream.text  # rows of tables have more fields


def test_another_content_type_is_answered_with_the_one_that_is_needed(app: App) -> None:
    plain = app.api.post("/api/v1/tag", content=b'{"title": "x"}', headers={"Content-Type": "text/plain"})
    none = app.api.post("/api/v1/tag", content=b'{"title": "x"}')
    file = app.api.post("/api/v1/tag/file", json=ARTICLE)
    assert [answer.status_code for answer in (plain, none, file)] == [415, 415, 415]
    assert "application/json" in plain.json()["detail"] and "multipart/form-data" in file.json()["detail"]
