"""How fast whole archives are scored, and in how much memory: ``python -m benchmarks.archive [ARTICLES]``.

Makes a Parquet file of ARTICLES (default 1,000,000), folders of text files and of web pages from the news
(``benchmarks.news``), then measures in one run:

- on one core, in turns: the plain loop (jieba and scikit-learn with the same features and weights,
  one article after the other, texts already in memory), the kernel alone (texts in memory), and
  ``lanmu score`` end to end, from planning to summary, from Parquet, from the folder, from web pages and from
  the folder's files in a zip.
  The process is held to one core; seconds are its processor time, so that
  other work on the machine disturbs less, and of each way its best round counts (beside it, the
  median of its share of the kernel's rate in the same round).  The kernel alone neither reads nor
  checks nor decides; ``lanmu score`` counts with loading the model, planning and the summary;
- the whole archive by the command line on all cores, from Parquet and from JSON Lines, and a tenth
  of it: seconds by the clock and of processors, and resident memory at its highest.

``--json-gigabytes 10 --memory 2`` measures one thing only: a JSON Lines file of that size by the
command line, in a process that may allocate no more memory than that (RLIMIT_DATA: files it only maps
do not count); the highest resident memory, where they do, is printed beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.news import Pair, changed, read_news
from benchmarks.peers import ScikitLearn, jieba_words
from classifier.columns import TextColumn
from classifier.model.topic_model import TopicModel
from classifier.model.versions import model_path
from lanmu.archive.folder import choose_target
from lanmu.archive.plan import Task
from lanmu.archive.running import Work, score_archive

GROUP = 20_000
"""Rows of a row group."""
CHUNK = 4_000
"""Articles the kernel alone takes at once."""
WEB_CHARACTERS = 1_000
"""What the estimate for the web takes a page's text to be."""
POOL = 20_000
"""Different articles, which the archive repeats with changes."""


def archive_rows(articles: list[Pair], count: int) -> Iterator[dict[str, str]]:
    for i, (title, text) in enumerate(islice(changed(articles), count)):
        yield {
            "id": f"a{i:09}",
            "date": f"{2006 + i % 20}-{1 + i % 12:02}-{1 + i % 28:02}",
            "title": title,
            "text": text,
        }


def write_parquet(path: Path, rows: Iterator[dict[str, str]]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    while batch := list(islice(rows, GROUP)):
        table = pa.Table.from_pylist(batch)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=GROUP)
    if writer:
        writer.close()
    return path


def write_jsonl(path: Path, rows: Iterator[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def write_jsonl_of_size(path: Path, rows: Iterator[dict[str, str]], size: int) -> int:
    """Write until there are ``size`` bytes; how many articles they are."""
    count = 0
    with path.open("wb") as file:
        while file.tell() < size:
            file.write((json.dumps(next(rows), ensure_ascii=False) + "\n").encode())
            count += 1
    return count


def write_folder(path: Path, rows: Iterator[dict[str, str]]) -> Path:
    for row in rows:
        inner = path / row["date"][:4] / row["date"][5:7]
        inner.mkdir(parents=True, exist_ok=True)
        (inner / f"{row['id']}.txt").write_text(f"{row['title']}\n\n{row['text']}\n", "utf-8")
    return path


def write_zip(path: Path, folder: Path) -> Path:
    """The files of a folder in one packed archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*.txt")):
            archive.write(file, file.relative_to(folder))
    return path


def write_html(path: Path, rows: Iterator[dict[str, str]]) -> Path:
    """Web pages as a small paper's site has them: an article among navigation, notes and links."""
    from html import escape

    path.mkdir(parents=True)
    links = "".join(f'<li><a href="/{i}.html">第{i}版的另一条新闻</a></li>' for i in range(40))
    for row in rows:
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in row["text"].split("\n") if paragraph)
        (path / f"{row['id']}.html").write_text(
            f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(row["title"])}</title></head><body>'
            f"<nav><ul>{links}</ul></nav><article><h1>{escape(row['title'])}</h1><p>{row['date']}</p>{body}</article>"
            f"<aside><ul>{links}</ul></aside><footer>版权所有</footer></body></html>",
            "utf-8",
        )
    return path


class OneCore:
    """Ways that work on one core, each giving the articles it went through."""

    def __init__(
        self, folder: Path, model: Path, articles: list[Pair], count: int, files: int, pages: int, sample: int
    ) -> None:
        self.folder, self.path = folder, model
        self.model = TopicModel.load(model, engine="compiled")
        self.sample = articles[:sample]
        self.plain = ScikitLearn("", self.model.weights, jieba_words())
        repeated = changed(articles)
        self.columns = []
        for start in range(0, count, CHUNK):
            chunk = list(islice(repeated, min(CHUNK, count - start)))
            titles, texts = ([pair[field] for pair in chunk] for field in (0, 1))
            self.columns.append((TextColumn.from_strings(titles), TextColumn.from_strings(texts)))
        self.parquet = write_parquet(folder / "one-core.parquet", archive_rows(articles, count))
        self.files = write_folder(folder / "files", archive_rows(articles, files))
        self.zip = write_zip(folder / "files.zip", self.files)
        self.pages = write_html(folder / "html", archive_rows(articles, pages))
        self.runs = 0
        self.part_bytes: dict[Path, float] = {}

    def loop(self) -> int:
        for article in self.sample:
            self.plain.run([article])
        return len(self.sample)

    def kernel(self) -> int:
        for titles, texts in self.columns:
            self.model.kernel.score(titles, texts)
        return sum(len(texts) for _, texts in self.columns)

    def from_parquet(self) -> int:
        return self._run(self.parquet)

    def from_folder(self) -> int:
        return self._run(self.files)

    def from_html(self) -> int:
        return self._run(self.pages)

    def from_zip(self) -> int:
        return self._run(self.zip)

    def _run(self, source: Path) -> int:
        self.runs += 1
        manifest = self.model.manifest
        chosen = choose_target(str(self.folder / f"run-{self.runs}"))
        outcome = score_archive(
            chosen, [str(source)], ".", Task(manifest.checksum, manifest.name), self.path, Work(workers=1)
        )
        articles = int(outcome.summary["articles"])
        parts = sum(part.stat().st_size for part in (self.folder / f"run-{self.runs}" / "parts").iterdir())
        self.part_bytes[source] = parts / articles
        return articles


def seconds_each(way: Callable[[], int]) -> float:
    """Processor seconds an article."""
    start = time.process_time()
    count = way()
    return (time.process_time() - start) / count


def one_core(ways: OneCore, rounds: int) -> dict[str, float]:
    """Measure the ways in turns and print them; the seconds an article of each."""
    named = {
        "plain loop, jieba + scikit-learn": ways.loop,
        "kernel alone": ways.kernel,
        "end to end, Parquet to Parquet": ways.from_parquet,
        "end to end, a folder of text files": ways.from_folder,
        "end to end, a folder of web pages": ways.from_html,
        "end to end, a zip of text files": ways.from_zip,
    }
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    for way in named.values():
        way()  # so that everything is loaded
    found: dict[str, list[float]] = {name: [] for name in named}
    for _ in range(rounds):
        for name, way in named.items():
            found[name].append(seconds_each(way))
    os.sched_setaffinity(0, cores)
    best = {name: min(seconds) for name, seconds in found.items()}
    loop, kernel = list(best.values())[:2]
    print(f"\nOne core, {rounds} rounds in turns, processor time, the best round of each")
    print(f"  {'':36}{'articles/s':>12}{'× loop':>9}{'of the kernel':>15}{'median of rounds':>18}")
    kernels = found["kernel alone"]
    for name, seconds in best.items():
        shares = median(k / s for k, s in zip(kernels, found[name], strict=True))
        print(f"  {name:36}{1 / seconds:12,.0f}{loop / seconds:9.1f}{kernel / seconds:15.1%}{shares:18.1%}")
    return best


def estimates(ways: OneCore, seconds: dict[str, float], characters: float) -> None:
    """What larger archives would take, were each core to do what one did here."""
    parquet, files, pages = list(seconds.values())[2:5]
    to_score = parquet * WEB_CHARACTERS / characters
    print("\nEstimates from one core's figures")
    print(f"  {'':58}{'core-hours':>12}{'hours on 8 cores':>18}{'hours on 320 cores':>20}{'output GB':>11}")
    out = ways.part_bytes[ways.parquet]
    for name, count, each in (
        (f"10 million articles of {characters:.0f} characters, Parquet", 10_000_000, parquet),
        (f"10 million articles of {characters:.0f} characters, text files", 10_000_000, files),
        (f"3 billion pages of {WEB_CHARACTERS:,} characters, text in Parquet", 3_000_000_000, to_score),
        (f"3 billion pages of {WEB_CHARACTERS:,} characters, HTML", 3_000_000_000, pages - parquet + to_score),
    ):
        hours = count * each / 3600
        print(f"  {name:58}{hours:12,.2f}{hours / 8:18,.2f}{hours / 320:20,.2f}{count * out / 1e9:11,.1f}")


def by_command(source: Path, out: Path, count: int, memory: int = 0) -> None:
    """``lanmu score`` in a process of its own, with the highest resident memory of it and its children.

    ``memory``: bytes it may allocate; 0: as it likes.
    """
    start = time.perf_counter()
    command = [sys.executable, "-m", "lanmu", "score", str(source), "--out", str(out)]
    run = subprocess.Popen(command, stderr=subprocess.PIPE)
    if memory:
        resource.prlimit(run.pid, resource.RLIMIT_DATA, (memory, memory))
    highest = done = 0
    while not done:
        highest = max(highest, _resident(run.pid))
        time.sleep(0.05)
        done, status, used = os.wait4(run.pid, os.WNOHANG)
    run.returncode = os.waitstatus_to_exitcode(status)
    seconds, worked = time.perf_counter() - start, used.ru_utime + used.ru_stime
    said = run.stderr.read().decode() if run.stderr else ""
    if run.returncode:
        raise SystemExit(said)
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text("utf-8"))
    if summary["articles"] != count:
        raise SystemExit(f"{summary['articles']} articles of {count}")
    print(
        f"  {source.name:24}{source.stat().st_size / 1e9:8.2f}{count:12,}{seconds:10.1f}{count / seconds:12,.0f}"
        f"{worked:20.1f}{count / worked:25,.0f}{highest / 1e6:12.0f}"
    )


def command_heading() -> None:
    print("\nThe command line on all cores, by the clock")
    print(
        f"  {'':24}{'GB':>8}{'articles':>12}{'seconds':>10}{'articles/s':>12}{'processor seconds':>20}"
        f"{'articles a core-second':>25}{'highest MB':>12}"
    )


def _resident(pid: int) -> int:
    """Bytes resident now of a process and its children, together."""
    total = 0
    for process in (pid, *_children(pid)):
        try:
            total += int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError):
            continue
    return total


def _children(pid: int) -> list[int]:
    try:
        return [int(c) for task in Path(f"/proc/{pid}/task").iterdir() for c in (task / "children").read_text().split()]
    except OSError:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("articles", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=10_000, help="text files of the folder")
    parser.add_argument("--pages", type=int, default=10_000, help="web pages of the folder")
    parser.add_argument("--sample", type=int, default=300, help="articles of the plain loop")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--model", default=None, help="a model's folder or name")
    parser.add_argument("--folder", type=Path, default=None, help="where to make the archive (it takes about 1.5 GB)")
    parser.add_argument("--json-gigabytes", type=float, default=0.0, help="only a JSON Lines file of this size")
    parser.add_argument("--memory", type=float, default=0.0, help="gigabytes (of 2**30) it may allocate")
    chosen = parser.parse_args()
    path = model_path(chosen.model)
    news = read_news(POOL)
    pairs = list(news.articles)
    characters = sum(len(title) + len(text) for title, text in pairs) / len(pairs)
    print(f"{os.cpu_count()} cores.  Texts: {news.source}, {characters:.0f} characters each.  Model: {path.name}")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        if chosen.json_gigabytes:
            source = folder / "archive.jsonl"
            written = write_jsonl_of_size(source, archive_rows(pairs, sys.maxsize), int(chosen.json_gigabytes * 1e9))
            command_heading()
            by_command(source, folder / "out", written, int(chosen.memory * (1 << 30)))
            return
        ways = OneCore(folder, path, pairs, min(chosen.articles, 100_000), chosen.files, chosen.pages, chosen.sample)
        estimates(ways, one_core(ways, chosen.rounds), characters)
        command_heading()
        for count in (chosen.articles // 10, chosen.articles):
            for kind, write in (("parquet", write_parquet), ("jsonl", write_jsonl)):
                source = write(folder / f"archive-{count}.{kind}", archive_rows(pairs, count))
                by_command(source, folder / f"out-{count}-{kind}", count)
                source.unlink()


if __name__ == "__main__":
    main()
