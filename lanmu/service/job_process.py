"""The process in which a job of the desk runs: training; doubtful labels, what to label next, the report, drift."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from classifier.errors import LabelsError, LanmuError
from classifier.files import write_text_whole
from classifier.messages import Language, say
from classifier.model.model_files import read_manifest, read_model
from classifier.model.topic_model import TopicModel
from classifier.model.versions import Registry, current_name
from classifier.processes import python_command
from classifier.reading.dates import is_iso
from classifier.taxonomy import Taxonomy, read_taxonomy
from lanmu.service.settings import Settings
from lanmu.service.store import Store, queue
from lanmu.service.store.records import opening_of
from lanmu.service.wished_categories import labels_known
from training.labels.corpora import join_corpora
from training.labels.file import examples_of, read_labels, usable_labels

if TYPE_CHECKING:
    from training.labels.label import Label

LOWER_PRIORITY = 10
FEWEST_A_CATEGORY = 2
COUNT = 50
NEXT = 30
MOST_LOOKED_AT = 20_000
"""How many of the newest unlabelled articles are searched for those that teach most."""
AT_ONCE = 2_000


def main(kind: str, home: Path, number: str) -> None:
    """Do a job of a kind upon a data folder and write what came of it as JSON."""
    settings = Settings(home, token="", key=b"")
    answer = _WORK[kind](settings, settings.jobs / f"{number}-report")
    write_text_whole(settings.jobs / f"{number}.json", json.dumps(answer, ensure_ascii=False) + "\n")


def train(settings: Settings, _: Path | None = None) -> dict[str, object]:
    """Train on the folder's labels against its current model, without promoting; returns the verdict.

    The words of the user dictionary, if it is there, are added to jieba's.  The wished categories, if there
    are any, are what the model is to have; else they are those of the current one.  While the labels are few,
    the fit starts from the model that the folder began with.  A category with a single label waits for
    its second, which is needed to hold one against the other.
    """
    from training.fitting.start import start_of, starting_model
    from training.promotion.retrain import RunOptions
    from training.promotion.retrain import train as train_version

    registry = Registry(settings.models)
    taxonomy = read_taxonomy(settings.categories) if settings.categories.is_file() else _taxonomy(settings)
    examples = examples_of(enough(join_corpora(usable_labels(settings.labels, taxonomy))))
    start = start_of(examples, taxonomy, starting_model(registry)).with_user_dictionary(settings.user_dictionary)
    if start.said:
        print(start.said, flush=True)
    wished = RunOptions(promote=False)
    run = train_version(examples, taxonomy, registry, start, wished, say=lambda line: print(line, flush=True))
    return {
        "name": run.name,
        "promote": run.verdict.promote,
        "reasons": [reason.record() for reason in run.verdict.reasons],
        "figures": run.verdict.figures,
        "metrics": run.manifest.training.get("metrics", {}),
        "labels": len(examples),
    }


def enough(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """The labels of categories that have enough; LabelsError where these are fewer than two."""
    counts = Counter(label.category for label in labels)
    few = sorted(category for category, count in counts.items() if count < FEWEST_A_CATEGORY)
    if len(counts) - len(few) < 2:
        raise LabelsError(say("service.too_few_labels", count=len(labels), fewest=FEWEST_A_CATEGORY))
    if few:
        print(f"left out until they have {FEWEST_A_CATEGORY} labels: {', '.join(few)}", flush=True)
    return tuple(label for label in labels if counts[label.category] >= FEWEST_A_CATEGORY)


def choose_next(settings: Settings, _: Path) -> dict[str, object]:
    """The articles of the queue whose labels would teach most: unsure, unlike each other, of rare categories."""
    from training.curation.curate import to_label_next

    labels = settings.labels
    model = TopicModel.load(settings.models / current_name(settings.models))
    counts = Counter(label.category for label in read_labels(labels).labels) if labels.exists() else Counter()
    unlabelled = (one for one in queue.walk(Store(settings.database), queue.ArticleFilter()) if one.label is None)
    pool = list(islice((one for one in unlabelled if one.state != "skipped"), MOST_LOOKED_AT))
    chosen = to_label_next(model, [one.article for one in pool], NEXT, labelled=counts)
    return {"next": [pool[i].number for i in chosen]}


def measure_drift(settings: Settings, report: Path) -> dict[str, object]:
    """The months of the queue against each other and against the labels, as a page in both languages."""
    from training.evaluation.answers import fold_answers
    from training.evaluation.drift.measure import drift, reference_of
    from training.evaluation.drift.report import drift_page
    from training.fitting.fit import fit_model
    from training.fitting.fit_options import choose_default_options

    stored = read_model(settings.models / current_name(settings.models))
    taxonomy = stored.manifest.taxonomy
    examples = examples_of(join_corpora(labels_known(settings.labels, taxonomy)))
    answers = fold_answers(fit_model(examples, taxonomy, choose_default_options(examples, taxonomy)), examples)
    report.mkdir(exist_ok=True)
    rows = report / "queue.parquet"
    _write_rows(rows, settings.database)
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


def find_doubtful(settings: Settings, _: Path) -> dict[str, object]:
    """The labels that are most likely wrong, the likeliest first."""
    from training.curation.curate import suspects

    taxonomy = _taxonomy(settings)
    usable = join_corpora(labels_known(settings.labels, taxonomy))
    doubtful = [
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
    return {"suspects": doubtful}


def write_report(settings: Settings, report: Path) -> dict[str, object]:
    """The report on training that `lanmu evaluate` writes."""
    paths = ["--labels", str(settings.labels), "--models", str(settings.models), "--out", str(report)]
    code = subprocess.run(python_command("lanmu", "evaluate", *paths, "--quick"), check=False).returncode
    if code:
        sys.exit(code)
    return {"report": report.name}


def _taxonomy(settings: Settings) -> Taxonomy:
    """The current model's categories."""
    return read_manifest(settings.models / current_name(settings.models)).taxonomy


_WORK: Final[Mapping[str, Callable[[Settings, Path], dict[str, object]]]] = {
    "train": train, "suspects": find_doubtful, "next": choose_next, "report": write_report, "drift": measure_drift,
}  # fmt: skip

if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(LOWER_PRIORITY)
    try:
        main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
    except LanmuError as error:
        print(error, flush=True)
        sys.exit(2)
