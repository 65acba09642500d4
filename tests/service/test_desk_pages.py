"""The desk's pages without a browser: what each shows, and whom it lets do what."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from classifier.messages import say
from classifier.model.model_files import read_model, write_model
from lanmu.service.container import Service, build_service
from lanmu.service.store import audit, queue, schema
from lanmu.service.store.labelling import Card
from lanmu.service.store.records import today
from tests.service.desk_made import (
    CLINIC,
    HARVEST,
    HOSTILE,
    MATCH,
    PASSWORD,
    USERS,
    made_service,
    many,
    sign_in,
    take_in,
)
from tests.service.running import running

PAGES = (
    "/", "/review", "/articles", "/articles/1", "/labels", "/charts", "/retrain", "/refused", "/sheet", "/examine",
)  # fmt: skip
ADMIN_PAGES = ("/admin/users", "/admin/audit")
CHANGES = (
    ("editor", "/review/1/settle", {"category": "health"}),
    ("editor", "/review/1/skip", {}),
    ("editor", "/undo", {}),
    ("editor", "/articles/bulk", {"number": "1"}),
    ("editor", "/upload", {"text": "县医院添新设备\n县医院为患者添置了新的检查设备。"}),
    ("admin", "/retrain/start", {}),
    ("admin", "/retrain/promote", {"name": "small"}),
    ("admin", "/retrain/rollback", {}),
    ("admin", "/retrain/rejudge", {}),
    ("admin", "/retrain/threshold", {"model": "small", "step": "0"}),
    ("admin", "/retrain/strict", {"model": "small", "category": "health", "least": "0.98", "shown": "0"}),
    ("admin", "/examine/start", {"kind": "suspects"}),
    ("admin", "/admin/tokens/add", {"name": "CMS", "role": "reader"}),
    ("admin", "/admin/tokens/revoke", {"number": "1"}),
    ("editor", "/refused/close", {"number": "1"}),
    ("editor", "/refused/1/again", {}),
    ("admin", "/admin/users/add", {"name": "新人", "role": "editor"}),
    ("admin", "/admin/users/role", {"name": "李编辑", "role": "admin"}),
    ("admin", "/admin/users/bar", {"name": "李编辑", "barred": "true"}),
    ("admin", "/admin/users/password", {"name": "李编辑"}),
)


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    made = made_service(tmp_path / "home", small_model_folder)
    take_in(made, [HARVEST, MATCH])
    take_in(made, [CLINIC, HOSTILE], origin="api")
    return made


def rows(page: str) -> list[str]:
    """The titles in a page's list."""
    results = page.split('id="results"')[1]
    return re.findall(r'<td class="title-cell"><a [^>]*>([^<]*)</a>', results)


def test_what_reading_was_not_sure_of_is_told_in_the_readers_language(client: TestClient, service: Service) -> None:
    """Rows of before version 0.2 hold an English sentence, which stays as it is."""
    told = ("no_headline", "scanned_pages?page=2&page=5", "its headline is known only by its words")
    (number,) = take_in(service, [replace(many(1)[0], uncertain=told)])
    sign_in(client, "李编辑")
    said = {
        "zh": "读取时拿不准： 版面上没有找到它的标题；只有图片、没有读的页：2, 5；请先做文字识别；its headline",
        "en": "Reading was not sure: no headline was found above it on the page; pages that are only pictures",
    }
    for language, sentence in said.items():
        headers = {"Cookie": f"lanmu_language={language}; {cookie_of(client)}"}
        assert sentence in client.get(f"/articles/{number}", headers=headers).text


def test_every_page_in_both_languages_for_every_role(client: TestClient, service: Service) -> None:
    for name, role in USERS.items():
        client.cookies.clear()
        sign_in(client, name)
        for path in (*PAGES, *ADMIN_PAGES, "/upload"):
            allowed = path in PAGES or role == "admin" or (path == "/upload" and role == "editor")
            for language in ("zh", "en"):
                answer = client.get(path, headers={"Cookie": f"lanmu_language={language}; {cookie_of(client)}"})
                assert answer.status_code == (200 if allowed else 403), (name, path)
                assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in answer.text


def cookie_of(client: TestClient) -> str:
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def test_no_change_without_the_role_or_the_csrf_token(client: TestClient, service: Service) -> None:
    ranks = ["reader", "editor", "admin"]
    for name, role in USERS.items():
        client.cookies.clear()
        csrf = sign_in(client, name)
        for needed, path, form in CHANGES:
            assert client.post(path, data=form, follow_redirects=False).status_code == 403, path
            if ranks.index(role) < ranks.index(needed):
                refused = client.post(path, data={**form, "csrf": csrf}, follow_redirects=False)
                assert refused.status_code == 403, (name, path)
    with service.store.reading() as connection:
        assert {a.label for a in queue.page(connection).articles} == {None}
        assert {entry.action for entry in audit.entries(connection)} == {"sign-in", "user added"}


def test_today_shows_the_day_by_category_and_finds_in_it(client: TestClient) -> None:
    sign_in(client, "赵读者")
    page = client.get("/").text
    assert all(title in page for title in (HARVEST.title, MATCH.title, CLINIC.title))
    assert '<a href="/articles?category=sports&amp;first_day=' in page
    shown = client.get("/", params={"search": "采棉机"}).text
    assert HARVEST.title in shown and MATCH.title not in shown
    assert "这一天没有来稿" in client.get("/", params={"day": "2020-02-29"}).text
    assert "没有符合条件的稿件" in client.get("/", params={"search": "火箭发射"}).text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "gestern", "2026-02-30", "'; drop table articles; --"])
def test_a_day_that_is_none_is_today(client: TestClient, day: str) -> None:
    sign_in(client, "赵读者")
    assert f'name="day" value="{today()}"' in client.get("/", params={"day": day}).text


def test_the_list_filters_by_everything(client: TestClient, service: Service) -> None:
    service.review.label(Card(2), "health", "李编辑")
    sign_in(client, "赵读者")
    for query, titles in (
        ({"category": "agriculture"}, [HARVEST.title]),
        ({"state": "settled"}, [MATCH.title]),
        ({"person": "李编辑"}, [MATCH.title]),
        ({"origin": "inbox"}, [MATCH.title, HARVEST.title]),
        ({"search": "采棉机 亩产"}, [HARVEST.title]),
        ({"last_day": "2020-01-01"}, []),
        ({"state": "sold", "first_day": "once"}, None),
    ):
        shown = rows(client.get("/articles", params=query).text)
        assert shown == titles if titles is not None else len(shown) == 4, query


def test_several_articles_are_changed_and_taken_back_as_one(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    form = {"csrf": csrf, "number": ["1", "2", "3"], "category": "sports", "change": "1", "back": "/articles?x=1"}
    page = client.post("/articles/bulk", data=form)
    assert "3 篇已改为体育" in page.text and page.url.query == b"x=1"
    client.post("/articles/bulk", data={"csrf": csrf, "number": ["1", "2", "3", "4"]})  # accept: three are settled
    with service.store.reading() as connection:
        labels = [queue.get(connection, number) for number in (1, 2, 3, 4)]
    assert [one.label if one else "" for one in labels][:3] == ["sports"] * 3
    client.post("/undo", data={"csrf": csrf})
    assert "已撤销 3 篇的处理" in client.post("/undo", data={"csrf": csrf}).text
    with service.store.reading() as connection:
        assert {one.label for one in queue.page(connection).articles} == {None}
    assert "请先选择稿件" in client.post("/articles/bulk", data={"csrf": csrf}).text


def test_an_articles_page_tells_its_history(client: TestClient, service: Service) -> None:
    service.review.label(Card(1), "health", "李编辑")
    service.review.undo("李编辑")
    service.review.label(Card(1), "agriculture", "何主编")
    sign_in(client, "赵读者")
    page = client.get("/articles/1").text
    assert HARVEST.byline in page and "A3.txt#2" in page and "乡村" in page
    history = page.split('class="history"')[1]
    assert history.index("何主编") < history.index("李编辑") < history.index("small")
    assert '<li class="undone">' in history
    assert client.get("/articles/77").status_code == 404


def test_the_labels_page_says_who_did_what(client: TestClient, service: Service) -> None:
    service.review.label(Card(1), "agriculture", "李编辑")
    service.review.label(Card(2), "health", "何主编")
    service.review.label(Card(3), None, "何主编")
    sign_in(client, "赵读者")
    assert rows(client.get("/labels").text) == [CLINIC.title, MATCH.title, HARVEST.title]
    assert rows(client.get("/labels?person=李编辑").text) == [HARVEST.title]
    assert rows(client.get("/labels?action=choose").text) == [MATCH.title]
    assert rows(client.get("/labels?category=agriculture").text) == [HARVEST.title]
    assert rows(client.get("/labels?last_day=2020-01-01").text) == []


def test_the_charts_draw_what_is_there(client: TestClient, service: Service) -> None:
    service.review.label(Card(2), "health", "李编辑")
    sign_in(client, "赵读者")
    page = client.get("/charts").text
    bars = page.split('id="bars-title"')[1].split("</svg>")[0]
    assert bars.count("<rect") == len({"agriculture", "health"})
    assert "卫生健康 3" in bars and "三农 1" in bars
    month = client.get("/charts?span=month&clock=printed").text
    assert "2026年3月" in month.split('id="bars-title"')[1].split("</svg>")[0]
    assert "这段时间没有稿件" in client.get("/charts?first_day=2001-01-01&last_day=2001-02-01").text


def test_users_are_added_changed_and_barred(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    page = client.post("/admin/users/add", data={"csrf": csrf, "name": "新来的", "role": "reader"}).text
    password = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert password is not None
    assert "已经存在" in client.post("/admin/users/add", data={"csrf": csrf, "name": "新来的", "role": "reader"}).text
    other = TestClient(client.app, "http://127.0.0.1", headers={"Accept": "text/html"})
    assert other.post("/sign-in", data={"name": "新来的", "password": password[1]}).url.path == "/password"
    client.post("/admin/users/role", data={"csrf": csrf, "name": "新来的", "role": "editor"})
    client.post("/admin/users/bar", data={"csrf": csrf, "name": "新来的", "barred": "true"})
    assert other.get("/").url.path == "/sign-in"
    assert "用户名或密码不对" in other.post("/sign-in", data={"name": "新来的", "password": password[1]}).text
    log = client.get("/admin/audit").text
    assert all(words in log for words in ("添加用户", "修改角色", "停用用户", "登录被拒"))
    assert password[1] not in log


def test_the_last_admin_stays_one(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    client.post("/admin/users/bar", data={"csrf": csrf, "name": "admin", "barred": "true"})
    answer = client.post("/admin/users/role", data={"csrf": csrf, "name": "何主编", "role": "reader"})
    assert answer.status_code == 422
    assert "是唯一的管理员" in answer.text
    for path, form in (("role", {"role": "editor"}), ("bar", {"barred": "true"}), ("password", {})):
        answer = client.post(f"/admin/users/{path}", data={"csrf": csrf, "name": "查无此人", **form})
        assert answer.status_code == 404 and "没有 查无此人 这个用户" in answer.text


def test_a_pasted_page_becomes_articles_and_the_same_again_none(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    page = "# 河湾村棉花开摘\n\n本报讯 棉田白成一片,采棉机昼夜不停。\n\n# 县篮球联赛开哨\n\n本报讯 八支球队打满四节。\n"
    answer = client.post("/upload", data={"csrf": csrf, "text": page})
    assert "读到 2 篇稿件" in answer.text and "河湾村棉花开摘" in answer.text
    assert answer.text.count("已在库中") == 0
    assert client.post("/upload", data={"csrf": csrf, "text": page}).text.count("已在库中") == 2
    file = {"file": ("../../夜报.txt", "县医院义诊\n医生给老人量血压、测血糖。".encode("gb18030"), "text/plain")}
    assert "县医院义诊" in client.post("/upload", data={"csrf": csrf}, files=file).text
    with service.store.reading() as connection:
        newest = queue.page(connection).articles[0]
    assert (newest.article.source.path, newest.origin) == ("夜报.txt", "upload")
    assert "没有内容" in client.post("/upload", data={"csrf": csrf, "text": "  "}).text
    broken = {"file": ("a.docx", b"PK\x03\x04 not a document", "application/zip")}
    assert "有 1 处读不了" in client.post("/upload", data={"csrf": csrf}, files=broken).text


def test_a_version_the_gate_refused_needs_a_tick(client: TestClient, service: Service) -> None:
    reasons = [{"code": "gate.no_gain"}]
    result = {"name": "worse", "promote": False, "reasons": reasons, "figures": {}, "metrics": {}}
    with service.store.writing() as connection:
        values = {"kind": "train", "status": "done", "by": "何主编", "started": 1.0, "ended": 2.0, "result": result}
        connection.execute(schema.jobs.insert().values(values))
    csrf = sign_in(client, "何主编")
    page = client.get("/retrain").text
    assert "不建议启用新版本" in page and "没有超出随机波动的提高" in page
    assert "没有通过检验" in client.post("/retrain/promote", data={"csrf": csrf, "name": "worse"}).text
    sure = client.post("/retrain/promote", data={"csrf": csrf, "name": "worse", "sure": "yes"})
    assert sure.status_code == 400  # ticked, but no such version is there
    assert client.post("/retrain/rollback", data={"csrf": csrf}).status_code == 400


def test_a_report_shows_only_what_changes(client: TestClient, service: Service) -> None:
    counts = {"sports": (40, 30, 38), "health": (50, 45, 45), "agriculture": (60, 60, 60)}
    figures = {
        "holdout": 150, "champion_accuracy": 0.9, "challenger_accuracy": 0.953, "won": 9, "lost": 1, "new_labels": 0,
        "categories": {
            name: {"articles": count, "champion_right": before, "challenger_right": after}
            for name, (count, before, after) in counts.items()
        },
    }  # fmt: skip
    reasons = [
        say("gate.holdout", count=150, won=9, lost=1, before="90.0%", after="95.3%"),
        say("gate.chance", p="0.021"),
        say("gate.better"),
    ]
    result = {"name": "next", "promote": True, "reasons": [one.record() for one in reasons], "figures": figures}
    with service.store.writing() as connection:
        values = {"kind": "train", "status": "done", "by": "何主编", "started": 1.0, "ended": 2.0, "result": result}
        connection.execute(schema.jobs.insert().values(values))
    sign_in(client, "何主编")
    report = client.get("/retrain").text.split('id="report-heading"')[1].split("</section>")[0]
    assert "9 篇由错变对" in report and "比现在的模型好" in report and "McNemar" not in report
    assert "▲ 20.0" in report and "其余 2 个类别没有变化" in report and report.count('class="chip') == 1
    english = client.get("/retrain", headers={"Accept-Language": "en"}).text
    assert "better beyond noise" in english and "The other 2 categories" in english


def test_the_page_shows_the_promoted_model_at_once_and_its_test(client: TestClient, service: Service) -> None:
    newer = service.settings.models / "newer"
    small = read_model(service.settings.models / "small")
    metrics = {"on": "holdout", "articles": 200, "accuracy": 0.9, "accuracy_95": [0.85, 0.94], "accepted_share": 0.1,
               "accepted_accuracy": 1.0}  # fmt: skip
    training = {**small.manifest.training, "metrics": metrics}
    write_model(newer, replace(small.manifest, name="newer", training=training, checksum=""), small.weights)
    csrf = sign_in(client, "何主编")
    page = client.post("/retrain/promote", data={"csrf": csrf, "name": "newer", "sure": "yes"}).text
    card = page.split('id="now-heading"')[1].split("</section>")[0]
    assert "newer" in card and "起使用" in card
    assert "85.0%–94.0%" in card and "用 200 篇训练时没有见过的稿件检验" in card
    assert "正确率" in card and "100.0%" not in card  # of twenty accepted articles a share says nothing
    back = client.post("/retrain/rollback", data={"csrf": csrf}).text
    assert '<p class="model-name">small</p>' in back


def test_an_admin_chooses_the_threshold_by_its_cost(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "何主编")
    champion = service.champion
    steps = champion.model.review.thresholds
    assert len(steps) > 1
    page = client.get("/retrain").text
    slider = page.split('id="threshold-heading"')[1].split("</section>")[0]
    assert "自动采用的门槛" in slider and slider.count("<option") == len(steps)
    given = {"csrf": csrf, "model": champion.model.manifest.name, "step": "0"}
    assert "门槛已改" in client.post("/retrain/threshold", data=given).text
    assert champion.model.review.threshold == steps[0][1]
    assert client.post("/retrain/threshold", data={**given, "model": "another"}).status_code == 409
    service.champion.refresh()
    assert champion.model.review.accept_accuracy == steps[0][0]
    again = build_service(service.settings)  # as after a restart
    again.champion.refresh()
    assert again.champion.model.review.accept_accuracy == steps[0][0]
    again.store.close()


def test_what_waits_is_judged_again_by_a_newer_model(client: TestClient, service: Service) -> None:
    with service.store.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE articles SET state = 'review', model = 'old', category = 'sports', runner_up = 'health'"
        )
    service.review.label(Card(2), "sports", "李编辑")
    csrf = sign_in(client, "何主编")
    assert "重新判断 3 篇待审稿件" in client.get("/retrain").text
    assert "已重新判断 3 篇" in client.post("/retrain/rejudge", data={"csrf": csrf}).text
    with service.store.reading() as connection:
        by_number = {article.number: article for article in queue.page(connection).articles}
    assert (by_number[1].tagged.category, by_number[1].state, by_number[1].model) == (
        "agriculture",
        "accepted",
        "small",
    )
    assert (by_number[2].tagged.category, by_number[2].state, by_number[2].model) == ("sports", "settled", "old")
    assert "重新判断" in client.get("/admin/audit").text


def test_a_password_of_ones_own(client: TestClient) -> None:
    csrf = sign_in(client, "李编辑")
    short = client.post("/password", data={"csrf": csrf, "old": PASSWORD, "new": "短", "again": "短"})
    assert "密码要有 10 到 200 个字符" in short.text
    wrong = {"csrf": csrf, "old": "不是它", "new": PASSWORD + "新", "again": PASSWORD + "新"}
    assert "现在的密码不对" in client.post("/password", data=wrong).text
    assert client.post("/password", data={**wrong, "old": PASSWORD}).url.path == "/"
    client.post("/sign-out", data={"csrf": sign_out_token(client)})
    assert client.get("/").url.path == "/sign-in"


def sign_out_token(client: TestClient) -> str:
    return client.get("/").text.split('name="csrf" content="')[1].split('"')[0]


def test_scripts_and_styles_are_versioned_compressed_and_kept(client: TestClient) -> None:
    page = client.get("/sign-in").text
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(addresses) >= 4
    for address in addresses:
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"], address
    script = next(address for address in addresses if address.endswith("desk.js"))
    packed = client.get(script, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and "import " in packed.text
    # What a script imports stands beside it, so it has the same version.
    assert client.get(script.replace("desk.js", "lists.js")).status_code == 200
    older = re.sub(r"/static/[0-9a-f]+/", "/static/0123456789ab/", script)
    again = client.get(older)
    assert again.headers["cache-control"] == "no-cache"
    assert client.get(older, headers={"If-None-Match": again.headers["etag"]}).status_code == 304
    assert client.get("/static/../rendering.py").status_code == 404


def test_all_that_match_are_accepted_on_other_pages_too_and_taken_back_in_one_step(
    tmp_path: Path, small_model_folder: Path
) -> None:
    service = made_service(tmp_path / "many", small_model_folder)
    take_in(service, many(70), review=True)
    with running(service, base_url="http://127.0.0.1", headers={"Accept": "text/html"}) as client:
        csrf = sign_in(client, "李编辑")
        page = client.get("/articles?state=review").text
        assert 'name="everything" value="state=review"' in page
        done = client.post("/articles/bulk", data={"csrf": csrf, "number": [70], "everything": "state=review"})
        assert "已采纳 70 篇" in done.text
        client.post("/undo", data={"csrf": csrf})
        with service.store.reading() as connection:
            assert queue.review_numbers(connection)[1] == 70
        assert 'name="everything"' not in client.get("/articles?search=f1").text
