"""The process behind the page of models that looks at labels, the queue and the model: doubtful labels, what to label
next, the report on training, drift."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import get_args

from classifier.errors import LanmuError
from classifier.files import write_text_whole
from classifier.messages import Language
from classifier.model.choice import current_name
from classifier.model.model_files import read_manifest, read_model
from classifier.model.topic_model import TopicModel
from classifier.processes import python_command
from classifier.reading.dates import is_iso
from lanmu.service.store import Store, queue
from lanmu.service.store.records import opening_of
from lanmu.service.wished_categories import labels_known
from training.labels.corpora import join_corpora
from training.labels.file import examples_of, read_labels

LOWER_PRIORITY = 10
COUNT = 50
NEXT = 30
MOST_LOOKED_AT = 20_000
"""How many of the newest unlabelled articles are searched for those that teach most."""
AT_ONCE = 2_000


def main(kind: str, labels: Path, models: Path, result: Path, report: Path, database: Path) -> int:
    """Do what ``kind`` says and write what came of it as JSON; returns the exit code."""
    if kind == "report":
        given = ["evaluate", "--labels", str(labels), "--models", str(models), "--out", str(report), "--quick"]
        code = subprocess.run(python_command("lanmu", *given), check=False).returncode
        if code:
            return code
        answer: dict[str, object] = {"report": report.name}
    elif kind == "next":
        answer = {"next": choose_next(labels, models, database)}
    elif kind == "drift":
        answer = measure_drift(labels, models, report, database)
    else:
        answer = {"suspects": find_doubtful(labels, models)}
    write_text_whole(result, json.dumps(answer, ensure_ascii=False) + "\n")
    return 0


def choose_next(labels: Path, models: Path, database: Path) -> list[int]:
    """The articles of the queue whose labels would teach most: unsure, unlike each other, of rare categories."""
    from training.curation.curate import to_label_next

    model = TopicModel.load(models / current_name(models))
    counts = Counter(label.category for label in read_labels(labels).labels) if labels.exists() else Counter()
    unlabelled = (one for one in queue.walk(Store(database), queue.ArticleFilter()) if one.label is None)
    pool = list(islice((one for one in unlabelled if one.state != "skipped"), MOST_LOOKED_AT))
    chosen = to_label_next(model, [one.article for one in pool], NEXT, labelled=counts)
    return [pool[i].number for i in chosen]


def measure_drift(labels: Path, models: Path, report: Path, database: Path) -> dict[str, object]:
    """The months of the queue against each other and against the labels, as a page in both languages."""
    from training.evaluation.answers import fold_answers
    from training.evaluation.drift.measure import drift, reference_of
    from training.evaluation.drift.report import drift_page
    from training.fitting.fit import fit_model
    from training.fitting.presets import choose_default_options

    stored = read_model(models / current_name(models))
    taxonomy = stored.manifest.taxonomy
    examples = examples_of(join_corpora(labels_known(labels, taxonomy)))
    answers = fold_answers(fit_model(examples, taxonomy, choose_default_options(examples, taxonomy)), examples)
    report.mkdir(exist_ok=True)
    rows = report / "queue.parquet"
    _write_rows(rows, database)
    measured = drift(rows, stored.weights, taxonomy, reference_of(examples, answers, stored.weights))
    measured = replace(measured, about={"archive": "lanmu", "model": stored.manifest.name})
    rows.unlink()
    for language in get_args(Language):
        write_text_whole(report / f"drift.{language}.html", drift_page(measured, language))
    return {
        "report": report.name,
        "months": len(measured.months),
        "standing_out": [m.month for m in measured.standing_out],
    }


def _write_rows(path: Path, database: Path) -> None:
    """The queue as drift reads it: by the day of print, else that of arrival."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("title", "category", "probability", "decision", "date")
    kinds = {"probability": pa.float64()}
    schema = pa.schema([pa.field(name, kinds.get(name, pa.string())) for name in names])
    articles = queue.walk(Store(database), queue.ArticleFilter())
    with pq.ParquetWriter(path, schema) as writer:
        while piece := list(islice(articles, AT_ONCE)):
            rows = [
                {
                    "title": one.article.title,
                    "category": one.tagged.category,
                    "probability": one.tagged.probability,
                    "decision": one.tagged.decision,
                    "date": one.article.date if is_iso(one.article.date) else one.day or None,
                }
                for one in piece
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def find_doubtful(labels: Path, models: Path) -> list[dict[str, object]]:
    """The labels that are most likely wrong, the likeliest first."""
    from training.curation.curate import suspects

    taxonomy = read_manifest(models / current_name(models)).taxonomy
    usable = join_corpora(labels_known(labels, taxonomy))
    return [
        {
            "id": one.id,
            "title": usable[one.index].title or usable[one.index].text[:40],
            "opening": opening_of(usable[one.index].text),
            "category": one.category,
            "instead": one.instead,
            "quality": round(one.quality, 4),
        }
        for one in suspects(examples_of(usable), taxonomy, COUNT)
    ]


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(LOWER_PRIORITY)
    try:
        sys.exit(main(sys.argv[1], *(Path(argument) for argument in sys.argv[2:7])))
    except LanmuError as error:
        print(error, flush=True)
        sys.exit(2)
