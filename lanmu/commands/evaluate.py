"""The command ``lanmu evaluate``."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classifier.errors import LabelsError, LanmuError, ModelError
from classifier.messages import say
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
    labels_to_read,
    read_examples,
    read_unlabelled_pool,
)
from lanmu.commands.options import ModelsOption
from lanmu.commands.standard_output import clear_passing, show_passing
from lanmu.language import find_language, speak

if TYPE_CHECKING:
    from classifier.messages import Language
    from classifier.model.model_files import StoredModel
    from classifier.taxonomy import Taxonomy
    from training.evaluation.evaluation import Evaluation
    from training.labels.examples import Examples

DRIFT = "drift.json"
DRIFT_PAGE = "drift.html"
REPORT = "report.json"
PAGE = "report.html"


class LanguageName(StrEnum):
    zh = "zh"
    en = "en"


class SplitName(StrEnum):
    folds = "folds"
    holdout = "holdout"
    time = "time"


def evaluate(
    labels: LabelsOption = None,
    categories: CategoriesOption = None,
    own_categories: OwnOption = False,
    corpus: CorpusOption = False,
    split: Annotated[
        SplitName,
        typer.Option(
            "--split",
            help="folds: cross-validation; holdout: the articles that training holds out by id; "
            "time: the latest fifth by a model of the earlier ones.",
        ),
    ] = SplitName.folds,
    model: Annotated[
        str | None, typer.Option("--model", help="Evaluate this model instead, on the labels it was not trained on.")
    ] = None,
    models: ModelsOption = None,
    archive: Annotated[
        Path | None,
        typer.Option(
            "--archive",
            help="Compare the months of this archive, as `lanmu score` wrote it, with the labels.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the baselines, the learning curve and the look ahead in time.")
    ] = False,
    language: Annotated[LanguageName, typer.Option("--language", help=f"Of {PAGE}.")] = LanguageName.zh,
    out: Annotated[
        Path | None,
        typer.Option("--out", help=f"Write {REPORT} and {PAGE} ({DRIFT_PAGE}) to this folder: charts, works offline."),
    ] = None,
    words: WordsOption = None,
    characters: CharactersOption = None,
    solver: SolverOption = None,
    penalty: PenaltyOption = None,
    seed: SeedOption = 0,
    from_scratch: FromScratchOption = False,
    unlabelled: UnlabelledOption = None,
    user_dictionary: UserDictionaryOption = None,
) -> None:
    """Evaluate training on your labels, or a model on labels it has not seen; or look for drift in an archive.

    Example: lanmu evaluate --labels labels.csv --out report
    """
    from dataclasses import replace
    from importlib.metadata import version

    from classifier.files import check_folder_writable
    from training.evaluation.answers import model_answers
    from training.evaluation.evaluation import Wishes, evaluate_answers
    from training.evaluation.evaluation import evaluate as evaluated
    from training.evaluation.printing import print_evaluation
    from training.promotion.retrain import describe_unlabelled, labels_checksum

    if unlabelled and (model is not None or archive is not None):
        raise LanmuError(say("evaluate.unlabelled"))
    if out is not None:
        check_folder_writable(out)
    examples, taxonomy = read_examples(labels, categories, own_categories, corpus)
    refused = 0
    if archive is not None:
        _drift(archive, examples, taxonomy, model, models, out, language.value)
        return
    about: dict[str, Any] = {
        "labels": str(labels_to_read(labels)),
        "checksum": labels_checksum(examples),
        "version": version("lanmu"),
    }
    if model is None:
        champion = _champion(models)

        def evaluate_from(scratch: bool) -> tuple[Evaluation, int]:
            """The evaluation of a fit as it would begin, or of one from scratch, and how many inputs were refused."""
            wished = FitWishes(
                words, characters, solver, penalty, seed, user_dictionary=user_dictionary, from_scratch=scratch
            )
            start = fit_start(examples, taxonomy, wished, models)
            pool, refused = read_unlabelled_pool(unlabelled or [], examples, start, seed, apart=True)
            start = start.joined_by(pool)
            new = start.is_new(examples)

            fit = partial(start.fit, taxonomy)
            if pool is not None:
                about["unlabelled"] = describe_unlabelled(pool)
            about.update(options=start.options.record(), champion=champion.manifest.name if champion else "")
            try:
                measured = evaluated(
                    examples.take(new), fit, Wishes(split.value, not quick, seed), champion=champion, say=show_passing
                )
            except LabelsError:
                if new.all():
                    raise
                clear_passing()
                left = f"{int(new.sum()):,}"
                print(speak("evaluate.from_scratch", left=left, all=f"{len(examples):,}"), file=sys.stderr)
                return evaluate_from(True)
            if new.all():
                return measured, refused
            note = ("note_known", {"n": f"{int((~new).sum()):,}", "all": f"{len(examples):,}"})
            return replace(measured, notes=(note, *measured.notes)), refused

        evaluation, refused = evaluate_from(from_scratch)
    else:
        answers, left_out = model_answers(model, models, examples)
        about["model"] = model
        note = ("note_left_out", {"n": f"{left_out:,}", "all": f"{len(examples):,}"})
        evaluation = evaluate_answers(answers, notes=(note,) if left_out else ())
    evaluation = replace(evaluation, about=about)
    clear_passing()
    print_evaluation(evaluation, find_language())
    if out is not None:
        _write(evaluation, out, language.value)
    if refused:
        raise typer.Exit(1)


def _drift(
    archive: Path,
    examples: Examples,
    taxonomy: Taxonomy,
    model: str | None,
    models: Path | None,
    out: Path | None,
    language: Language,
) -> None:
    from dataclasses import replace

    from classifier.files import write_output
    from classifier.model.model_files import read_model
    from classifier.model.versions import model_path
    from training.evaluation.answers import fold_answers
    from training.evaluation.drift.measure import check_dates, drift, reference_of
    from training.evaluation.drift.report import drift_page, print_drift
    from training.fitting.fit import fit_model
    from training.fitting.fit_options import choose_default_options

    check_dates(archive)
    stored = read_model(model_path(model, models))
    answers = fold_answers(fit_model(examples, taxonomy, choose_default_options(examples, taxonomy)), examples)
    reference = reference_of(examples, answers, stored.weights)
    measured = drift(archive, stored.weights, stored.manifest.taxonomy, reference)
    measured = replace(measured, about={"archive": str(archive), "model": stored.manifest.name})
    print_drift(measured, find_language())
    if out is not None:
        write_output(out / DRIFT, json.dumps(measured.record(), ensure_ascii=False, indent=1) + "\n")
        write_output(out / DRIFT_PAGE, drift_page(measured, language))
        print("\n" + speak("evaluate.written", page=out / DRIFT_PAGE, report=out / DRIFT))


def _champion(models: Path | None) -> StoredModel | None:
    """The current model, to be compared with; None where there is none."""
    from classifier.model.model_files import read_model
    from classifier.model.versions import model_path

    try:
        return read_model(model_path(None, models))
    except ModelError:
        return None


def _write(evaluation: Evaluation, out: Path, language: Language) -> None:
    from classifier.files import write_output
    from training.evaluation.report.page import report_page

    record = evaluation.record()
    write_output(out / REPORT, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    write_output(out / PAGE, report_page(evaluation, language))
    print("\n" + speak("evaluate.written", page=out / PAGE, report=out / REPORT))
