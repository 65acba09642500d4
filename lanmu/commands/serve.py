"""The commands ``lanmu serve`` and ``lanmu watch``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.commands.options import DateFieldOption, IdFieldOption, TextFieldOption, TitleFieldOption

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The data folder (default: $LANMU_HOME, else ./lanmu-data).", metavar="FOLDER"),
]
WebhookOption = Annotated[
    str,
    typer.Option(
        "--webhook",
        help="Address that gets each result of the watched folder (default: $LANMU_WEBHOOK); "
        "signed with $LANMU_WEBHOOK_SECRET, else with one made and kept in the data folder.",
        metavar="URL",
        show_default=False,
    ),
]
AccuracyOption = Annotated[
    float | None,
    typer.Option("--accept-accuracy", help="Wished share of right ones among the accepted.", min=0.0, max=1.0),
]
ThreadsOption = Annotated[int, typer.Option("--threads", help="Threads of the kernel.", min=1, max=256)]


def serve(
    home: HomeOption = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; the default is this machine only.")] = (
        "127.0.0.1"
    ),
    port: Annotated[
        int, typer.Option("--port", help="Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = 8765,
    accept_accuracy: AccuracyOption = None,
    threads: ThreadsOption = 1,
    watch: Annotated[
        Path | None,
        typer.Option(
            "--watch", help="Folder whose files are tagged (default: inbox/ in the data folder).", metavar="FOLDER"
        ),
    ] = None,
    no_watch: Annotated[bool, typer.Option("--no-watch", help="Watch no folder.")] = False,
    webhook: WebhookOption = "",
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", help="A name the service may be called by; repeatable.")
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", help="Address of a reverse proxy whose forwarding headers are believed; repeatable."),
    ] = None,
    open_reading: Annotated[
        bool, typer.Option("--open-reading", help="Annif's suggest works without the token from other machines too.")
    ] = False,
    open_learn: Annotated[bool, typer.Option("--open-learn", help="Annif's learn works without the token.")] = False,
    id_field: IdFieldOption = "id",
    title_field: TitleFieldOption = "title",
    text_field: TextFieldOption = "text",
    date_field: DateFieldOption = "date",
) -> None:
    """Serve the HTTP API and the review desk, and tag what is put into the watched folder.

    Example: lanmu serve
    """
    from classifier.reading.reading_options import ReadingOptions
    from lanmu.service.server import run
    from lanmu.service.settings import prepare

    settings = prepare(
        home,
        host=host,
        port=port,
        accept_accuracy=accept_accuracy,
        threads=threads,
        hosts=tuple(name.lower() for name in allow_host or ()),
        proxies=tuple(proxy or ()),
        open_reading=open_reading,
        open_learn=open_learn,
        webhook=webhook,
        reading=ReadingOptions(
            id_field=id_field, title_field=title_field, text_field=text_field, date_field=date_field
        ),
    )
    if watch is not None and no_watch:
        raise LanmuError(say("serve.watch_twice"))
    sys.exit(run(settings if no_watch else settings.watching(watch)))


def watch(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder (default: inbox/ in the data folder).", show_default=False)
    ] = None,
    home: HomeOption = None,
    webhook: WebhookOption = "",
    once: Annotated[bool, typer.Option("--once", help="Take what is there and end; for cron.")] = False,
    accept_accuracy: AccuracyOption = None,
    threads: ThreadsOption = 1,
    id_field: IdFieldOption = "id",
    title_field: TitleFieldOption = "title",
    text_field: TextFieldOption = "text",
    date_field: DateFieldOption = "date",
) -> None:
    """Tag what is put into a folder, without the HTTP API and the desk.

    Example: lanmu watch 来稿 --once
    """
    from classifier.reading.reading_options import ReadingOptions
    from lanmu.service.inbox.standalone import run
    from lanmu.service.settings import prepare

    settings = prepare(
        home,
        webhook=webhook,
        accept_accuracy=accept_accuracy,
        threads=threads,
        reading=ReadingOptions(
            id_field=id_field, title_field=title_field, text_field=text_field, date_field=date_field
        ),
    )
    sys.exit(run(settings.watching(folder), once=once))
