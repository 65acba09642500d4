"""The command ``lanmu``: the table of its commands."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from classifier.errors import LanmuError
from classifier.messages import Message, say
from classifier.reading.file_names import printable, show_name
from lanmu.commands.standard_output import data_stream
from lanmu.language import choose_language, find_language, speak

COMMANDS = {
    "tag": "lanmu.commands.tag:tag",
    "score": "lanmu.commands.score:score",
    "review": "lanmu.commands.review:review",
    "serve": "lanmu.commands.serve:serve",
    "watch": "lanmu.commands.serve:watch",
    "users": "lanmu.commands.users:users",
    "backup": "lanmu.commands.backup:backup",
    "restore": "lanmu.commands.backup:restore",
    "train": "lanmu.commands.train:train",
    "evaluate": "lanmu.commands.evaluate:evaluate",
    "labels": "lanmu.commands.labels:labels",
    "models": "lanmu.commands.models:models",
}
"""Each command and where it is; only the one that is called is imported, so that it starts at once."""

EXTRAS = {
    "train": ("sklearn", "scipy", "joblib", "threadpoolctl", "datasketch", "cleanlab", "optuna", "jinja2", "resvg_py"),
    "service": ("fastapi", "starlette", "uvicorn", "uvloop", "httptools", "sqlalchemy", "watchfiles", "argon2",
                "multipart", "python_multipart", "itsdangerous", "prometheus_client", "httpx"),
    "cluster": ("dask", "distributed"),
}  # fmt: skip
"""The packages of each extra of the installation, by the names they are imported by."""
HELP = "Sort Chinese news articles by topic (栏目): tag pages and articles, score archives, learn from labels."


def build(names: list[str]) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(
        name="lanmu", help=HELP, no_args_is_help=True, pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip

    @app.callback()
    def root(
        version: Annotated[bool, typer.Option("--version", "-V", help="Print the version and exit.")] = False,
        lang: Annotated[
            str, typer.Option("--lang", help="Speak en or zh (default: as LANG says).", metavar="LANGUAGE")
        ] = "",
    ) -> None:
        """Keep ``lanmu`` a group even with one command; both options are taken before it is called."""

    root.__doc__ = HELP
    for name in names:
        module, attribute = COMMANDS[name].split(":")
        command = getattr(import_module(module), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def main() -> None:
    """Run the command line; exit codes: 0 all done, 1 some inputs refused, 2 wrong usage or nothing done."""
    prepare_streams(data="--json" in sys.argv)
    os.environ.setdefault("PYTHONSAFEPATH", "1")  # no process of ours imports from the folder it is started in
    arguments = take_language(sys.argv[1:])
    if arguments and arguments[0] in ("--version", "-V"):
        from importlib.metadata import version

        try:
            print(f"lanmu {version('lanmu')}")
            flush_output()
        except OSError as error:
            end_with(error)
        return
    names = [arguments[0]] if arguments and arguments[0] in COMMANDS else list(COMMANDS)
    try:
        try:
            command = typer.main.get_command(build(names))
            if find_language() == "zh":
                from lanmu.commands.translation import translate_help

                translate_help(command)
            command(arguments)
        finally:
            flush_output()
    except Exception as error:
        end_with(error)
    except SystemExit as end:
        before = end.__context__  # of Ctrl-C; a command that says so itself ends of its own
        if isinstance(before, KeyboardInterrupt) or (before and isinstance(before.__cause__, KeyboardInterrupt)):
            print(f"\nlanmu: {speak('command.stopped')}", file=sys.stderr)
        raise
    except KeyboardInterrupt:
        print(f"\nlanmu: {speak('command.stopped')}", file=sys.stderr)
        sys.exit(130)


def prepare_streams(*, data: bool) -> None:
    """Let nothing that is printed fail for its characters; what programs read (``data``) is UTF-8 everywhere.

    Standard streams that were closed before the start (``>&-``), which Python leaves out, are opened: a file
    opened later would get their place.  What is written to the output fails as on a full disk.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  # for good
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if data:
        data_stream()


def flush_output() -> None:
    """Write out what is still held back.  OSError where it cannot be, after which nothing is tried again."""
    try:
        sys.stdout.flush()
    except ValueError:  # closed
        pass
    except OSError as error:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise OSError(error.errno, error.strerror, speak("command.standard_output")) from error


def take_language(arguments: list[str]) -> list[str]:
    """The arguments without ``--lang``, which stands before or after the command and is heeded at once."""
    for i, argument in enumerate(arguments):
        if argument == "--":
            break
        if (argument == "--lang" and i + 1 < len(arguments)) or argument.startswith("--lang="):
            name = argument.partition("=")[2] or arguments[i + 1]
            try:
                choose_language(name)
            except LanmuError as error:
                end_with(error)
            return arguments[:i] + arguments[i + (1 if "=" in argument else 2) :]
    return arguments


def end_with(error: Exception) -> NoReturn:
    """Say what went wrong in a line and end; a fault of lanmu's own is raised again."""
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        sys.exit(0)
    if isinstance(error, LanmuError):
        said = error.text(find_language())
    elif isinstance(error, ModuleNotFoundError) and error.name:
        said = explain_missing(error.name).text(find_language())
    elif isinstance(error, OSError) and error.errno:
        where = show_name(str(error.filename or speak("command.standard_output")))
        said = speak("command.cannot_do", where=where, reason=error.strerror or error)
    else:
        raise error
    print(f"lanmu: {printable(said)}", file=sys.stderr)
    sys.exit(2)


def explain_missing(package: str) -> Message:
    """What to do about a package that is not installed; it goes by the name it is imported by, with any submodule."""
    first = package.split(".")[0]
    for extra, packages in EXTRAS.items():
        if first in packages:
            return say("command.needs_extra", package=first, extra=extra)
    return say("command.needs_package", package=first)


if __name__ == "__main__":
    main()
