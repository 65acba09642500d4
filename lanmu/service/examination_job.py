"""The process that looks for doubtful labels, or writes the report on training, for the page of models."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from classifier.errors import LanmuError
from classifier.files import write_text_whole
from classifier.processes import python_command

LOWER_PRIORITY = 10
COUNT = 50


def main(kind: str, labels: Path, models: Path, result: Path, report: Path) -> int:
    """Do what ``kind`` says and write what came of it as JSON; returns the exit code."""
    if kind == "suspects":
        write_text_whole(result, json.dumps({"suspects": doubtful(labels, models)}, ensure_ascii=False) + "\n")
        return 0
    given = ["evaluate", "--labels", str(labels), "--models", str(models), "--out", str(report), "--quick"]
    code = subprocess.run(python_command("lanmu", *given), check=False).returncode
    if code == 0:
        write_text_whole(result, json.dumps({"report": report.name}) + "\n")
    return code


def doubtful(labels: Path, models: Path) -> list[dict[str, object]]:
    """The labels that are most likely wrong, the likeliest first."""
    from classifier.model.choice import current_name
    from classifier.model.files import read_manifest
    from training.curation.curate import suspects
    from training.labels.corpora import join_corpora
    from training.labels.file import examples_of, usable_labels

    taxonomy = read_manifest(models / current_name(models)).taxonomy
    usable = join_corpora(usable_labels(labels, taxonomy))
    return [
        {
            "id": one.id,
            "title": usable[one.index].title or usable[one.index].text[:40],
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
        sys.exit(main(sys.argv[1], *(Path(argument) for argument in sys.argv[2:6])))
    except LanmuError as error:
        print(error, flush=True)
        sys.exit(2)
