"""The command ``lanmu train``."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classifier.errors import LanmuError, ModelError
from classifier.messages import Said, say, text_of
from lanmu.commands.label_options import (
    CategoriesOption,
    CharactersOption,
    CorpusOption,
    FitWishes,
    FromScratchOption,
    LabelsOption,
    OwnOption,
    PenaltyOption,
    SeedOption,
    SolverOption,
    UnlabelledOption,
    UserDictionaryOption,
    WordsOption,
    fit_start,
    read_examples,
    read_unlabelled_pool,
    taxonomy_of,
)
from lanmu.commands.standard_output import clear_passing, show_passing
from lanmu.language import find_language, speak

if TYPE_CHECKING:
    from classifier.model.versions import Registry
    from classifier.taxonomy import Taxonomy
    from training.fitting.fit_options import FitOptions
    from training.promotion.retrain import RunOptions


NOT_BETTER = 3
"""The exit code of a run whose model the gate refuses: the model is kept, another stays current."""


def train(
    labels: LabelsOption = None,
    categories: CategoriesOption = None,
    own_categories: OwnOption = False,
    corpus: CorpusOption = False,
    models: Annotated[
        Path | None, typer.Option("--models", help="The folder of model versions (default: $LANMU_MODELS or ./models).")
    ] = None,
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
        float | None,
        typer.Option("--accept-accuracy", help="Wished share of right ones among the accepted (0.97).", min=0, max=1),
    ] = None,
    like: Annotated[
        str | None, typer.Option("--like", help="Take the options of this version.", metavar="VERSION")
    ] = None,
    tune: Annotated[
        float,
        typer.Option("--tune", help="Search better options this many seconds first.", min=0, metavar="SECONDS"),
    ] = 0.0,
    seed: SeedOption = 0,
    from_scratch: FromScratchOption = False,
    unlabelled: UnlabelledOption = None,
    user_dictionary: UserDictionaryOption = None,
    from_names: Annotated[
        bool,
        typer.Option(
            "--from-names",
            help="Begin without labels, from the categories' names and descriptions: a guess, all of it for review.",
        ),
    ] = False,
) -> None:
    """Fit a new model on the labels, hold it against the current one, promote it if it is better.

    A folder without a model begins with a copy of the shipped one, where it knows some of the categories.
    Exit code 3: the model is there, but the gate refuses it.

    Example: lanmu train --labels labels.csv
    """
    from classifier.files import check_folder_writable
    from classifier.model.versions import Registry
    from training.evaluation.metrics import FEWEST_OF_SOURCE
    from training.evaluation.printing import source_lines, with_interval
    from training.promotion.retrain import RunOptions
    from training.promotion.retrain import train as run_training

    registry = Registry(models or Path(os.environ.get("LANMU_MODELS") or "models"))
    check_folder_writable(registry.folder)
    if name:
        registry.new_path(name)
    if from_names:
        if labels is not None or own_categories or corpus:
            raise LanmuError(say("train.names_without_labels"))
        of_labels = {
            "--words": words, "--characters": characters, "--solver": solver, "--penalty": penalty,
            "--accept-accuracy": accept_accuracy, "--like": like, "--tune": tune or None,
            "--from-scratch": from_scratch or None, "--user-dictionary": user_dictionary,
        }  # fmt: skip
        if given := [option for option, value in of_labels.items() if value is not None]:
            raise LanmuError(say("train.names_no_use", options=", ".join(given)))
        _from_names(
            registry, taxonomy_of(categories), unlabelled or [], RunOptions(name, promote=promote), seed, models
        )
        return
    examples, taxonomy = read_examples(labels, categories, own_categories, corpus)
    base = _options_of(registry, like) if like else None
    wished = FitWishes(
        words, characters, solver, penalty, seed, accept_accuracy, user_dictionary, from_scratch or tune > 0
    )
    start = fit_start(examples, taxonomy, wished, registry.folder, base)
    if start.said:
        print(text_of(start.said, find_language()), file=sys.stderr)
    pool, refused = read_unlabelled_pool(unlabelled or [], examples, start, seed)
    start = start.joined_by(pool)
    _seed(registry, taxonomy)
    show_passing(speak("passing.train", count=f"{len(examples):,}"))
    options = RunOptions(name, largest_fall, promote, tune)
    run = run_training(examples, taxonomy, registry, start, options, say=_say)
    clear_passing()
    metrics = run.manifest.training["metrics"]
    print(
        speak(
            "train.figures",
            name=run.name,
            accuracy=with_interval(metrics, "accuracy"),
            macro_f1=with_interval(metrics, "macro_f1"),
        )
    )
    if metrics["accepted_accuracy"] is not None and metrics["accepted_share"] * metrics["articles"] >= FEWEST_OF_SOURCE:
        print(speak("train.accepted", share=metrics["accepted_share"], accuracy=metrics["accepted_accuracy"]))
    for line in source_lines(metrics, find_language()):
        print(f"  {line}")
    for reason in run.verdict.reasons:
        print(f"- {reason.text(find_language())}")
    if run.promoted:
        print(speak("train.current", name=run.name))
    elif run.verdict.promote:
        print(speak("train.kept", name=run.name, command=promotion(run.name, models)))
    else:
        print(speak("train.not_promoted", name=run.name, command=promotion(run.name, models)))
        raise typer.Exit(NOT_BETTER)
    if refused:
        raise typer.Exit(1)


def _say(said: Said) -> None:
    """A line of the run's own, above the passing one."""
    clear_passing()
    print(text_of(said, find_language()), file=sys.stderr)


def promotion(name: str, models: Path | None) -> str:
    """The command that makes a version current, as it must be typed."""
    words = ["lanmu", "models", "promote", name]
    if models is not None:
        words += ["--models", str(models)]
    elif not os.environ.get("LANMU_MODELS") and not (Path("models") / "current").is_file():
        words += ["--models", "models"]
    return shlex.join(words)


def _from_names(
    registry: Registry,
    taxonomy: Taxonomy,
    unlabelled: list[str],
    wished: RunOptions,
    seed: int,
    models: Path | None,
) -> None:
    from training.fitting.start import load_shipped_model
    from training.promotion.from_names import train_from_names

    pool, refused = read_unlabelled_pool(unlabelled, None, None, seed)
    name, promoted = train_from_names(taxonomy, registry, load_shipped_model(), wished, unlabelled=pool, seed=seed)
    print(speak("train.guess", name=name, count=len(taxonomy)))
    print(speak("train.label_some"))
    if promoted:
        print(speak("train.current", name=name))
    else:
        print(speak("train.kept", name=name, command=promotion(name, models)))
    if refused:
        raise typer.Exit(1)


def _options_of(registry: Registry, name: str) -> FitOptions:
    from classifier.model.model_files import read_manifest
    from training.fitting.fit_options import FitOptions

    try:
        return FitOptions.from_record(read_manifest(registry.path(name)).training["options"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(say("train.no_options", name=name, error=str(error))) from error


def _seed(registry: Registry, taxonomy: Taxonomy) -> None:
    """Begin an empty folder with the shipped model, so that a new one has something to be better than."""
    from classifier.files import find_shipped
    from classifier.model.model_files import read_manifest
    from classifier.model.versions import current_name
    from training.fitting.prior import find_renamed

    if registry.current is not None:
        return
    source = find_shipped("models")
    model = source / current_name(source)
    if find_renamed(read_manifest(model).taxonomy, taxonomy):
        registry.seed(model, say("journal.shipped"))
        print(speak("train.begins_with", folder=str(registry.folder), model=model.name), file=sys.stderr)
