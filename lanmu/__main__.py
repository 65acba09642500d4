"""The command ``lanmu``: the table of its commands."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

COMMANDS = {
    "tag": "lanmu.commands.tag:tag",
    "score": "lanmu.commands.score:score",
    "serve": "lanmu.commands.serve:serve",
    "watch": "lanmu.commands.serve:watch",
    "users": "lanmu.commands.users:users",
    "train": "lanmu.commands.train:train",
    "evaluate": "lanmu.commands.evaluate:evaluate",
    "labels": "lanmu.commands.labels:labels",
    "models": "lanmu.commands.models:models",
}
"""Each command and where it is; only the one that is called is imported, so that it starts at once."""

HELP = "Sort Chinese news articles by topic (栏目): tag pages and articles, score archives, learn from labels."


def build(names: list[str]) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(
        name="lanmu", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )

    @app.callback()
    def root() -> None:
        """Keep ``lanmu`` a group even with one command."""

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
    arguments = sys.argv[1:]
    if arguments and arguments[0] in ("--version", "-V"):
        from importlib.metadata import version

        print(f"lanmu {version('lanmu')}")
        return
    names = [arguments[0]] if arguments and arguments[0] in COMMANDS else list(COMMANDS)
    try:
        build(names)()
    except Exception as error:
        from classifier.errors import LanmuError

        if isinstance(error, LanmuError):
            print(f"lanmu: {error}", file=sys.stderr)
            sys.exit(2)
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            sys.exit(0)
        if isinstance(error, ModuleNotFoundError) and error.name:
            from lanmu.extras import explain_missing

            print(f"lanmu: {explain_missing(error.name)}", file=sys.stderr)
            sys.exit(2)
        raise
    except KeyboardInterrupt:
        print("lanmu: stopped", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
