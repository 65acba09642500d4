"""The process in which the desk's *Retrain* runs: `lanmu train` whose verdict goes to a file."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from classifier.errors import LanmuError
from classifier.files import write_text_whole

LOWER_PRIORITY = 10


def main(labels: Path, models: Path, result: Path) -> None:
    """Train on a labels file against a folder's current model, without promoting; write the verdict as JSON."""
    from classifier.model_choice import current_name
    from classifier.model_files import read_manifest
    from training.adaptation import shipped_model, start_of
    from training.corpora import joined
    from training.labels import examples_of, usable_labels
    from training.registry import Registry
    from training.retraining import train

    taxonomy = read_manifest(models / current_name(models)).taxonomy
    examples = examples_of(joined(usable_labels(labels, taxonomy)))
    start = start_of(examples, taxonomy, shipped_model())
    run = train(
        examples,
        taxonomy,
        Registry(models),
        options=start.options,
        prior=start.prior,
        promote=False,
        say=lambda line: print(line, flush=True),
    )
    verdict = {
        "name": run.name,
        "promote": run.verdict.promote,
        "reasons": list(run.verdict.reasons),
        "figures": run.verdict.figures,
        "metrics": run.manifest.training.get("metrics", {}),
        "labels": len(examples),
    }
    write_text_whole(result, json.dumps(verdict, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(LOWER_PRIORITY)
    try:
        main(*(Path(argument) for argument in sys.argv[1:4]))
    except LanmuError as error:
        print(error, flush=True)
        sys.exit(2)
