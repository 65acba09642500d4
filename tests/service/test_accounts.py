"""Who may do what: sessions, CSRF, roles, tries, and the files that hold secrets."""

from __future__ import annotations

import logging
import stat
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from classifier.errors import LanmuError
from lanmu.service.logs import LinesOfOurs, Seldom
from lanmu.service.security import people
from lanmu.service.security.people import check_password, hash_password
from lanmu.service.security.sign_in import COOKIE, SignInRefused, TooManyTries, Tries
from lanmu.service.settings import ServiceLimits, Settings, is_loopback, prepare
from lanmu.service.store import accounts, audit
from lanmu.service.store.accounts import AccountError
from tests.service.articles import HARVEST
from tests.service.conftest import TOKEN, App, Made

HERE = "127.0.0.1"


def add(app: App, name: str, role: str, password: str = "一个足够长的好密码吧") -> None:
    with app.service.store.writing() as connection:
        accounts.add_user(connection, name, role, hash_password(password))


def sign_in(app: App, name: str, password: str = "一个足够长的好密码吧") -> str:
    """The CSRF token of a new session, whose cookie the browser now has."""
    cookie = app.service.sign_ins.sign_in(name, password, HERE)
    app.browser.cookies.set(COOKIE, cookie)
    session = app.service.sign_ins.session(cookie)
    assert session is not None
    return session.csrf


def test_a_password_costs_what_rfc_9106_asks_for(app: App, full_cost: PasswordHasher) -> None:
    add(app, "li", "editor")
    sign_in(app, "li")
    with app.service.store.reading() as connection:
        user = accounts.find_user(connection, "li")
    assert user is not None
    cost = extract_parameters(user.password)
    assert cost.type is Type.ID and cost.memory_cost >= 65_536 and cost.time_cost >= 3 and cost.salt_len >= 16


def test_the_first_admin_signs_in_with_the_token_and_must_change_it(app: App) -> None:
    csrf = sign_in(app, "admin", TOKEN)
    answer = app.browser.get("/api/v1/categories")
    assert answer.status_code == 403 and "password of your own" in answer.json()["detail"]
    cookie = app.browser.cookies[COOKIE]
    session = app.service.sign_ins.session(cookie)
    assert session is not None and session.csrf == csrf
    with pytest.raises(AccountError, match="characters"):
        app.service.sign_ins.change_password(session.user, TOKEN, "short")
    app.service.sign_ins.change_password(session.user, TOKEN, "我自己的长密码啊啊啊")
    assert app.service.sign_ins.session(cookie) is None
    with pytest.raises(SignInRefused):
        app.service.sign_ins.sign_in("admin", TOKEN, HERE)
    sign_in(app, "ADMIN", "我自己的长密码啊啊啊")
    assert app.browser.get("/api/v1/categories").status_code == 200


def test_what_a_session_changes_needs_its_csrf_token(app: App) -> None:
    add(app, "li", "editor")
    csrf = sign_in(app, "li")
    body = {"articles": [HARVEST]}
    assert app.browser.post("/api/v1/articles", json=body).status_code == 403
    assert app.browser.post("/api/v1/articles", json=body, headers={"X-CSRF-Token": "x" * 43}).status_code == 403
    foreign = {"X-CSRF-Token": csrf, "Origin": "https://elsewhere.example"}
    assert app.browser.post("/api/v1/articles", json=body, headers=foreign).status_code == 403
    right = {"X-CSRF-Token": csrf, "Origin": "http://localhost:8765", "Sec-Fetch-Site": "same-origin"}
    assert app.browser.post("/api/v1/articles", json=body, headers=right).status_code == 201


def test_roles(app: App) -> None:
    for name, role in (("reader", "reader"), ("editor", "editor"), ("chief", "admin")):
        add(app, name, role)
    may = {"reader": (200, 403, 403), "editor": (200, 200, 403), "chief": (200, 200, 400)}
    for name, expected in may.items():
        headers = {"X-CSRF-Token": sign_in(app, name)}
        statuses = (
            app.browser.get("/api/v1/articles").status_code,
            app.browser.post("/api/v1/undo", headers=headers).status_code,
            app.browser.post("/api/v1/models/rollback", headers=headers).status_code,
        )
        assert statuses == expected, name


def test_a_forged_or_ended_session_is_none(app: App) -> None:
    add(app, "li", "editor")
    sign_in(app, "li")
    cookie = app.browser.cookies[COOKIE]
    secret = cookie.rsplit(".", 1)[0]
    for forged in (secret, secret + ".AAAA", cookie[:-2] + "xx", "", "é" * 100, "a" * 10_000):
        assert app.service.sign_ins.session(forged) is None
    app.service.sign_ins.sign_out(cookie)
    assert app.browser.get("/api/v1/articles").status_code == 401
    sign_in(app, "li")
    with app.service.store.writing() as connection:
        user = accounts.find_user(connection, "li")
        assert user is not None
        accounts.change_user(connection, user, disabled=True)
    assert app.browser.get("/api/v1/articles").status_code == 401
    with pytest.raises(SignInRefused):
        app.service.sign_ins.sign_in("li", "一个足够长的好密码吧", HERE)


def test_wrong_passwords_soon_have_to_wait(make_app: Made, settings: Settings) -> None:
    app = make_app(replace(settings, limits=ServiceLimits(sign_in_tries=1)))
    sign_ins = app.service.sign_ins
    add(app, "li", "editor")

    def refused(name: str) -> int:
        """The seconds to wait that a wrong password for a name comes to."""
        try:
            sign_ins.sign_in(name, "wrong password", HERE)
        except SignInRefused:
            return 0
        except TooManyTries as error:
            return error.retry_after
        raise AssertionError(name)

    # On a machine that is busy the first waits are over before the next try: they grow, so a later one is not.
    assert refused("li") == 0 and any(refused("li") for _ in range(8))
    with pytest.raises(TooManyTries):
        sign_ins.sign_in("Li", "一个足够长的好密码吧", HERE)
    sign_ins.sign_in("li", "一个足够长的好密码吧", "192.0.2.7")
    assert any(refused(f"nobody{i}") for i in range(20)), "an address has tries, too"
    with app.service.store.reading() as connection:
        actions = [entry.action for entry in audit.entries(connection)]
    assert "sign-in refused" in actions and "sign-in" in actions


def test_guesses_from_many_addresses_are_few_and_keep_nobody_out(make_app: Made, settings: Settings) -> None:
    app = make_app(replace(settings, limits=ServiceLimits(sign_in_tries=2)))
    sign_ins = app.service.sign_ins
    add(app, "li", "editor")
    sign_ins.sign_in("li", "一个足够长的好密码吧", HERE)
    outcomes = []
    for i in range(30):
        try:
            sign_ins.sign_in("li", f"guess number {i}", f"192.0.2.{i}")
        except (SignInRefused, TooManyTries) as error:
            outcomes.append(type(error))
    assert outcomes.count(SignInRefused) <= 14 and outcomes[-1] is TooManyTries
    sign_ins.sign_in("li", "一个足够长的好密码吧", HERE)


def test_addresses_of_one_ipv6_network_count_as_one(make_app: Made, settings: Settings) -> None:
    app = make_app(replace(settings, limits=ServiceLimits(sign_in_tries=1)))
    names = [f"editor{number}" for number in range(40)]
    refusals = []
    for number, name in enumerate(names):
        with pytest.raises((SignInRefused, TooManyTries)) as refused:
            app.service.sign_ins.sign_in(name, "猜一个密码试试看", f"2001:db8:1:2::{number:x}")
        refusals.append(refused.type)
    assert TooManyTries in refusals, "who has a network has 2**64 addresses"
    with pytest.raises(SignInRefused):
        app.service.sign_ins.sign_in(names[0], "猜一个密码试试看", "2001:db8:1:3::1")


def test_wrong_names_from_an_address_keep_out_nobody_who_has_signed_in_from_there(
    make_app: Made, settings: Settings
) -> None:
    app = make_app(replace(settings, limits=ServiceLimits(sign_in_tries=1)))
    sign_ins = app.service.sign_ins
    for name in ("li", "wang"):
        add(app, name, "editor")
    sign_ins.sign_in("li", "一个足够长的好密码吧", HERE)
    with pytest.raises(TooManyTries):
        for number in range(20):
            with suppress(SignInRefused):
                sign_ins.sign_in(f"nobody{number}", "wrong password", HERE)
    sign_ins.sign_in("li", "一个足够长的好密码吧", HERE)
    sign_ins.sign_in("wang", "一个足够长的好密码吧", "192.0.2.7")


def test_waits_grow_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("lanmu.service.security.sign_in.time.monotonic", lambda: now[0])
    tries = Tries(3, 60.0)
    waits = []
    for _ in range(12):
        waits.append(tries.wait("li"))
        now[0] += tries.wait("li")
        tries.failed("li")
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    now[0] += 60 * 12 + 1
    assert tries.wait("li") == 0


def test_the_password_form_counts_tries_and_is_in_the_audit_log(make_app: Made, settings: Settings) -> None:
    app = make_app(replace(settings, limits=ServiceLimits(sign_in_tries=2)))
    add(app, "li", "editor")
    form = {"new": "我自己的长密码啊啊啊", "again": "我自己的长密码啊啊啊", "csrf": sign_in(app, "li")}
    said = [app.browser.post("/password", data={**form, "old": f"guess {i}"}).text for i in range(8)]
    assert any("too many tries" in page or "尝试次数过多" in page for page in said)
    with app.service.store.reading() as connection:
        assert 2 <= sum(entry.action == "password change refused" for entry in audit.entries(connection)) < 8


@pytest.mark.parametrize("new", [" " * 12, "1111111111", "li" + " " * 9, TOKEN, "THE ONE-TIME PASSWORD"])
def test_a_password_of_ones_own_is_one(app: App, new: str) -> None:
    given = people.invite(app.service.store, "li", "editor", "admin")
    with app.service.store.reading() as connection:
        user = accounts.find_user(connection, "li")
    assert user is not None
    with pytest.raises(AccountError, match="choose a password"):
        app.service.sign_ins.change_password(user, given, given if new.isupper() else new)


def test_a_new_sign_in_ends_the_old_session_and_the_clock_prolongs_none(app: App) -> None:
    add(app, "li", "editor")
    sign_ins = app.service.sign_ins
    first = sign_ins.sign_in("li", "一个足够长的好密码吧", HERE)
    second = sign_ins.sign_in("li", "一个足够长的好密码吧", HERE, instead_of=first)
    assert sign_ins.session(first) is None and sign_ins.session(second) is not None
    with app.service.store.writing() as connection:  # as if the clock had been ten years ahead
        connection.exec_driver_sql("UPDATE sessions SET created = created + 3e8, expires = expires + 3e8")
    assert sign_ins.session(second) is None
    third = sign_ins.sign_in("li", "一个足够长的好密码吧", HERE)
    assert sign_ins.session(third) is not None
    for digest in sign_ins.ages:
        sign_ins.ages[digest] -= 13 * 3600
    assert sign_ins.session(third) is None, "by a clock that nobody sets"


@pytest.mark.slow
def test_names_that_look_alike_are_one(app: App) -> None:
    add(app, "li", "editor")
    add(app, "Zoë", "reader")
    for name in ("token", "Lanmu", "ТОKЕN", "аdmin", "Ａｄｍｉｎ", "lі", "ZOË", "Zoë"):
        with pytest.raises(AccountError):
            add(app, name, "reader")
    add(app, "李编辑", "editor")
    add(app, "李编缉", "editor")
    app.service.sign_ins.sign_in("ZOË", "一个足够长的好密码吧", HERE)


def test_one_time_passwords(app: App) -> None:
    store = app.service.store
    first = people.invite(store, "li", "editor", "admin")
    second = people.reset(store, "li", "admin")
    with pytest.raises(SignInRefused):
        app.service.sign_ins.sign_in("li", first, HERE)
    sign_in(app, "li", second)
    assert app.browser.get("/api/v1/articles").status_code == 403
    people.bar(store, "li", "admin")
    assert app.browser.get("/api/v1/articles").status_code == 401
    with pytest.raises(AccountError, match="no user wang"):
        people.give_role(store, "wang", "admin", "admin")


def test_the_last_admin_stays(app: App) -> None:
    with app.service.store.writing() as connection:
        admin = accounts.find_user(connection, "admin")
        assert admin is not None
        with pytest.raises(AccountError, match="only admin"):
            accounts.change_user(connection, admin, role="reader")
        with pytest.raises(AccountError, match="cannot be a user's name"):
            accounts.add_user(connection, "<script>", "reader", "x")
        with pytest.raises(AccountError, match="unknown role"):
            accounts.add_user(connection, "wang", "owner", "x")
        with pytest.raises(AccountError, match="already"):
            accounts.add_user(connection, "Admin", "reader", "x")


def test_secrets_are_kept_for_their_owner_only(tmp_path: Path) -> None:
    first = prepare(tmp_path / "data", {})
    again = prepare(None, {"LANMU_HOME": str(tmp_path / "data")})
    assert (first.token, first.key) == (again.token, again.key)
    assert (first.token_is_new, again.token_is_new) == (True, False)
    assert len(first.token) >= 32
    for name in ("token", "session.key"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600
    given = prepare(tmp_path / "other", {"LANMU_TOKEN": TOKEN})
    assert given.token == TOKEN and not (tmp_path / "other" / "token").exists()
    for weak in ("", "short", "x" * 201, "密" * 20):
        with pytest.raises(LanmuError, match="LANMU_TOKEN"):
            prepare(tmp_path / "other", {"LANMU_TOKEN": weak})


def test_loopback_addresses() -> None:
    assert all(is_loopback(a) for a in ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "::ffff:127.0.0.1"))
    assert not any(is_loopback(a) for a in ("0.0.0.0", "::", "192.0.2.1", "localhost.example", "", "127.0.0.1.x"))


@pytest.mark.parametrize(
    "password", ["1234567890", "0987654321", "aaaaaaaaaaaa", "abababababab", "Qwertyuiop", "passwordpassword"]
)
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(AccountError, match="first that are tried"):
        hash_password(password)
    assert hash_password("河湾村的棉花开秤了吗").startswith("$argon2id$")


@pytest.mark.slow
def test_the_time_of_an_answer_tells_nothing_of_who_is_there(
    make_app: Made, settings: Settings, full_cost: PasswordHasher
) -> None:
    app = make_app(replace(settings, limits=ServiceLimits(sign_in_tries=1_000)))
    add(app, "li", "editor")
    times: dict[str, list[float]] = {"li": [], "admin": [], "nobody": []}
    for _ in range(7):
        for name, taken in times.items():
            begun = time.process_time()  # the work done, whatever else the machine does
            with pytest.raises(SignInRefused):
                app.service.sign_ins.sign_in(name, "not the password", HERE)
            taken.append(time.process_time() - begun)
    li, admin, nobody = (min(taken) for taken in times.values())
    assert 0.6 * li < admin < 1.7 * li and 0.6 * li < nobody < 1.7 * li, (li, admin, nobody)


def test_what_strangers_send_is_one_line_of_the_log() -> None:
    sent = ("GET", "/a\n2026 ERROR\x1b[2J")
    record = logging.LogRecord("lanmu.service", logging.ERROR, "", 0, "%s %s failed", sent, None)
    line = LinesOfOurs("%(levelname)s %(message)s").format(record)
    assert line == "ERROR GET /a\\n2026 ERROR\\x1b[2J failed"


def test_what_strangers_can_cause_at_will_is_said_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("lanmu.service.logs.time.monotonic", lambda: now[0])
    seldom = Seldom()

    def said(line: str) -> bool:
        return bool(seldom.filter(logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, line, None, None)))

    assert [said("Invalid HTTP request received.") for _ in range(200)].count(True) == 1
    assert all(said("Application startup complete.") for _ in range(3)), "what is ours is never held back"
    now[0] += 61
    assert [said("Invalid HTTP request received.") for _ in range(200)].count(True) == 1


@pytest.mark.parametrize(
    "password",
    [
        "1234567890", "0987654321", "password123", "password!1", "a123456789", "woaini1314", "qwertyuiop1",
        "asdfghjkl;", "1qaz2wsx3edc", "zhangsan123", "admin123456", "aaaaaaaaaaab", "          x", "abcd1234qwer",
        "kkkkllllmm",
    ],
)  # fmt: skip
def test_passwords_that_are_tried_first_are_none(password: str) -> None:
    with pytest.raises(AccountError):
        check_password(password, "zhangsan")


@pytest.mark.parametrize(
    "password",
    ["一个足够长的好密码吧", "correct horse battery", "jdi4-k2mm-p9xt-w3ab", "版面第七条要改成黑体", "K8#vq!2zLm"],
)
def test_a_password_that_nobody_guesses_is_taken(password: str) -> None:
    check_password(password, "zhangsan")
