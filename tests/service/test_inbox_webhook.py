"""Deliveries to a real receiver: signed, tried again, given up, gone on with after a restart."""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from standardwebhooks.webhooks import Webhook as Verifier

from classifier.errors import LanmuError
from lanmu.service.inbox.webhook import Signer, retry_seconds
from lanmu.service.settings import ServiceLimits, Settings, new_secret, prepare
from tests.service.articles import CLINIC, HARVEST, MATCH
from tests.service.conftest import TOKEN, App, Made
from tests.service.receiver import Answer, Receiver
from tests.service.test_inbox import lanmu, plain, put, quick, records
from tests.waiting import eventually

SECRET = new_secret()
Receiving = Callable[..., Receiver]
DOCUMENT = Path(__file__).parents[2] / "docs" / "service.md"


@pytest.fixture
def receiving() -> Iterator[Receiving]:
    made: list[Receiver] = []

    def start(answer: Answer = lambda headers, body: 204, **headers: str) -> Receiver:
        made.append(Receiver(answer, headers))
        return made[-1]

    yield start
    for receiver in made:
        receiver.stop()


def with_webhook(settings: Settings, receiver: Receiver, **limits: object) -> Settings:
    limits = {"webhook_retry_seconds": 0.1, **limits}
    return replace(quick(settings, **limits).watching(), webhook=receiver.address, webhook_secret=SECRET)


def outbox(app: App) -> dict[str, object]:
    return app.api.get("/api/v1/inbox").json()["webhook"]


def test_a_result_is_delivered_once_and_signed(
    make_app: Made, settings: Settings, home: Path, receiving: Receiving
) -> None:
    receiver = receiving()
    app = make_app(with_webhook(settings, receiver))
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    put(home / "inbox", "球赛.txt", plain(MATCH))
    put(home / "inbox", "又是棉花.txt", plain(HARVEST))
    eventually(lambda: app.service.inbox.state.done == 3 and outbox(app)["waiting"] == 0)
    assert Counter(post.event["data"]["title"] for post in receiver.posts) == {HARVEST["title"]: 1, MATCH["title"]: 1}
    written = {record["number"]: record for record in records(app)}
    for post in receiver.posts:
        event = Verifier(SECRET).verify(post.body, post.headers)  # another's implementation of the standard
        assert event["type"] == "article.tagged"
        assert event["data"] == written[event["data"]["number"]]
        assert post.headers["content-type"] == "application/json"
    with pytest.raises(Exception, match="signature"):
        Verifier(new_secret()).verify(receiver.posts[0].body, receiver.posts[0].headers)
    assert 'lanmu_webhook_tries_total{outcome="delivered"} 2.0' in app.api.get("/metrics").text


def test_failures_are_tried_again_under_the_same_id(
    make_app: Made, settings: Settings, home: Path, receiving: Receiving
) -> None:
    left = iter([500, 503, 302, 404])
    receiver = receiving(lambda headers, body: next(left, 200), location="http://127.0.0.1:9/elsewhere")
    app = make_app(with_webhook(settings, receiver))
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: len(receiver.taken) == 1)
    eventually(lambda: outbox(app)["waiting"] == 0)
    assert [post.status for post in receiver.posts] == [500, 503, 302, 404, 200]
    assert len({post.id for post in receiver.posts}) == 1 and len({post.body for post in receiver.posts}) == 1
    eventually(lambda: app.service.inbox.state.problems == ())


def test_what_is_never_taken_is_given_up_and_can_be_sent_again(
    make_app: Made, settings: Settings, home: Path, receiving: Receiving
) -> None:
    title = HARVEST["title"].encode()
    broken = True
    receiver = receiving(lambda headers, body: 500 if broken and title in body else 200)
    app = make_app(with_webhook(settings, receiver, webhook_tries=4, webhook_retry_seconds=0.05))
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    put(home / "inbox", "球赛.txt", plain(MATCH))
    eventually(lambda: outbox(app)["dead"] == 1)
    assert Counter(post.status for post in receiver.posts) == {500: 4, 200: 1}
    given_up = outbox(app)["given_up"]
    assert [(one["title"], one["tries"], one["error"]) for one in given_up] == [(HARVEST["title"], 4, "answered 500")]
    assert 'lanmu_webhook_deliveries{state="dead"} 1.0' in app.api.get("/metrics").text
    put(home / "inbox", "义诊.txt", plain(CLINIC))
    eventually(lambda: len(receiver.taken) == 2)
    broken = False
    assert app.api.post("/api/v1/inbox/webhook/retry").json() == {"retried": 1}
    eventually(lambda: outbox(app)["dead"] == 0 and outbox(app)["waiting"] == 0)
    assert Counter(post.event["data"]["title"] for post in receiver.taken) == {
        HARVEST["title"]: 1, MATCH["title"]: 1, CLINIC["title"]: 1,
    }  # fmt: skip


@pytest.mark.slow
def test_a_receiver_that_was_down_gets_everything_when_it_is_back(
    make_app: Made, settings: Settings, home: Path, receiving: Receiving
) -> None:
    down = True
    receiver = receiving(lambda headers, body: 503 if down else 200)
    app = make_app(with_webhook(settings, receiver, webhook_retry_seconds=0.05))
    for number in range(12):
        put(home / "inbox", f"{number}.txt", f"第{number}篇\n\n{MATCH['text']}第{number}节。\n")
    eventually(lambda: len(receiver.posts) >= 8)
    assert outbox(app)["waiting"] == 12 and app.service.inbox.state.problems
    down = False
    eventually(lambda: outbox(app)["waiting"] == 0)
    assert len({post.id for post in receiver.taken}) == len(receiver.taken) == 12


def test_a_receiver_that_does_not_answer_does_not_hold_the_service(
    make_app: Made, settings: Settings, home: Path, receiving: Receiving
) -> None:
    slow = threading.Event()
    receiver = receiving(lambda headers, body: 200 if slow.is_set() else (slow.wait(20), 200)[1])
    app = make_app(with_webhook(settings, receiver, webhook_seconds=0.5))
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: any("no answer within" in problem for problem in app.service.inbox.state.problems))
    put(home / "inbox", "球赛.txt", plain(MATCH))
    eventually(lambda: len(records(app)) == 2)
    assert app.api.post("/api/v1/tag", json=CLINIC).status_code == 200
    slow.set()
    eventually(lambda: outbox(app)["waiting"] == 0)
    assert {post.event["data"]["title"] for post in receiver.posts} == {HARVEST["title"], MATCH["title"]}


def test_a_restart_goes_on_with_what_was_not_delivered(
    make_app: Made, settings: Settings, home: Path, receiving: Receiving
) -> None:
    nobody = receiving()
    nobody.stop()
    first = make_app(with_webhook(settings, nobody))
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: first.service.inbox.state.problems)
    first.service.inbox.stop()
    first.service.outgoing.stop()
    receiver = receiving()
    second = make_app(with_webhook(settings, receiver))
    eventually(lambda: len(receiver.taken) == 1)
    eventually(lambda: outbox(second)["waiting"] == 0)
    assert len(records(second)) == 1


@pytest.mark.slow
def test_once_ends_when_the_receiver_has_everything_or_takes_nothing(
    home: Path, receiving: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = receiving()
    monkeypatch.setenv("LANMU_WEBHOOK_SECRET", SECRET)
    put(tmp_path / "来稿", "棉花.txt", plain(HARVEST))
    put(tmp_path / "来稿", "球赛.txt", plain(MATCH))
    done = lanmu("watch", str(tmp_path / "来稿"), "--once", "--webhook", receiver.address, home=home)
    assert (done.returncode, done.stdout) == (0, "2 files done, 0 refused; 2 new results\n"), done.stderr
    assert {post.event["data"]["title"] for post in receiver.taken} == {HARVEST["title"], MATCH["title"]}
    receiver.stop()
    put(tmp_path / "来稿", "义诊.txt", plain(CLINIC))
    failed = lanmu("watch", str(tmp_path / "来稿"), "--once", "--webhook", receiver.address, home=home)
    assert failed.returncode == 1 and "failed" in failed.stderr


def test_a_receiver_over_tls_must_show_a_certificate_that_holds(
    make_app: Made,
    settings: Settings,
    home: Path,
    receiving: Receiving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receiver = receiving()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    secured = replace(with_webhook(settings, receiver), webhook=receiver.address.replace("http:", "https:"))
    app = make_app(secured)
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: any("CERTIFICATE_VERIFY_FAILED" in problem for problem in app.service.inbox.state.problems))
    assert receiver.posts == [] and outbox(app)["waiting"] == 1
    app.service.inbox.stop()
    app.service.outgoing.stop()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))  # the newspaper's own authority
    trusting = make_app(secured)
    eventually(lambda: outbox(trusting)["waiting"] == 0)
    assert len(receiver.taken) == 1


def test_the_pause_doubles_up_to_a_bound_and_half_of_it_is_chance() -> None:
    limits = ServiceLimits()
    pauses = [[retry_seconds(tries, limits) for _ in range(200)] for tries in range(1, limits.webhook_tries)]
    for tries, drawn in enumerate(pauses, 1):
        longest = min(5.0 * 2 ** (tries - 1), 6 * 3600)
        assert longest / 2 <= min(drawn) < max(drawn) <= longest
    assert 3 < sum(sum(drawn) / len(drawn) for drawn in pauses) / 86400 < 4  # days: a long weekend


def test_the_secret_is_made_once_and_kept_or_given(home: Path) -> None:
    environment = {"LANMU_TOKEN": TOKEN, "LANMU_WEBHOOK": "https://cms.example.com/lanmu"}
    made = prepare(home, environment)
    assert made.webhook_secret.startswith("whsec_") and prepare(home, environment).webhook_secret == made.webhook_secret
    assert (home / "webhook.secret").stat().st_mode & 0o777 == 0o600
    given = prepare(home, {**environment, "LANMU_WEBHOOK_SECRET": "a secret that both sides know"})
    assert given.webhook_secret == "a secret that both sides know"
    assert prepare(home, {"LANMU_TOKEN": TOKEN}).webhook == ""


@pytest.mark.parametrize("secret", ["short", "whsec_不是", "whsec_AAAA"])
def test_a_secret_that_cannot_be_used_is_refused(secret: str) -> None:
    with pytest.raises(LanmuError, match="secret"):
        Signer(secret)


@pytest.mark.parametrize(
    "address", ["cms.example.com", "ftp://cms.example.com/", "https://", "http://[::1", "http://a:0/"]
)
def test_an_address_that_is_none_is_refused(make_app: Made, settings: Settings, address: str) -> None:
    with pytest.raises(LanmuError, match="no address for a webhook"):
        make_app(replace(settings.watching(), webhook=address, webhook_secret=SECRET))


def test_the_receiver_of_the_documentation_checks_signatures(
    make_app: Made, settings: Settings, home: Path, receiving: Receiving
) -> None:
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.S) if "hmac" in block
    )
    names: dict[str, Callable[..., bool]] = {}
    exec(code, names)  # the code as printed
    genuine = names["genuine"]
    receiver = receiving(lambda headers, body: 204 if genuine(headers, body, SECRET) else 401)
    app = make_app(with_webhook(settings, receiver))
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: len(receiver.taken) == 1 and outbox(app)["waiting"] == 0)
    post = receiver.posts[0]
    assert len(receiver.posts) == 1
    assert not genuine(post.headers, post.body + b" ", SECRET)
    assert not genuine(post.headers, post.body, new_secret())
    old = {**post.headers, "webhook-timestamp": str(int(time.time()) - 3600)}
    old |= Signer(SECRET).headers(post.id, int(old["webhook-timestamp"]), post.body)
    assert not genuine(old, post.body, SECRET)
    assert json.loads(post.body)["data"]["category"] == "agriculture"
