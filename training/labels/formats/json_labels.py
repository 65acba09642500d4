"""Readers of labels in JSON: Label Studio, doccano, Annif's JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from classifier.errors import LabelsError
from classifier.messages import Said, say
from classifier.reading.reading_options import ReadingOptions
from classifier.reading.tables.fields import fields_of
from classifier.reading.tables.json_rows import json_text
from training.labels.formats.text_labels import content_id, lack, last_part, text_of
from training.labels.label import Label

TEXT_KEYS = ("text", "content", "body", "正文", "内容", "data")
TITLE_KEYS = ("title", "headline", "标题")
_USUAL = ReadingOptions()
LONG = 20
"""A value this long is no choice."""
_NOT_A_CHOICE = frozenset(
    {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "date", "source"}
)
Skipped = Callable[[Said], None]


def label_studio(path: Path, skipped: Skipped) -> Iterator[Label]:
    """Label Studio's JSON export (tasks with ``data`` and ``annotations``) or its JSON-MIN."""
    tasks = _json(path)
    if not isinstance(tasks, list):
        raise LabelsError(say("labels.no_tasks", path=str(path)))
    for number, task in enumerate(tasks, 1):
        if not isinstance(task, dict):
            skipped(say("skipped.no_task", path=str(path), number=number))
            continue
        whole = "data" in task and isinstance(task["data"], dict)
        data = task["data"] if whole else task
        choices = _choices(task) if whole else _short_choices(task)
        title, text = _first(data, TITLE_KEYS), _first(data, TEXT_KEYS)
        if len(choices) == 1 and not text and (others := _other_texts(data, whole)):
            fields = ", ".join(others)
            skipped(say("skipped.rename_field", path=str(path), number=task.get("id", number), fields=fields))
            continue
        if len(choices) != 1 or not title + text:
            wanting = lack(title + text, choices, "choices")
            skipped(say("skipped.task", path=str(path), number=task.get("id", number), lack=wanting))
            continue
        name = _name(path, data.get("id") if whole else None, task.get("id"), title + text)
        yield Label(name, choices[0], path.name, str(data.get("date", "")), title, text)


def doccano(path: Path, skipped: Skipped) -> Iterator[Label]:
    """doccano's JSONL or JSON export: ``text`` (or ``data``) and ``label`` (a list or a string)."""
    for number, item in _objects(path, skipped):
        given: Any = next((item[key] for key in ("label", "labels", "cats", "category") if key in item), [])
        categories = [given] if isinstance(given, str) else [one for one in given or () if isinstance(one, str)]
        title, text = _first(item, TITLE_KEYS), _first(item, TEXT_KEYS)
        if len(categories) != 1 or not title + text:
            wanting = lack(title + text, categories, "labels")
            skipped(say("skipped.item", path=str(path), number=item.get("id", number), lack=wanting))
            continue
        name = _name(path, None, item.get("id"), title + text)
        yield Label(name, categories[0], path.name, str(item.get("date", "")), title, text)


def annif_lines(path: Path, skipped: Skipped) -> Iterator[Label]:
    """Annif's JSON lines: ``text``, ``subjects`` with ``uri`` or ``label``, ``document_id``, ``metadata``."""
    for number, item in _objects(path, skipped):
        subjects = [subject for subject in item.get("subjects") or () if isinstance(subject, dict)]
        categories = [str(s["label"]) if s.get("label") else last_part(str(s.get("uri", ""))) for s in subjects]
        metadata = item.get("metadata") if isinstance(item.get("metadata"), dict) else {}
        title, text = _first(metadata or {}, TITLE_KEYS), _first(item, TEXT_KEYS)
        if len(categories) != 1 or not title + text:
            skipped(say("skipped.at", path=str(path), number=number, lack=lack(title + text, categories, "subjects")))
            continue
        yield Label(str(item.get("document_id") or content_id(title + text)), categories[0], path.name, "", title, text)


def _other_texts(data: Mapping[str, Any], whole: bool) -> list[str]:
    """Fields that may hold the text under a name nobody knows; of a short export long ones, as others are choices."""
    least = 1 if whole else LONG
    known = (*TITLE_KEYS, *_NOT_A_CHOICE, fields_of(map(str, data), _USUAL).title)
    return [k for k, v in data.items() if k not in known and len((json_text(v) or "").strip()) >= least]


def _choices(task: Mapping[str, Any]) -> list[str]:
    """The choices of a task's annotations; annotators who agree count once, cancelled ones not at all."""
    choices: list[str] = []
    for annotation in task.get("annotations") or task.get("completions") or ():
        if not isinstance(annotation, dict) or annotation.get("was_cancelled"):
            continue
        for result in annotation.get("result") or ():
            value = result.get("value") if isinstance(result, dict) else None
            choices += _strings(value.get("choices")) if isinstance(value, dict) else []
    return sorted(set(choices))


def _short_choices(task: Mapping[str, Any]) -> list[str]:
    """JSON-MIN puts the choice beside the data, under the name that the labelling setup gave it."""
    choices: list[str] = []
    fields = fields_of(map(str, task), _USUAL)
    for key, value in task.items():
        if key in _NOT_A_CHOICE or key in TEXT_KEYS or key in TITLE_KEYS or key in (fields.text, fields.title):
            continue
        choices += _strings(value.get("choices") if isinstance(value, dict) else value)
    return sorted(set(choices))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _items(path: Path) -> Iterator[Any]:
    content = text_of(path)
    if content.lstrip().startswith("["):
        yield from _json(path)
        return
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                raise LabelsError(
                    say("labels.no_json_line", path=str(path), number=number, error=str(error))
                ) from error


def _objects(path: Path, skipped: Skipped) -> Iterator[tuple[int, dict[str, Any]]]:
    """The items that are objects, numbered from 1; of each other one is told."""
    for number, item in enumerate(_items(path), 1):
        if isinstance(item, dict):
            yield number, item
        else:
            skipped(say("skipped.no_item", path=str(path), number=number))


def _json(path: Path) -> Any:
    try:
        return json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise LabelsError(say("labels.no_json", path=str(path), error=str(error))) from error


def _name(path: Path, own: object, numbered: object, text: str) -> str:
    """The article's own id; else the tool's number with the file's name, since every project counts from 1."""
    if isinstance(own, str | int) and str(own).strip():
        return str(own).strip()
    if isinstance(numbered, str) and numbered.strip() and not numbered.strip().isdigit():
        return numbered.strip()
    if isinstance(numbered, str | int) and str(numbered).strip():
        return f"{path.stem}/{str(numbered).strip()}"
    return content_id(text)


def _first(record: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    """The text under the first of the keys that has one, else under the field that is usually called so."""
    fields = fields_of(map(str, record), _USUAL)
    for key in (*keys, fields.text if keys is TEXT_KEYS else fields.title):
        text = json_text(record.get(key))
        if text and text.strip():
            return text.strip()
    return ""
