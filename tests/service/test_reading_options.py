"""What the API's form and the start of the watched folder say of files is heeded: fields, encoding, kind, sections."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifier.reading.reading_options import ReadingOptions
from lanmu.service.settings import Settings
from tests.service.articles import HARVEST, MATCH
from tests.service.conftest import App, Made
from tests.service.test_inbox import names, put, quick, records
from tests.waiting import eventually

HEADS = {"编码": "id", "大标题": "title", "稿子": "text", "哪天": "date"}
FORM = {"id_field": "编码", "title_field": "大标题", "text_field": "稿子", "date_field": "哪天"}
ROWS = [
    {"编码": f"n{i}", "大标题": a["title"], "稿子": a["text"], "哪天": "2026-03-05"}
    for i, a in enumerate((HARVEST, MATCH))
]
JSONL = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)
CSV = ",".join(HEADS) + "\n" + "".join(",".join(f'"{v}"' for v in row.values()) + "\n" for row in ROWS)


def send(app: App, name: str, content: str | bytes, **form: str) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return app.api.post("/api/v1/tag/file", files={"file": (name, data)}, data=form)


@pytest.fixture(scope="module")
def app(shared_app: App) -> App:
    """Nothing here changes it."""
    return shared_app


@pytest.mark.parametrize(
    ("name", "content"),
    [("news.jsonl", JSONL), ("news.json", json.dumps(ROWS)), ("news.csv", CSV), ("news", CSV.encode("utf-16"))],
)
def test_form_names_the_fields(app: App, name: str, content: str | bytes) -> None:
    answer = send(app, name, content, **FORM, **({"kind": "csv"} if name == "news" else {})).json()
    assert [(a["id"], a["title"], a["date"]) for a in answer["articles"]] == [
        (row["编码"], row["大标题"], "2026-03-05") for row in ROWS
    ]
    assert [a["category"] for a in answer["articles"]] == ["agriculture", "sports"] and not answer["refused"]


def test_without_the_form_the_answer_names_the_field_it_takes(app: App) -> None:
    answer = send(app, "news.csv", CSV)
    assert answer.status_code == 422 and "text_field" in answer.text and "稿子" in answer.text


def test_form_names_encoding_kind_and_sections(app: App) -> None:
    text = f"{HARVEST['title']}\n\n{HARVEST['text']}\n"
    assert (
        send(app, "a.txt", text.encode("gb18030"), encoding="gb18030").json()["articles"][0]["title"]
        == HARVEST["title"]
    )
    assert send(app, "a.txt", text, encoding="no-such").status_code == 400
    assert send(app, "a.txt", text, kind="no-such").status_code == 422
    round_up = f"# 简讯\n\n### {HARVEST['title']}\n\n{HARVEST['text']}\n\n### {MATCH['title']}\n\n{MATCH['text']}\n"
    assert len(send(app, "a.md", round_up).json()["articles"]) == 1
    parts = send(app, "a.md", round_up, sections="true").json()["articles"]
    assert [a["title"] for a in parts] == [HARVEST["title"], MATCH["title"]]
    plain = send(app, "a.md", round_up.replace("### ", "# "), kind="plain").json()["articles"]
    assert len(plain) == 1


def test_watched_folder_and_uploads_take_the_fields_that_the_service_was_told(
    make_app: Made, settings: Settings, home: Path
) -> None:
    told = ReadingOptions(id_field="编码", title_field="大标题", text_field="稿子", date_field="哪天")
    app = make_app(replace(quick(settings).watching(None), reading=told))
    put(home / "inbox", "news.csv", CSV)
    eventually(lambda: names(home / "done") == {"news.csv"})
    eventually(lambda: len(records(app)) == 2)
    assert {(r["id"], r["title"], r["date"]) for r in records(app)} == {
        (row["编码"], row["大标题"], "2026-03-05") for row in ROWS
    }
    results = send(app, "news.jsonl", JSONL).json()["articles"]
    assert [a["id"] for a in results] == ["n0", "n1"]
