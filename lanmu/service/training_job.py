"""The process in which the desk's *Retrain* runs: `lanmu train` on the desk's labels, its verdict to a file."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.errors import LabelsError, LanmuError
from classifier.files import write_text_whole
from classifier.messages import say
from classifier.model.choice import current_name
from classifier.model.model_files import read_manifest
from classifier.model.versions import Registry
from classifier.taxonomy import read_taxonomy
from training.labels.corpora import join_corpora
from training.labels.file import examples_of, usable_labels

if TYPE_CHECKING:
    from training.labels.label import Label

LOWER_PRIORITY = 10
FEWEST_A_CATEGORY = 2


def main(labels: Path, models: Path, user_dictionary: Path, categories: Path, result: Path) -> None:
    """Train on a labels file against a folder's current model, without promoting; write the verdict as JSON.

    The words of ``user_dictionary``, if it is there, are added to jieba's.  ``categories``, if it is
    there, says what categories the model is to have; else they are those of the current one.  While the labels are few,
    the fit starts from the model that the folder began with.  A category with a single label waits for
    its second, which is needed to hold one against the other.
    """
    from training.fitting.start import start_of, starting_model
    from training.promotion.retrain import RunOptions, train

    registry = Registry(models)
    current = read_manifest(models / current_name(models)).taxonomy
    taxonomy = read_taxonomy(categories) if categories.is_file() else current
    examples = examples_of(enough(join_corpora(usable_labels(labels, taxonomy))))
    start = start_of(examples, taxonomy, starting_model(registry))
    start = start.with_user_dictionary(user_dictionary)
    if start.said:
        print(start.said, flush=True)
    wished = RunOptions(promote=False)
    run = train(examples, taxonomy, registry, start, wished, say=lambda line: print(line, flush=True))
    verdict = {
        "name": run.name,
        "promote": run.verdict.promote,
        "reasons": [reason.record() for reason in run.verdict.reasons],
        "figures": run.verdict.figures,
        "metrics": run.manifest.training.get("metrics", {}),
        "labels": len(examples),
    }
    write_text_whole(result, json.dumps(verdict, ensure_ascii=False) + "\n")


def enough(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """The labels of categories that have enough; LabelsError where these are fewer than two."""
    counts = Counter(label.category for label in labels)
    few = sorted(category for category, count in counts.items() if count < FEWEST_A_CATEGORY)
    if len(counts) - len(few) < 2:
        raise LabelsError(say("service.too_few_labels", count=len(labels), fewest=FEWEST_A_CATEGORY))
    if few:
        print(f"left out until they have {FEWEST_A_CATEGORY} labels: {', '.join(few)}", flush=True)
    return tuple(label for label in labels if counts[label.category] >= FEWEST_A_CATEGORY)


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(LOWER_PRIORITY)
    try:
        main(*(Path(argument) for argument in sys.argv[1:6]))
    except LanmuError as error:
        print(error, flush=True)
        sys.exit(2)
