"""How well printed pages are read: PDF pages set from real news by two makers, read back by geometry.

``python -m benchmarks.pdf_pages --pages 40`` sets the pages, shuffles their content streams and prints, per maker, how
many articles come out whole and alone, how many with their headline, pieces too many, and pages a
second on one core.  ``--keep FOLDER`` keeps the PDFs and what stands on them.  The news is
``xwlb-2022-2025.jsonl.xz`` in LANMU_CORPUS (default ``../shared/data``).  Needs the packages
reportlab and playwright, and Chromium with Chinese fonts (``scripts/install-browser``).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.page_pdf_makers import MAKERS
from benchmarks.page_plans import Article, Plan, plan_page
from benchmarks.page_reading import read_items
from classifier.reading.origin import Origin

SEED = 11


@dataclass
class Score:
    """What became of the articles of some pages."""

    articles: int = 0
    whole: int = 0
    with_headline: int = 0
    too_many: int = 0
    pages: int = 0
    seconds: float = 0.0

    def line(self, name: str) -> str:
        n = max(1, self.articles)
        return (
            f"{name:12} {self.pages:5} {self.articles:8} {self.whole / n:15.1%} {self.with_headline / n:13.1%}"
            f" {self.too_many:15} {self.pages / max(self.seconds, 1e-9):8.1f}"
        )


def bare(text: str) -> str:
    """Text without blanks."""
    return re.sub(r"[\s\u3000]", "", text)


def judge(wanted: Sequence[Article], found: Sequence[tuple[str, str]], score: Score) -> list[str]:
    """Count the articles that came out, from (title, text) pairs; returns what went wrong, a line each."""
    faults = []
    left = [(bare(title), bare(text)) for title, text in found]
    for article in wanted:
        score.articles += 1
        match = next((pair for pair in left if same_text(article, pair[1])), None)
        if match is None:
            near = next((i for i, (_, text) in enumerate(left) if bare(article.paragraphs[0])[:12] in text), -1)
            faults.append(f"not whole: {article.headline} (starts in {near})")
            continue
        left.remove(match)
        score.whole += 1
        if match[0] == bare(article.headline):
            score.with_headline += 1
        else:
            faults.append(f"headline: {article.headline!r} became {match[0]!r}")
    score.too_many += max(0, len(found) - len(wanted))
    return faults


def same_text(article: Article, text: str) -> bool:
    """Whether a text is the article's, its own caption and byline put anywhere or nowhere."""
    for extra in (article.caption, article.byline_line):
        text = text.replace(bare(extra), "", 1) if extra else text
    return text == bare("".join(article.paragraphs))


def read_with_lanmu(path: Path) -> list[list[tuple[str, str]]]:
    """Titles and texts of a PDF's articles, a list a page."""
    from classifier.reading.layout.arrange import arrange
    from classifier.reading.layout.pdf import pdf_pages
    from classifier.reading.layout.printed_articles import read_arranged

    return [
        [(a.title, a.text) for a in read_arranged([(page, arrange(page))], Origin(str(path), stem="page")).articles]
        for page in pdf_pages(path.read_bytes())
    ]


def plans(pages: int, seed: int) -> list[Plan]:
    """Pages set from the news, the same for the same seed."""
    rng = random.Random(seed)
    items = read_items()
    return [plan_page(items, random.Random(rng.random())) for _ in range(pages)]


def measure(
    maker: str, pages: int, seed: int, folder: Path, read: Callable[[Path], list[list[tuple[str, str]]]]
) -> tuple[Score, list[str]]:
    """Set pages by one maker and read them back."""
    score, faults = Score(), []
    made = folder / f"{maker}-{seed}-{pages}.pdf"
    truth = made.with_suffix(".json")
    if not made.exists():
        wanted = MAKERS[maker](plans(pages, seed), made, random.Random(seed))
        truth.write_text(json.dumps([[asdict(a) for a in page] for page in wanted], ensure_ascii=False), "utf-8")
    told = [[Article(**a) for a in page] for page in json.loads(truth.read_text("utf-8"))]
    start = time.process_time()
    found = read(made)
    score.seconds = time.process_time() - start
    score.pages = len(told)
    for number, (page, got) in enumerate(zip(told, found, strict=True)):
        faults += [f"{maker} page {number}: {fault}" for fault in judge(page, got, score)]
    return score, faults


def measure_formats(made: Path, seed: int, noise: float) -> list[tuple[str, Score]]:
    """The same pages as OCR tools would write them, with boxes off by ``noise`` type sizes."""
    from classifier.errors import InputRefused
    from classifier.reading import read_bytes
    from classifier.reading.layout.pdf import pdf_pages
    from tests.reading.page_formats import FORMATS, printed_lines, shaken

    pages = list(pdf_pages(made.read_bytes()))
    told = [[Article(**a) for a in page] for page in json.loads(made.with_suffix(".json").read_text("utf-8"))]
    scores = []
    for name, (ending, write) in FORMATS.items():
        score, rng = Score(pages=len(pages)), random.Random(seed)
        for page, wanted in zip(pages, told, strict=True):
            data = write(page, shaken(printed_lines(page), rng, noise)).encode()
            start = time.process_time()
            try:
                got = [(a.title, a.text) for a in read_bytes(data, f"page{ending}")]
            except InputRefused:
                got = []
            score.seconds += time.process_time() - start
            judge(wanted, got, score)
        scores.append((name, score))
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--maker", choices=sorted(MAKERS), action="append", help="default: all")
    parser.add_argument("--keep", type=Path, help="keep the PDFs here, and read them again where they are there")
    parser.add_argument("--formats", action="store_true", help="also as OCR tools would write the pages")
    parser.add_argument("--noise", type=float, default=0.06, help="how far their boxes are off, in type sizes")
    parser.add_argument("--faults", action="store_true", help="print each article that did not come out")
    args = parser.parse_args()
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print("maker        pages articles whole and alone with headline pieces too many  pages/s")
        for maker in args.maker or sorted(MAKERS):
            score, faults = measure(maker, args.pages, args.seed, folder, read_with_lanmu)
            print(score.line(maker))
            if args.faults:
                print("\n".join(faults))
            if args.formats:
                made = folder / f"{maker}-{args.seed}-{args.pages}.pdf"
                for name, own in measure_formats(made, args.seed, args.noise):
                    print(own.line(f"  as {name}"))


if __name__ == "__main__":
    main()
