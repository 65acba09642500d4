"""A service with the small model, three users and some articles, for the tests of the desk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from starlette.testclient import TestClient

from classifier.article import Article, Source
from classifier.files import find_shipped
from classifier.model.topic_model import TopicModel
from classifier.model.versions import Registry
from lanmu.service.container import Service, build_service
from lanmu.service.security.people import hash_password
from lanmu.service.settings import Settings, prepare
from lanmu.service.store import accounts, queue
from tests.service.conftest import TOKEN
from tests.small_model import small_taxonomy
from training.labels.file import Label, labels_csv, read_labels

PASSWORD = "一个够长的口令,别人猜不到"
USERS = {"何主编": "admin", "李编辑": "editor", "赵读者": "reader"}
HARVEST = Article(
    "a1", "棉花进入采收期", "村里的棉田白成一片。\n合作社的采棉机昼夜不停,农户算着今年亩产和收购价。",
    column="乡村", byline="本报记者 田野", date="2026-03-02", source=Source("A3.txt", "", 2),
)  # fmt: skip
MATCH = Article("a2", "县篮球联赛落幕", "决赛打满四节,球队靠一记三分夺得冠军,球迷把体育馆挤得水泄不通。")
CLINIC = Article("a3", "专家义诊进山村", "医生给老人量血压、测血糖、开药方,义诊队还送药上门。")
HOSTILE = Article(
    "a4",
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>\n<b onmouseover=alert(1)>医生</b> {{ 7*7 }} <svg onload=alert(2)>",
    column="<i>专栏</i>",
    byline="<u>记者</u>",
)


def made_settings(home: Path, model: Path) -> Settings:
    """The data folder, with the small model as the current one and one label in labels.csv."""
    settings = prepare(home, {"LANMU_TOKEN": TOKEN})
    settings.models.mkdir()
    shutil.copytree(model, settings.models / "small")
    Registry(settings.models).promote("small", ("the first",))
    settings.labels.write_bytes(
        labels_csv([Label("x1", "sports", "desk", "2026-01-05", "拔河赛开赛", "八支队伍拔河。")])
    )
    return settings


def made_service(home: Path, model: Path) -> Service:
    """A service with three users, not started."""
    service = build_service(made_settings(home, model))
    add_users(service)
    return service


def add_users(service: Service) -> None:
    with service.store.writing() as connection:
        for name, role in USERS.items():
            accounts.add_user(connection, name, role, _hashed())


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def filled(home: Path, more: Sequence[Article] = ()) -> None:
    """Fill a data folder with ninety labels, the three users, and a queue of doubtful articles and a hostile one.

    The articles are ``more``, or else lanmu's own written ones of the small model's categories.
    """
    written = [one for one in read_labels(find_shipped("labels.csv")).labels if one.text]
    kinds = [[one for one in written if one.category == category] for category in small_taxonomy().ids]
    (home / "labels.csv").write_bytes(labels_csv([one for kind in kinds for one in kind[:30]]))
    service = build_service(prepare(home, {"LANMU_TOKEN": TOKEN}))
    add_users(service)
    waiting = [Article(one.id, one.title, one.text, date=one.date) for kind in kinds for one in kind[30:35]]
    take_in(service, [*(more or waiting), HOSTILE], review=True)
    service.stop()


def many(count: int) -> list[Article]:
    """Different articles of the small model's categories, as many as wanted."""
    places = ("河湾村", "柳树镇", "城关镇", "红旗村", "北坡乡", "南沟村", "东街社区", "西桥镇")
    kinds = (
        ("{place}第{turn}批棉花开秤", "{place}的棉田白成一片。合作社今年第{turn}次收花，农户算着亩产和收购价。"),
        ("{place}篮球赛第{turn}轮战罢", "{place}队打满四节，靠一记三分赢下第{turn}轮比赛，球迷挤满看台。"),
        ("{place}第{turn}场义诊开诊", "医生到{place}给老人量血压、测血糖、开药方，这是今年第{turn}场义诊。"),
    )
    articles: list[Article] = []
    for turn in range(count):
        title, text = kinds[turn % 3]
        words = {"place": places[turn % len(places)], "turn": turn + 1}
        articles.append(Article(f"m{turn}", title.format(**words), text.format(**words), date="2026-03-02"))
    return articles


def take_in(service: Service, articles: Sequence[Article], *, origin: str = "inbox", review: bool = False) -> list[int]:
    """Put articles into the queue, tagged by the current model; ``review`` makes all of them doubtful."""
    model = TopicModel.load(service.settings.models / "small", engine="python")
    with service.store.writing() as connection:
        added = queue.add(connection, model.tag(articles), origin=origin, model=model.manifest.name)
        if review:
            connection.exec_driver_sql("UPDATE articles SET state = 'review'")
    return [one.number for one in added]


def sign_in(client: TestClient, name: str) -> str:
    """Sign a client in; returns the CSRF token of its pages."""
    answer = client.post("/sign-in", data={"name": name, "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return csrf_of(client)


def csrf_of(client: TestClient) -> str:
    match = re.search(r'<meta name="csrf" content="([^"]+)">', client.get("/review").text)
    assert match is not None
    return match[1]
