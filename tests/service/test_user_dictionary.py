"""The desk's user dictionary: what is kept, what is refused, what training makes of it."""

from __future__ import annotations

from starlette.testclient import TestClient

from lanmu.service.container import Service
from tests.service.desk_made import sign_in


def test_words_are_kept_shown_and_noted(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    assert "用户词典" in client.get("/admin/words").text
    page = client.post("/admin/words", data={"csrf": csrf, "words": " 清河口灌区 500\n\n古丽娜尔·别克\n"})
    assert page.status_code == 200 and "现有 2 个词" in page.text and "下次训练起生效" in page.text
    assert service.settings.user_dictionary.read_text("utf-8") == "清河口灌区 500\n古丽娜尔·别克\n"
    assert "修改用户词典" in client.get("/admin/audit").text


def test_a_line_that_is_no_word_is_named_and_nothing_changes(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    client.post("/admin/words", data={"csrf": csrf, "words": "清河口灌区"})
    page = client.post("/admin/words", data={"csrf": csrf, "words": f"清河口灌区\n{'长' * 2_000}"})
    assert page.status_code == 422 and "user-dictionary.txt:2" in page.text and "不是词典的一行" in page.text
    assert service.settings.user_dictionary.read_text("utf-8") == "清河口灌区\n"


def test_only_an_administrator_changes_it(client: TestClient) -> None:
    csrf = sign_in(client, "李编辑")
    assert client.get("/admin/words").status_code == 403
    assert client.post("/admin/words", data={"csrf": csrf, "words": "灌区"}).status_code == 403
