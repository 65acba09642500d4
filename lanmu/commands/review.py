"""The command ``lanmu review``: the doubtful articles of a scored archive into the desk's queue."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Annotated

import typer

from lanmu.commands.options import ModelOption, ModelsOption
from lanmu.commands.serve import HomeOption
from lanmu.language import speak, speak_count

MOST = 20_000
AT_ONCE = 200


def review(
    out: Annotated[str, typer.Argument(help="What `lanmu score` wrote: its --out.", metavar="OUT")],
    most: Annotated[
        int, typer.Option("--most", help="How many at most, the closest calls first.", min=1, max=MOST)
    ] = 500,
    home: HomeOption = None,
    model: ModelOption = None,
    models: ModelsOption = None,
) -> None:
    """Put the doubtful articles of a scored archive into the desk's queue, each once however often it is given.

    Example: lanmu review tagged --most 200
    """
    from classifier.model.topic_model import TopicModel
    from classifier.model.versions import model_path
    from lanmu.archive.doubtful import choose_doubtful, read_finished_plan, read_texts
    from lanmu.archive.folder import choose_target
    from lanmu.commands.users import find_database, me
    from lanmu.service.store import Store, audit, queue
    from lanmu.service.store.records import ARCHIVE

    database = find_database(home)
    run = choose_target(out)
    plan = read_finished_plan(run)
    rows = choose_doubtful(run, plan, most)
    loaded = TopicModel.load(model_path(model, models), engine="python")
    store = Store(database)
    seen = new = 0
    articles = read_texts(plan, run, rows, loaded)
    while piece := list(islice(articles, AT_ONCE)):
        with store.writing() as connection:
            added = queue.add(connection, piece, origin=ARCHIVE, model=plan.task.model_name)
        seen += len(added)
        new += sum(one.new for one in added)
    with store.writing() as connection:
        audit.note(connection, me(), "archive put in", str(out), {"count": new})
    said = speak(
        "review.done", articles=speak_count("article", new), known=f"{seen - new:,}", home=str(database.parent)
    )
    print(said, file=sys.stderr)
    if seen < len(rows):
        missing = speak_count("article", len(rows) - seen)
        print(f"lanmu: {speak('review.missing', articles=missing, base=plan.base)}", file=sys.stderr)
        raise typer.Exit(1)
