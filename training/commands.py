"""The command ``lanmu train``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from training.options import (
    CategoriesOption,
    CharactersOption,
    CorpusOption,
    FromScratchOption,
    LabelsOption,
    OwnOption,
    PenaltyOption,
    SeedOption,
    SolverOption,
    WordsOption,
    fit_start,
    read_examples,
)


def train(
    labels: LabelsOption = None,
    categories: CategoriesOption = None,
    own_categories: OwnOption = False,
    corpus: CorpusOption = False,
    models: Annotated[Path, typer.Option("--models", help="The folder of model versions.")] = Path("models"),
    name: Annotated[str, typer.Option("--name", help="The new version's name (default: model, model-2 …).")] = "",
    promote: Annotated[
        bool, typer.Option("--promote/--no-promote", help="Make it current if the gate lets it through.")
    ] = True,
    largest_fall: Annotated[
        float, typer.Option("--largest-fall", help="The gate refuses if a category loses more than this.", min=0, max=1)
    ] = 0.08,
    words: WordsOption = None,
    characters: CharactersOption = None,
    solver: SolverOption = None,
    penalty: PenaltyOption = None,
    accept_accuracy: Annotated[
        float, typer.Option("--accept-accuracy", help="Wished share of right ones among the accepted.", min=0, max=1)
    ] = 0.97,
    seed: SeedOption = 0,
    from_scratch: FromScratchOption = False,
) -> None:
    """Fit a new model on the labels, hold it against the current one, promote it if it is better.

    Example: lanmu train --labels labels.csv
    """
    from training.gate import GateOptions
    from training.printing import with_interval
    from training.registry import Registry
    from training.retraining import train as run_training

    examples, taxonomy = read_examples(labels, categories, own_categories, corpus)
    start = fit_start(examples, taxonomy, words, characters, solver, penalty, seed, accept_accuracy, from_scratch)
    if start.said:
        print(start.said, file=sys.stderr)
    run = run_training(
        examples,
        taxonomy,
        Registry(models),
        name=name,
        options=start.options,
        prior=start.prior,
        gate=GateOptions(largest_fall=largest_fall),
        promote=promote,
        say=lambda line: print(line, file=sys.stderr),
    )
    metrics = run.manifest.training["metrics"]
    print(f"{run.name}: accuracy {with_interval(metrics, 'accuracy')}, macro-F1 {with_interval(metrics, 'macro_f1')}")
    if metrics["accepted_accuracy"] is not None:
        print(f"accepted: {metrics['accepted_share']:.1%}, of them {metrics['accepted_accuracy']:.1%} right")
    for reason in run.verdict.reasons:
        print(f"- {reason}")
    if run.promoted:
        print(f"{run.name} is the current model")
    elif run.verdict.promote:
        print(f"{run.name} is kept; `lanmu models promote {run.name}` makes it current")
    else:
        print(f"{run.name} is not promoted; `lanmu models promote {run.name}` would do it all the same")
