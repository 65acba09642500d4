"""Labels from other tools: Annif, fastText, Label Studio, doccano, folders named by category (THUCTC)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args

from classifier.errors import LabelsError, LanmuError
from classifier.reading.encoding import decode
from training.label import Label

Form = Literal["annif", "fasttext", "label-studio", "doccano", "folders", "csv"]
FORMS: tuple[Form, ...] = get_args(Form)
MAX_FILE_BYTES = 2_000_000_000
_TEXT_KEYS = ("text", "content", "body", "正文", "内容")
_TITLE_KEYS = ("title", "headline", "标题")


def import_labels(path: Path, form: Form, skipped: Callable[[str], None]) -> Iterator[Label]:
    """Labels of a file or folder in another tool's form; items without one clear category go to ``skipped``.

    Categories stay as the tool wrote them.  Raises LabelsError where the whole is not of this form.
    """
    readers: dict[Form, Callable[[Path, Callable[[str], None]], Iterator[Label]]] = {
        "annif": _annif,
        "fasttext": _fasttext,
        "label-studio": _label_studio,
        "doccano": _doccano,
        "folders": _folders,
        "csv": _csv,
    }
    seen: dict[str, str] = {}
    for label in readers[form](path, skipped):
        if label.id in seen and seen[label.id] != label.category:
            skipped(f"{label.id}: labelled {seen[label.id]} and {label.category}; left the first")
        if label.id not in seen:
            seen[label.id] = label.category
            yield label
    if not seen:
        raise LabelsError(f"{path}: holds no label in the form of {form}; see docs/labels.md for the forms")


def article_id(text: str) -> str:
    """An id from the content, for tools that have none."""
    return "t-" + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise LabelsError(f"{path}: larger than {MAX_FILE_BYTES:,} bytes; split it")
        return decode(path.read_bytes(), str(path)).text
    except OSError as error:
        raise LabelsError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def _annif(path: Path, skipped: Callable[[str], None]) -> Iterator[Label]:
    """Annif's short-text corpus: ``text<TAB><uri> <uri>`` or CSV with text and subject_uris; one subject only."""
    content = _text_of(path)
    if path.suffix == ".csv":
        rows = csv.DictReader(io.StringIO(content, newline=""))
        pairs = [(row.get("text", ""), row.get("subject_uris", ""), row.get("document_id", "")) for row in rows]
    else:
        pairs = [(*_parted(line), "") for line in content.splitlines() if line.strip()]
    for number, (text, subjects, name) in enumerate(pairs, 1):
        categories = [_last_part(subject) for subject in (subjects or "").split()]
        if len(categories) != 1 or not text.strip():
            skipped(f"{path}:{number}: has {len(categories)} subjects; one is needed")
            continue
        yield Label(name or article_id(text), categories[0], path.stem, "", "", text)


def _last_part(uri: str) -> str:
    """``meetings`` of ``<http://example.org/topics#meetings>`` or ``<urn:lanmu:meetings>``."""
    return re.split(r"[/#:]", uri.strip("<>"))[-1]


def _parted(line: str) -> tuple[str, str]:
    text, _, subjects = line.rpartition("\t")
    return text, subjects


def _fasttext(path: Path, skipped: Callable[[str], None]) -> Iterator[Label]:
    """``__label__category words …`` a line; spaces between Han words are taken out again."""
    for number, line in enumerate(_text_of(path).splitlines(), 1):
        pieces = line.split()
        categories = [piece.removeprefix("__label__") for piece in pieces if piece.startswith("__label__")]
        words = [piece for piece in pieces if not piece.startswith("__label__")]
        if not pieces:
            continue
        if len(categories) != 1 or not words:
            skipped(f"{path}:{number}: has {len(categories)} labels; one is needed")
            continue
        text = _joined_words(words)
        yield Label(article_id(text), categories[0], path.stem, "", "", text)


def _joined_words(words: list[str]) -> str:
    text = words[0]
    for word in words[1:]:
        text += (" " if text[-1].isascii() and word[0].isascii() else "") + word
    return text


def _label_studio(path: Path, skipped: Callable[[str], None]) -> Iterator[Label]:
    """Label Studio's JSON export: a list of tasks with ``data`` and ``annotations``."""
    tasks = _json(path)
    if not isinstance(tasks, list):
        raise LabelsError(f"{path}: not a list of tasks; export from Label Studio as JSON")
    for number, task in enumerate(tasks, 1):
        data = task.get("data", {}) if isinstance(task, dict) else {}
        choices = _choices(task)
        if len(choices) != 1 or not isinstance(data, dict):
            skipped(f"{path}: task {number} has {len(choices)} choices; one is needed")
            continue
        title, text = _first(data, _TITLE_KEYS), _first(data, _TEXT_KEYS)
        name = str(data.get("id") or task.get("id") or article_id(title + text))
        yield Label(name, choices[0], path.stem, str(data.get("date", "")), title, text)


def _choices(task: Any) -> list[str]:
    if not isinstance(task, dict):
        return []
    found: list[str] = []
    for annotation in task.get("annotations") or task.get("completions") or ():
        if not isinstance(annotation, dict) or annotation.get("was_cancelled"):
            continue
        for result in annotation.get("result", ()):
            value = result.get("value", {}) if isinstance(result, dict) else {}
            found += [str(choice) for choice in value.get("choices", ()) if isinstance(choice, str)]
    return sorted(set(found))


def _doccano(path: Path, skipped: Callable[[str], None]) -> Iterator[Label]:
    """doccano's JSONL (or JSON) export: ``text`` and ``label`` (a list or a string)."""
    content = _text_of(path)
    items = json.loads(content) if content.lstrip().startswith("[") else _lines(path, content)
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            skipped(f"{path}: item {number} is not an object")
            continue
        given = item.get("label", item.get("labels", item.get("cats", [])))
        categories = [given] if isinstance(given, str) else [str(one) for one in given or ()]
        text, title = _first(item, ("text", "data", *_TEXT_KEYS)), _first(item, _TITLE_KEYS)
        if len(categories) != 1 or not text:
            skipped(f"{path}: item {number} has {len(categories)} labels; one is needed")
            continue
        yield Label(str(item.get("id") or article_id(text)), categories[0], path.stem, "", title, text)


def _lines(path: Path, content: str) -> Iterator[Any]:
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise LabelsError(f"{path}:{number}: not JSON ({error}); export from doccano as JSONL") from error


def _folders(path: Path, skipped: Callable[[str], None]) -> Iterator[Label]:
    """One folder a category, one text file an article (the form of THUCTC and THUCNews)."""
    if not path.is_dir():
        raise LabelsError(f"{path}: is not a folder; give the folder that holds one folder a category")
    for folder in sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")):
        for file in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
            try:
                content = _text_of(file).strip()
            except LanmuError as error:
                skipped(str(error))
                continue
            title, _, text = content.partition("\n")
            if len(title) > 60 or not text.strip():
                title, text = "", content
            if not content:
                skipped(f"{file}: empty")
                continue
            yield Label(f"{folder.name}/{file.stem}", folder.name, path.name, "", title.strip(), text.strip())


def _csv(path: Path, skipped: Callable[[str], None]) -> Iterator[Label]:
    """A labels file of lanmu's own form."""
    from training.labels import read_labels

    found = read_labels(path)
    for finding in found.findings:
        skipped(f"{path}: {finding}")
    yield from found.labels


def _json(path: Path) -> Any:
    try:
        return json.loads(_text_of(path))
    except (ValueError, RecursionError) as error:
        raise LabelsError(f"{path}: not JSON ({error}); export it again") from error


def _first(record: dict[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and value.strip():
            return value
    return ""
