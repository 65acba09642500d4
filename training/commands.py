"""The commands ``lanmu train`` and ``lanmu evaluate``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classifier.commands import ModelsOption
from training.options import CategoriesOption, LabelsOption, OwnOption, labels_to_read, taxonomy_of

if TYPE_CHECKING:
    from classifier.taxonomy import Taxonomy
    from training.examples import Examples
    from training.fitting import FitOptions


class Solver(StrEnum):
    svc = "svc"
    ridge = "ridge"


CorpusOption = Annotated[
    bool,
    typer.Option("--corpus/--no-corpus", help="Add the shipped labels of real news where their texts are present."),
]
WordsOption = Annotated[int | None, typer.Option("--words", help="Word n-grams up to this (0-2).", min=0, max=2)]
CharactersOption = Annotated[
    int | None, typer.Option("--characters", help="Character n-grams up to this (0-3).", min=0, max=3)
]
SolverOption = Annotated[Solver | None, typer.Option("--solver", help="How weights are fitted.")]
PenaltyOption = Annotated[float | None, typer.Option("--penalty", help="More is smoother.", min=1e-6, max=1e6)]
SeedOption = Annotated[int, typer.Option("--seed", help="Of folds and solvers.", min=0, max=2**31 - 1)]


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
) -> None:
    """Fit a new model on the labels, hold it against the current one, promote it if it is better.

    Example: lanmu train --labels labels.csv
    """
    from training.gate import GateOptions
    from training.registry import Registry
    from training.retraining import train as run_training

    examples, taxonomy = _examples(labels, categories, own_categories, corpus)
    options = _options(examples, words, characters, solver, penalty, seed, accept_accuracy)
    run = run_training(
        examples,
        taxonomy,
        Registry(models),
        name=name,
        options=options,
        gate=GateOptions(largest_fall=largest_fall),
        promote=promote,
        say=lambda line: print(line, file=sys.stderr),
    )
    metrics = run.manifest.training["metrics"]
    print(f"{run.name}: accuracy {_with_interval(metrics, 'accuracy')}, macro-F1 {_with_interval(metrics, 'macro_f1')}")
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


def _examples(labels: Path | None, categories: Path | None, own: bool, corpus: bool) -> tuple[Examples, Taxonomy]:
    from classifier.errors import LabelsError
    from classifier.taxonomy import Taxonomy
    from training.corpora import has_corpus, joined, real_examples, real_labels
    from training.labels import examples_of, usable_labels

    path = labels_to_read(labels)
    if own:
        found = usable_labels(path)
        taxonomy = Taxonomy.of_names(sorted({label.category for label in found}))
    else:
        taxonomy = taxonomy_of(categories)
        found = usable_labels(path, taxonomy)
    examples = examples_of(joined(found))
    if corpus:
        if not has_corpus():
            raise LabelsError("the texts of the real news are not here; set LANMU_CORPUS to their folder")
        examples = examples + real_examples(real_labels())
    return examples, taxonomy


def _options(
    examples: Examples,
    words: int | None,
    characters: int | None,
    solver: Solver | None,
    penalty: float | None,
    seed: int,
    accept_accuracy: float,
) -> FitOptions:
    from dataclasses import replace

    from training.fitting import default_options

    options = default_options(examples)
    spec = options.spec
    if words is not None or characters is not None:
        spec = replace(
            spec,
            words=spec.words if words is None else words,
            characters=spec.characters if characters is None else characters,
        )
    return replace(
        options,
        spec=spec,
        solver=options.solver if solver is None else solver.value,
        penalty=options.penalty if penalty is None else penalty,
        seed=seed,
        accept_accuracy=accept_accuracy,
    )


def _with_interval(metrics: dict[str, Any], name: str) -> str:
    low, high = metrics[f"{name}_95"]
    return f"{metrics[name]:.3f} ({low:.3f}-{high:.3f})"


def evaluate(
    labels: LabelsOption = None,
    categories: CategoriesOption = None,
    own_categories: OwnOption = False,
    corpus: CorpusOption = False,
    model: Annotated[
        str | None, typer.Option("--model", help="Evaluate this model on the labels instead of cross-validating.")
    ] = None,
    models: ModelsOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the figures to this JSON file.")] = None,
    words: WordsOption = None,
    characters: CharactersOption = None,
    solver: SolverOption = None,
    penalty: PenaltyOption = None,
    seed: SeedOption = 0,
) -> None:
    """Cross-validate on the labels, or evaluate a model on labels it has not seen.

    Example: lanmu evaluate --labels labels.csv
    """
    from training.evaluation import metrics_of
    from training.fitting import fit_model
    from training.printing import print_metrics
    from training.retraining import fold_answers, model_answers

    examples, taxonomy = _examples(labels, categories, own_categories, corpus)
    if model is None:
        options = _options(examples, words, characters, solver, penalty, seed, 0.97)
        answers = fold_answers(fit_model(examples, taxonomy, options), examples)
    else:
        answers = model_answers(model, models, examples)
    metrics = metrics_of(answers)
    print_metrics(answers, metrics)
    if out is not None:
        import json

        from classifier.files import write_text_whole

        write_text_whole(out, json.dumps(metrics, ensure_ascii=False, indent=1) + "\n")
