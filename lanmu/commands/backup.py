"""The commands ``lanmu backup`` and ``lanmu restore``."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from lanmu.commands.serve import HomeOption
from lanmu.language import speak


def backup(
    target: Annotated[
        Path | None,
        typer.Argument(help="The file to write (default: lanmu-backup-DAY-TIME.tar.gz here).", show_default=False),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the database, labels, models, settings, secrets and results of a data folder to one file.

    The service may run meanwhile.

    Example: lanmu backup
    """
    from lanmu.service.data_backup import back_up
    from lanmu.service.settings import home_folder

    path = target or Path(time.strftime("lanmu-backup-%Y%m%d-%H%M%S.tar.gz"))
    made = back_up(home_folder(home, os.environ), path)
    print(speak("backup.made", path=path, files=len(made.files), megabytes=f"{path.stat().st_size / 1e6:,.1f}"))


def restore(
    source: Annotated[Path, typer.Argument(help="A file that `lanmu backup` has written.")],
    home: HomeOption = None,
) -> None:
    """Put a backup into a data folder; what was there is set aside in it.  The service must not run.

    Example: lanmu restore lanmu-backup-20260302-060000.tar.gz
    """
    from lanmu.commands.users import me
    from lanmu.service.data_backup import restore as put_back
    from lanmu.service.settings import home_folder

    folder = home_folder(home, os.environ)
    put, aside = put_back(folder, source, me())
    print(speak("backup.restored", folder=folder, at=put.at))
    if aside is not None:
        print(speak("backup.aside", folder=aside))
