"""The tagger: everyone gets the tags of his own articles, also beside one that fails, and in time or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from classifier.article import Article
from lanmu.service.champion import Champion, NotReady
from lanmu.service.settings import ServiceLimits
from lanmu.service.tagger import Overloaded, Tagger
from tests.service.articles import CLINIC, HARVEST, MATCH

KINDS = ((HARVEST, "agriculture"), (MATCH, "sports"), (CLINIC, "health"))


def article(i: int) -> tuple[Article, str]:
    one, category = KINDS[i % 3]
    return Article(str(i), one["title"], one["text"]), category


@pytest.fixture
def champion(home: Path) -> Champion:
    made = Champion(home / "models")
    assert made.refresh()
    return made


@pytest.fixture
def tagger(champion: Champion) -> Iterator[Tagger]:
    made = Tagger(champion, ServiceLimits())
    made.start()
    yield made
    made.stop()


def test_everyone_gets_his_own(tagger: Tagger) -> None:
    sizes = [1, 2, 1, 9, 300, 1, 8, 40, 1, 1]

    async def ask(start: int, size: int) -> None:
        wanted = [article(i) for i in range(start, start + size)]
        tags = await tagger.tag([one for one, _ in wanted])
        assert [(found.article, found.category) for found in tags.articles] == wanted

    async def everyone() -> None:
        await asyncio.gather(*(ask(i * 7, sizes[i % len(sizes)]) for i in range(100)))

    asyncio.run(everyone())
    asked = sum(sizes) * 10
    assert tagger.tagged == asked
    assert tagger.batches < 100
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda i: tagger.tag_now([article(i)[0]]).articles[0].category, range(90))
        assert list(found) == [article(i)[1] for i in range(90)]
    assert tagger.waiting == 0


def test_one_that_fails_does_not_fail_the_others(tagger: Tagger) -> None:
    broken = Article("broken", "题", b"no text")  # type: ignore[arg-type]

    async def everyone(size: int) -> list[object]:
        jobs = [[article(i)[0]] * size for i in range(6)]
        jobs[3] = [broken] * size
        return await asyncio.gather(*(tagger.tag(job) for job in jobs), return_exceptions=True)

    for size in (1, 20):
        outcomes = asyncio.run(everyone(size))
        assert [isinstance(one, Exception) for one in outcomes] == [False, False, False, True, False, False]
    with pytest.raises(TypeError):
        tagger.tag_now([broken])
    assert tagger.tag_now([article(0)[0]]).articles[0].category == "agriculture"


def test_what_comes_too_late_is_refused(champion: Champion) -> None:
    tagger = Tagger(champion, ServiceLimits(seconds=0.05, waiting_articles=30))
    many = [article(i)[0] for i in range(20)]
    with pytest.raises(Overloaded, match="within"):
        tagger.tag_now(many)  # nobody works yet
    with pytest.raises(Overloaded, match="wait already") as refused:
        tagger.tag_now(many)
    assert refused.value.retry_after >= 1
    tagger.start()
    assert len(tagger.tag_now(many[:1]).articles) == 1
    tagger.stop()
    with pytest.raises(Overloaded, match="stopping"):
        tagger.tag_now(many)


def test_without_a_model_nothing_is_tagged(tmp_path: Path) -> None:
    champion = Champion(tmp_path)
    assert not champion.refresh()
    assert "current" in str(champion.problem)
    with pytest.raises(NotReady, match="current"):
        Tagger(champion, ServiceLimits()).tag_now([article(0)[0]])
