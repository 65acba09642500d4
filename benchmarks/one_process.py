"""What one process of its own takes: ``python -m benchmarks.one_process WHAT MODEL [COUNT]`` prints JSON.

WHAT is ``python``, ``jieba`` (``import jieba; jieba.initialize()``), ``scikit-learn`` (jieba and
scikit-learn scoring) or ``scoring`` (lanmu scoring COUNT articles, as a stream).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

BATCH = 1000


def resident() -> tuple[float, float]:
    """Resident memory now and at its highest, MB (10⁶ bytes)."""
    status = Path("/proc/self/status").read_text()
    values = {
        line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))
    }
    return int(values["VmRSS"]) * 1024 / 1e6, int(values["VmHWM"]) * 1024 / 1e6


def jieba_alone() -> None:
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()


def scikit_learn(model: Path) -> None:
    from benchmarks.news import read_news
    from benchmarks.peers import ScikitLearn, jieba_words
    from classifier.model.model_files import read_model

    path = ScikitLearn("", read_model(model).weights, jieba_words())
    path.run(list(read_news(200).articles))


def scoring(model: Path, count: int) -> dict[str, float]:
    """Score a stream of ``count`` articles, a batch at a time; seconds of scoring alone, and what was read."""
    from classifier.model.topic_model import TopicModel

    loaded = TopicModel.load(model, engine="compiled")
    loaded.decide_strings([""], ["预热"])
    seconds = characters = 0.0
    for titles, texts in stream(count):
        start = time.process_time()
        loaded.decide_strings(titles, texts)
        seconds += time.process_time() - start
        characters += sum(map(len, titles)) + sum(map(len, texts))
    return {"seconds": seconds, "characters": characters}


def stream(count: int) -> Iterator[tuple[list[str], list[str]]]:
    """Batches of titles and texts, made as they are asked for from the shipped labels' articles."""
    from benchmarks.news import changed, shipped_articles

    articles = changed(shipped_articles())
    while count > 0:
        batch = list(islice(articles, min(BATCH, count)))
        count -= len(batch)
        yield [title for title, _ in batch], [text for _, text in batch]


def main() -> None:
    what, model = sys.argv[1], Path(sys.argv[2])
    figures: dict[str, float] = {}
    if what == "jieba":
        jieba_alone()
    elif what == "scikit-learn":
        scikit_learn(model)
    elif what == "scoring":
        figures = scoring(model, int(sys.argv[3]))
    now, highest = resident()
    print(json.dumps({**figures, "resident": now, "highest": highest}))


if __name__ == "__main__":
    main()
