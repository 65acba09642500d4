"""Categories edited on the desk: what is kept, what people may choose at once, what the next training makes of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from classifier.model.model_files import read_manifest
from classifier.taxonomy import read_taxonomy
from lanmu.service.container import Service
from lanmu.service.job_process import train
from lanmu.service.store.labelling import Card
from lanmu.service.wished_categories import labels_known
from tests.service.desk_made import sign_in
from tests.small_model import SENTENCES

NOTICES = "停水停电的通告"


def form(csrf: str, *rows: tuple[str, str, str, str, str]) -> dict[str, str | list[str]]:
    """What the page sends: id, name, description, colour and fate of each line."""
    names = ("id", "name", "description", "colour", "fate")
    return {"csrf": csrf, **{name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}}


AS_IT_WAS = (
    ("agriculture", "三农", "", "#2e6f95", ""),
    ("sports", "体育", "", "#c8102e", ""),
    ("health", "卫生健康", "", "#7a9e1f", ""),
)


def test_a_category_is_added_renamed_coloured_and_can_be_chosen_at_once(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    assert "三农" in client.get("/admin/categories").text
    rows = (
        ("agriculture", "农业农村", "棉花、小麦、收成", "#123456", ""),
        *AS_IT_WAS[1:],
        ("", "通告", NOTICES, "#abcdef", ""),
        ("", "", "", "#5c6570", ""),
    )
    page = client.post("/admin/categories", data=form(csrf, *rows))
    assert page.status_code == 200 and "类别已保存：4 个" in page.text and "data-waiting" in page.text
    wished = read_taxonomy(service.settings.categories)
    assert wished.ids == ("agriculture", "sports", "health", "通告")
    assert (wished["agriculture"].name, wished["agriculture"].colour) == ("农业农村", "#123456")
    assert wished["通告"].description == NOTICES
    assert "修改类别" in client.get("/admin/audit").text
    assert "通告" in client.get("/review").text and "三农" in client.get("/review").text
    assert "#abcdef" in client.get("/desk/categories.css").text
    service.review.label(Card(1), "通告", "何主编")
    assert "通告" in client.get("/articles").text


def test_a_merged_category_is_the_sum_and_one_left_out_is_gone(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    client.post("/admin/categories", data=form(csrf, AS_IT_WAS[0], AS_IT_WAS[1], (*AS_IT_WAS[2][:4], "sports")))
    wished = read_taxonomy(service.settings.categories)
    assert wished.ids == ("agriculture", "sports") and wished["sports"].was == ("sports", "health")
    page = client.post("/admin/categories", data=form(csrf, AS_IT_WAS[0], (*AS_IT_WAS[1][:4], "-")))
    assert page.status_code == 422 and "两个" in page.text
    assert read_taxonomy(service.settings.categories).ids == ("agriculture", "sports")


@pytest.mark.parametrize(
    "rows",
    [
        (*AS_IT_WAS, ("", "体/育", "", "#abcdef", "")),
        (*AS_IT_WAS, ("", "sports", "", "#abcdef", "")),
        (*AS_IT_WAS[:2], ("health", "卫生健康", "", "red", "")),
        (*AS_IT_WAS[:2], (*AS_IT_WAS[2][:4], "weather")),
    ],
)
def test_a_list_that_cannot_be_is_refused_and_nothing_changes(
    client: TestClient, service: Service, rows: tuple[tuple[str, str, str, str, str], ...]
) -> None:
    page = client.post("/admin/categories", data=form(sign_in(client, "何主编"), *rows))
    assert page.status_code == 422 and 'role="alert"' in page.text
    assert not service.settings.categories.exists() and not list(service.settings.home.glob(".*.new"))


def test_only_an_administrator_changes_them(client: TestClient) -> None:
    csrf = sign_in(client, "李编辑")
    assert client.get("/admin/categories").status_code == 403
    assert client.post("/admin/categories", data=form(csrf, *AS_IT_WAS)).status_code == 403


@pytest.mark.slow
def test_the_next_training_has_the_new_category_and_the_old_model_s_jobs_leave_its_labels_out(
    client: TestClient, service: Service, tmp_path: Path
) -> None:
    csrf = sign_in(client, "何主编")
    client.post("/admin/categories", data=form(csrf, *AS_IT_WAS, ("", "通告", NOTICES, "#abcdef", "")))
    settings = service.settings
    with settings.labels.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "category", "source", "date", "title", "text"))
        for category, pairs in SENTENCES.items():
            writer.writerows((f"{category}-{i}", category, "desk", "", *pair) for i, pair in enumerate(pairs))
        for i, place in enumerate(("东城", "西城", "河湾村", "城关镇", "北山乡", "新桥社区")):
            text = f"因管网检修,{place}于{i + 3}日8时至20时停水,请居民提前蓄水,不便之处敬请谅解。"
            writer.writerow((f"n-{i}", "通告", "desk", "", f"{place}停水通告", text))
    known = read_manifest(settings.models / service.champion.model.manifest.name).taxonomy
    assert len(labels_known(settings.labels, known)) == sum(map(len, SENTENCES.values()))
    train(settings)
    (new,) = {p.name for p in settings.models.iterdir() if p.is_dir()} - {service.champion.model.manifest.name}
    assert read_manifest(settings.models / new).taxonomy.ids == ("agriculture", "sports", "health", "通告")
