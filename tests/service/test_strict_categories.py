"""Single categories made stricter by an admin: what the page of the model says, and that every way in obeys."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from classifier.article import Article
from classifier.model.decisions import NEVER, ReviewRule
from classifier.model.model_files import read_model, write_model
from classifier.taxonomy import Taxonomy
from lanmu.service.container import Service, build_service
from lanmu.service.desk.model_figures import share_of, steps_of, strictness_of
from lanmu.service.store import audit, choices, queue, statistics
from lanmu.service.store.labelling import Card
from lanmu.service.store.statistics import Certainty, Checked
from tests.service.desk_made import CLINIC, MATCH, many, sign_in, take_in
from tests.waiting import eventually

IDS = ("agriculture", "sports", "health")
RULE = ReviewRule(thresholds=((0.9, 0.5), (0.97, 0.6)))
RECENT = [Certainty("health", p, True) for p in (0.4, 0.7, 0.96, 0.985, 0.995)] + [
    Certainty("health", 0.999, False),
    Certainty("sports", 0.7, True),
    Certainty("gone", 0.97, True),
]


def choose(client: TestClient, csrf: str, least: dict[str, str], shown: dict[str, str], model: str = "small") -> str:
    """Send the form as the page does, each category with what it showed."""
    given = {"csrf": csrf, "model": model, "category": list(least), "least": list(least.values()),
             "shown": [shown.get(name, "0") for name in least]}  # fmt: skip
    return client.post("/retrain/strict", data=given).text


def strict_part(page: str) -> str:
    return page.split('id="strict-heading"')[1].split("</section>")[0]


def chosen_on(page: str) -> dict[str, str]:
    """By category what the form shows as chosen."""
    part = strict_part(page)
    return dict(re.findall(r'name="category" value="(\w+)"><input type="hidden" name="shown" value="([^"]+)"', part))


def test_each_choice_says_how_many_go_to_review() -> None:
    found = strictness_of(RULE, IDS, RECENT, {})
    health = found[2]
    assert (health.category, health.articles, health.accepted) == ("health", 6, 4)
    assert [(one.least, one.review) for one in health.choices] == [(0, 2), (0.95, 3), (0.98, 4), (0.99, 5), (NEVER, 6)]
    assert health.chosen.least == 0
    strict = strictness_of(RULE.make_stricter(IDS, {"health": 0.98}), IDS, RECENT, {})[2]
    assert (strict.accepted, strict.chosen.least, strict.chosen.share) == (2, 0.98, "98%")
    assert strict.choices[0].review == 2


def test_only_what_is_stricter_than_the_threshold_for_all_is_offered() -> None:
    high = ReviewRule(thresholds=((0.97, 0.982),))
    assert [one.least for one in strictness_of(high, IDS, (), {})[0].choices] == [0, 0.99, NEVER]
    kept = strictness_of(high.make_stricter(IDS, {"sports": 0.95}), IDS, RECENT, {})[1]
    assert [(one.least, one.review) for one in kept.choices] == [(0, 1), (0.95, 1), (0.99, 1), (NEVER, 1)]
    assert kept.chosen.least == 0.95


def test_the_slider_counts_strict_categories_too() -> None:
    assert [one.accepted for one in steps_of(RULE, IDS, RECENT)] == [6, 6]
    strict = RULE.make_stricter(IDS, {"health": 0.98, "sports": NEVER})
    assert [one.accepted for one in steps_of(strict, IDS, RECENT)] == [3, 3]


def test_a_share_of_fewer_than_thirty_is_not_shown_and_others_have_their_interval() -> None:
    found = strictness_of(RULE, IDS, (), {"sports": Checked(29, 29), "health": Checked(30, 27)})
    assert found[1].right is None and found[1].checked == 29
    assert found[2].right == share_of(27, 30)
    share = share_of(27, 30)
    assert share.low == pytest.approx(0.7438, abs=1e-4) and share.high == pytest.approx(0.9654, abs=1e-4)
    assert share_of(30, 30).high == 1.0


def test_what_people_said_of_accepted_articles_is_counted_once_each(client: TestClient, service: Service) -> None:
    numbers = take_in(service, many(12))
    sports = numbers[1::3]
    for number, label in zip(sports, ("sports", "health", "sports", "sports"), strict=True):
        service.review.label(Card(number), label, "李编辑")
    service.review.label(Card(sports[0]), "sports", "何主编")  # labelled twice, counted once
    with service.store.writing() as connection:
        one, other = (queue.get(connection, number) for number in sports[2:])
        assert one is not None and other is not None
        connection.exec_driver_sql("UPDATE articles SET decision = 'review' WHERE number = ?", (other.number,))
    assert service.review.read(Card(one.number, one.version, one.token), "health", "何主编")
    with service.store.reading() as connection:  # a second reading that nobody has decided about
        assert statistics.check_accepted(connection) == {"sports": Checked(3, 1)}
    service.review.label(Card(one.number), "sports", "赵主任")
    with service.store.reading() as connection:
        assert statistics.check_accepted(connection) == {"sports": Checked(3, 2)}


def test_an_admin_makes_a_category_stricter_at_once_and_for_good(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    page = client.get("/retrain").text
    assert chosen_on(page) == dict.fromkeys(IDS, "0")
    assert "概率达到 98%" in strict_part(page) and "一律交人审" in strict_part(page)
    done = choose(client, csrf, {"agriculture": "0.98", "health": "2", "sports": "0"}, {})
    assert "已修改 2 个类别的门槛" in done
    assert chosen_on(done) == {"agriculture": "0.98", "sports": "0", "health": "2"}
    tagged = service.champion.model.tag([CLINIC, MATCH])
    assert [(one.decision, one.reasons) for one in tagged] == [("review", ("strict_category",)), ("accepted", ())]
    with service.store.reading() as connection:
        noted = [one for one in audit.entries(connection) if one.action == "category threshold changed"]
    assert {(one.by, one.target, one.details["from"], one.details["to"]) for one in noted} == {
        ("何主编", "agriculture", "as all", "98%"), ("何主编", "health", "as all", "never"),
    }  # fmt: skip
    assert "修改类别门槛" in client.get("/admin/audit").text
    again = build_service(service.settings)  # as after a restart
    again.champion.refresh()
    assert again.champion.model.review.least == (0.98, 0.0, NEVER)
    again.store.close()
    assert "没有改动" in choose(client, csrf, {"health": "2"}, {"health": "2"})
    assert "已修改 1 个" in choose(client, csrf, {"health": "0"}, {"health": "2"})
    assert service.champion.model.tag([CLINIC])[0].decision == "accepted"


def test_a_colleagues_choice_for_another_category_stays(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    choose(client, csrf, {"health": "0.99", "sports": "0"}, {})
    choose(client, csrf, {"health": "0", "sports": "0.95"}, {})  # a page of before: it showed nothing chosen
    assert service.champion.model.review.least == (0.0, 0.95, 0.99)


def test_what_cannot_be_chosen_is_refused(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    for least in ("0.2", "1.5", "nan", "-1", "x"):
        choose(client, csrf, {"health": least}, {})
    choose(client, csrf, {"gone": "0.98"}, {})
    choose(client, csrf, {"health": "0.98"}, {}, model="another")
    short = {"csrf": csrf, "model": "small", "category": ["health", "sports"], "least": ["0.98"], "shown": ["0"]}
    assert client.post("/retrain/strict", data=short).status_code == 409
    assert service.champion.model.review.least == ()
    with service.store.reading() as connection:
        assert choices.read_strict_categories(connection) == {}


def test_who_is_no_admin_sees_what_is_chosen(client: TestClient, service: Service) -> None:
    choose(client, sign_in(client, "何主编"), {"health": "0.98"}, {})
    client.cookies.clear()
    sign_in(client, "李编辑")
    part = strict_part(client.get("/retrain").text)
    assert "概率达到 98%" in part and "<select" not in part and "<button" not in part


def test_the_share_of_right_ones_is_on_the_page_from_thirty_on(client: TestClient, service: Service) -> None:
    numbers = take_in(service, many(90))
    for number in numbers[1::3]:
        service.review.label(Card(number), "sports", "李编辑")
    for number in numbers[2::3][:29]:
        service.review.label(Card(number), "health", "李编辑")
    sign_in(client, "何主编")
    part = strict_part(client.get("/retrain").text)
    assert "100.0%" in part and "88.6%–100.0%" in part and "共 30 篇" in part and "共 29 篇" not in part


def test_choices_hold_for_a_new_model_and_follow_a_renamed_category(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    choose(client, csrf, {"health": "2", "sports": "0.95"}, {})
    small = read_model(service.settings.models / "small")
    agriculture, _, health = small.manifest.taxonomy.categories
    renamed = Taxonomy((agriculture, replace(health, id="medicine", was=("health",)), replace(health, id="pets")))
    manifest = replace(small.manifest, name="newer", taxonomy=renamed, checksum="")
    write_model(service.settings.models / "newer", manifest, small.weights)
    client.post("/retrain/promote", data={"csrf": csrf, "name": "newer", "sure": "yes"})
    assert service.champion.model.manifest.name == "newer"
    assert service.champion.model.review.least == (0.0, NEVER, 0.0)  # what is gone is ignored
    choose(client, csrf, {"medicine": "0"}, {"medicine": "2"}, model="newer")
    assert service.champion.model.review.least == ()
    client.post("/retrain/rollback", data={"csrf": csrf})
    assert service.champion.model.review.least == (0.0, 0.95, NEVER)


def test_uploads_programs_and_judging_again_obey(client: TestClient, service: Service) -> None:
    token = {"Authorization": f"Bearer {service.settings.token}"}
    csrf = sign_in(client, "何主编")
    (before,) = take_in(service, [MATCH], review=True)
    with service.store.writing() as connection:
        connection.exec_driver_sql("UPDATE articles SET model = 'old'")
    choose(client, csrf, {"health": "2", "sports": "2"}, {})
    answer = client.post("/api/v1/tag", json={"title": CLINIC.title, "text": CLINIC.text}, headers=token).json()
    assert (answer["decision"], answer["reasons"]) == ("review", ["strict_category"])
    client.post("/upload", data={"csrf": csrf, "text": f"{CLINIC.title}\n{CLINIC.text}"})
    client.post("/retrain/rejudge", data={"csrf": csrf})
    with service.store.reading() as connection:
        found = {one.article.title: one for one in queue.page(connection).articles}
        again = queue.get(connection, before)
    assert (found[CLINIC.title].state, found[CLINIC.title].tagged.reasons) == ("review", ("strict_category",))
    assert again is not None and again.model == "small" and again.tagged.reasons == ("strict_category",)
    page = client.get(f"/articles/{found[CLINIC.title].number}").text
    assert "这个类别一律交人审" in page
    choose(client, csrf, {"health": "0"}, {"health": "2"})
    assert "这个类别另设了更严的门槛" in client.get(f"/articles/{found[CLINIC.title].number}").text


def test_programs_are_told_from_where_each_category_is_accepted(client: TestClient, service: Service) -> None:
    token = {"Authorization": f"Bearer {service.settings.token}"}
    shown = client.get("/api/v1/models/small", headers=token).json()
    assert shown["accepted_from"] == dict.fromkeys(IDS, 0.6)
    choose(client, sign_in(client, "何主编"), {"health": "2", "sports": "0.95"}, {})
    client.cookies.clear()
    shown = client.get("/api/v1/models/small", headers=token).json()
    assert shown["accepted_from"] == {"agriculture": 0.6, "sports": 0.95, "health": None}
    assert "least" not in shown["manifest"]["review"]


def test_the_watched_folder_obeys(tmp_path: Path, client: TestClient, service: Service) -> None:
    choose(client, sign_in(client, "何主编"), {"health": "2"}, {})
    watched = replace(service.settings, watch=tmp_path / "in")
    (tmp_path / "in").mkdir()
    found = build_service(watched)
    found.start()
    try:
        eventually(lambda: found.champion.ready, "the model")
        (tmp_path / "in" / "1.txt").write_text(f"{CLINIC.title}\n{CLINIC.text}", "utf-8")

        def taken() -> queue.QueuedArticle | None:
            with found.store.reading() as connection:
                return next((one for one in queue.page(connection).articles if one.origin == "inbox"
                             and one.article.title == CLINIC.title), None)  # fmt: skip

        one = eventually(taken, "the article of the watched folder")
        assert one is not None and one.tagged.reasons == ("strict_category",)
    finally:
        found.stop()


def test_an_article_that_no_model_is_sure_of_says_so_alone(client: TestClient, service: Service) -> None:
    choose(client, sign_in(client, "何主编"), dict.fromkeys(IDS, "2"), {})
    (tagged,) = service.champion.model.tag(
        [Article("x", "村里的运动会", "晒场上拔河赛跑，卫生院的医生在场边，合作社送来苹果。")]
    )
    assert tagged.probability < 0.6 and tagged.reasons == ("below_threshold",)
