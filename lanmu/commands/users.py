"""The commands ``lanmu users …``: who may use the desk."""

from __future__ import annotations

import getpass
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.commands.serve import HomeOption
from lanmu.language import speak

if TYPE_CHECKING:
    from lanmu.service.store import Store

users = typer.Typer(help="Who may use the desk of `lanmu serve`: list, add, change, bar.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(help="The user's name; upper and lower case are one.")]


class RoleName(StrEnum):
    reader = "reader"
    editor = "editor"
    admin = "admin"


RoleOption = Annotated[
    RoleName, typer.Option("--role", help="reader looks, editor labels, admin also trains, promotes and adds users.")
]


@users.command("list")
def list_users(home: HomeOption = None) -> None:
    """List the users.

    Example: lanmu users list
    """
    from lanmu.service.store import accounts

    find_database(home)
    with _store(home).reading() as connection:
        for user in accounts.all_users(connection):
            notes = [
                note
                for note, holds in (
                    (speak("users.is_barred"), user.disabled),
                    (speak("users.must_choose"), user.must_change),
                )
                if holds
            ]
            print(f"{user.name}\t{user.role}" + (f"\t{', '.join(notes)}" if notes else ""))


@users.command()
def add(name: NameArgument, role: RoleOption = RoleName.editor, home: HomeOption = None) -> None:
    """Add a user, and print the one-time password with which to sign in first.

    Example: lanmu users add li --role editor
    """
    from lanmu.service.security import people

    password = people.invite(_store(home), name, role.value, me())
    print(speak("users.added", name=name, role=role.value, password=password))


@users.command()
def password(name: NameArgument, home: HomeOption = None) -> None:
    """Give a user a new one-time password, and end every session of theirs.

    Example: lanmu users password li
    """
    from lanmu.service.security import people

    print(speak("users.reset", name=name, password=people.reset(_store(home), name, me())))


@users.command()
def role(
    name: NameArgument, role: Annotated[RoleName, typer.Argument(help="The new role.")], home: HomeOption = None
) -> None:
    """Give a user another role.

    Example: lanmu users role li admin
    """
    from lanmu.service.security import people

    changed = people.give_role(_store(home), name, role.value, me())
    print(speak("users.has_role", name=changed.name, role=changed.role))


@users.command()
def bar(
    name: NameArgument,
    again: Annotated[bool, typer.Option("--let-in-again", help="Undo it.")] = False,
    home: HomeOption = None,
) -> None:
    """Bar a user from signing in; what they have done stays.

    Example: lanmu users bar li
    """
    from lanmu.service.security import people

    changed = people.bar(_store(home), name, me(), barred=not again)
    print(
        speak("users.barred", name=changed.name) if changed.disabled else speak("users.may_sign_in", name=changed.name)
    )


def find_database(home: Path | None) -> Path:
    """The database of a data folder that is there; LanmuError where there is none."""
    from lanmu.service.settings import home_folder
    from lanmu.service.store.database import DATABASE

    folder = home_folder(home, os.environ)
    if not (folder / DATABASE).is_file():
        raise LanmuError(say("command.no_data_folder", folder=str(folder)))
    return folder / DATABASE


def _store(home: Path | None) -> Store:
    """The database of a data folder, with its first admin."""
    from lanmu.service.security.sign_in import SignIns
    from lanmu.service.settings import prepare
    from lanmu.service.store import Store

    settings = prepare(home)
    store = Store(settings.database)
    SignIns(store, settings).ensure_admin()
    return store


def me() -> str:
    """Who acts, for the audit log."""
    try:
        return f"{getpass.getuser()} at the command line"
    except (KeyError, OSError):
        return "the command line"
