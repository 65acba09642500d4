"""How well and how fast the articles of web pages are read: ``python -m benchmarks.web_pages GOLD FOLDER``.

GOLD is a file of JSON lines, one a page: ``file`` (under FOLDER), ``kind`` ("article" or another), ``title``,
``date``, ``first`` and ``last`` (how the text begins and ends), ``chars`` (its characters that are not white
space) and ``noise`` (phrases that are not the article's).  A text is right when it holds both ends and no noise
and is 0.85 to 1.2 times as long as it should be; a page of another kind when it is refused.  Beside lanmu's
reader, those that are installed of trafilatura, readability-lxml and resiliparse read the same pages, with
the text in their best known way; milliseconds are of one core's processor time, after one round to warm up.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Read(NamedTuple):
    """What a reader made of a page."""

    title: str = ""
    text: str = ""
    date: str = ""


Reader = Callable[[bytes], Read]


def lanmu(data: bytes) -> Read:
    from classifier.errors import InputRefused
    from classifier.reading import read_bytes

    try:
        [article] = read_bytes(data, "page.html")
    except InputRefused:
        return Read()
    return Read(article.title, article.text, article.date)


def trafilatura(data: bytes) -> Read:
    found = importlib.import_module("trafilatura").bare_extraction(data, with_metadata=True, include_comments=False)
    return Read(found.title or "", found.text or "", found.date or "") if found else Read()


def readability(data: bytes) -> Read:
    text = importlib.import_module("classifier.reading.documents.web_page").decode_page(data, "page.html").text
    document = importlib.import_module("readability").Document(text)
    body = importlib.import_module("lxml.html").fromstring(document.summary())
    return Read(document.short_title() or "", body.text_content(), "")


def resiliparse(data: bytes) -> Read:
    text = importlib.import_module("classifier.reading.documents.web_page").decode_page(data, "page.html").text
    extract = importlib.import_module("resiliparse.extract.html2text").extract_plain_text
    tree = importlib.import_module("resiliparse.parse.html").HTMLTree.parse(text)
    return Read(tree.title or "", extract(tree, main_content=True, comments=False, links=False, alt_texts=False), "")


READERS: dict[str, tuple[str, Reader]] = {
    "lanmu": ("classifier", lanmu),
    "trafilatura": ("trafilatura", trafilatura),
    "readability-lxml": ("readability", readability),
    "resiliparse": ("resiliparse", resiliparse),
}


def flat(text: str) -> str:
    """A text in one width without white space."""
    return re.sub(r"[\s\u00ad\u200b-\u200d\u2060\ufeff]", "", unicodedata.normalize("NFKC", text))


def is_right(read: Read, gold: dict[str, Any]) -> bool:
    """Whether the text is the article's, whole and alone."""
    if gold["kind"] != "article":
        return not read.text
    text, title = flat(read.text), flat(gold["title"])
    length = len(text) - (len(title) if text.startswith(title) else 0)
    ends = flat(gold["first"]) in text and flat(gold["last"]) in text
    return ends and not any(flat(n) in text for n in gold["noise"]) and 0.85 <= length / gold["chars"] <= 1.2


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    pages = [json.loads(line) for line in chosen.gold.read_text("utf-8").splitlines() if line.strip()]
    held = [(chosen.folder / page["file"]).read_bytes() for page in pages]
    articles = sum(page["kind"] == "article" for page in pages)
    print(f"{len(pages)} pages of {sum(map(len, held)) / len(held) / 1000:.0f} kB")
    print(f"  {'':20}{'text right':>12}{'title right':>13}{'date right':>12}{'ms a page':>11}")
    for name, (module, reader) in READERS.items():
        try:
            importlib.import_module(module)
        except ImportError:
            print(f"  {name:20}{'not installed':>16}")
            continue
        reads = []
        for data in held:
            try:
                reads.append(reader(data))
            except Exception:
                reads.append(Read())
        start = time.process_time()
        for data in held:
            try:
                reader(data)
            except Exception:
                continue
        took = (time.process_time() - start) / len(held) * 1000
        both = [(r, p) for r, p in zip(reads, pages, strict=True) if p["kind"] == "article"]
        titles = sum(flat(r.title).startswith(flat(p["title"])[:8]) for r, p in both)
        dates = sum(r.date[:10] == p["date"] for r, p in both)
        texts = sum(is_right(r, p) for r, p in zip(reads, pages, strict=True))
        dated = f"{dates / articles:12.3f}" if dates else f"{'–':>12}"
        print(f"  {name:20}{texts / len(pages):12.3f}{titles / articles:13.3f}{dated}{took:11.1f}")


if __name__ == "__main__":
    main()
