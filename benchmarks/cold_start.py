"""How long a command takes from a cold start, beside ``python -c "import numpy"``, in one interleaved run.

``python -m benchmarks.cold_start [--rounds N] [--first]``.  Each round starts every command once;
figures are medians of processor time and of the clock, ratios those of the same round.  With
``--first`` the first call after installation is measured too: it builds tables and compiles.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ARTICLE = """县里给六个村的老水渠换了新闸门

本报讯 秋灌前,水利站的人沿着渠走了三天,把六个村的旧木闸一扇扇拆下来,换上铸铁的。
河湾村的种粮大户说,往年放水要两个人压着闸板,今年一个人摇手柄就行,浇一亩地省下二十分钟。
水利站站长介绍,闸门的钱一半是县里的农田水利补助,一半是村集体出的,冬天还要清一遍淤泥。
"""
PEER = 'python -c "import numpy"'


class Command:
    """A command line and what its runs took."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self.name = name
        self.arguments = [sys.executable, *arguments]
        self.processor: list[float] = []
        self.clock: list[float] = []

    def run(self, environment: dict[str, str], keep: bool = True) -> str:
        """Run once; returns what it said on stderr."""
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(self.arguments, env=environment, capture_output=True, text=True, check=True)
        clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if keep:
            self.clock.append(clock)
            self.processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return done.stderr


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--first", action="store_true", help="measure the first call after installation as well")
    chosen = parser.parse_args()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        article = Path(folder) / "one.txt"
        article.write_text(ARTICLE, "utf-8")
        if chosen.first:
            first(article, environment | {"LANMU_CACHE": str(Path(folder) / "cache")})
        tag = ["-m", "lanmu", "tag", str(article)]
        commands = [
            Command(PEER, ["-c", "import numpy"]),
            Command("lanmu tag one.txt", tag),
            Command("lanmu tag one.txt --engine compiled", [*tag, "--engine", "compiled"]),
            Command("lanmu --version", ["-m", "lanmu", "--version"]),
            Command("import jieba; jieba.initialize()", ["-c", "import jieba; jieba.initialize()"]),
            Command("import jieba, sklearn (both needed)", ["-c", "import jieba, sklearn.pipeline, sklearn.svm"]),
        ]
        for command in commands:
            command.run(environment, keep=False)
        for _ in range(chosen.rounds):
            for command in commands:
                command.run(environment)
    peer = commands[0]
    print(f"{chosen.rounds} rounds, medians; × is times {PEER} in the same round")
    print(f"{'':38}{'processor, ms':>14}{'×':>7}{'clock, ms':>12}{'×':>7}")
    for command in commands:
        cells = []
        for mine, its in ((command.processor, peer.processor), (command.clock, peer.clock)):
            cells += [1000 * statistics.median(mine), statistics.median(a / b for a, b in zip(mine, its, strict=True))]
        print(f"{command.name:38}{cells[0]:14.0f}{cells[1]:7.2f}{cells[2]:12.0f}{cells[3]:7.2f}")


def first(article: Path, environment: dict[str, str]) -> None:
    """The first calls after installation, which fill the cache, and the second ones."""
    for engine in ("python", "compiled"):
        name = f"lanmu tag one.txt --engine {engine}"
        command = Command(name, ["-m", "lanmu", "tag", str(article), "--engine", engine])
        said = command.run(environment)
        command.run(environment)
        print(f"{name}: first {command.clock[0]:.1f} s ({command.processor[0]:.1f} of processor time)", end="")
        print(f", then {command.clock[1]:.2f} s; it said: {said.strip() or 'nothing'}")


if __name__ == "__main__":
    main()
