"""Options that several commands share, and the groups they stand in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

INPUT, MODEL, EXPERT = "Input", "Model", "Expert"
"""The groups of options in the help."""


class EngineName(StrEnum):
    auto = "auto"
    compiled = "compiled"
    python = "python"


ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="A model's folder or a version's name; without it the current model.",
        metavar="MODEL",
        rich_help_panel=MODEL,
    ),
]
ModelsOption = Annotated[
    Path | None,
    typer.Option(
        "--models",
        help="The folder of model versions (default: ./models, else the shipped ones).",
        rich_help_panel=MODEL,
    ),
]
EngineOption = Annotated[
    EngineName,
    typer.Option("--engine", help="How words are cut and scored; all give the same result.", rich_help_panel=EXPERT),
]


def share_of(text: str) -> float:
    """A share as people write it: ``0.97``, ``97`` or ``97%``."""
    given = text.strip().rstrip("%％").strip()
    try:
        value = float(given)
    except ValueError:
        value = -1.0
    if value > 1.0 or text.strip().endswith(("%", "％")):
        value /= 100.0
    if not 0.0 <= value <= 1.0:
        raise typer.BadParameter(f"{text!r} is no share; write 0.97, or 97%")
    return value


AcceptOption = Annotated[
    float | None,
    typer.Option(
        "--accept-accuracy",
        help="Wished share of right ones among the accepted, such as 0.97; the rest goes to review.",
        parser=share_of,
        metavar="SHARE",
        rich_help_panel=MODEL,
    ),
]
SectionsOption = Annotated[
    bool, typer.Option("--sections", help="One article a ### section of a round-up.", rich_help_panel=INPUT)
]
KindOption = Annotated[
    str,
    typer.Option(
        "--kind",
        help="page, plain, html, docx, pdf, alto, hocr, ocr, jsonl, csv … instead of guessing.",
        rich_help_panel=INPUT,
    ),
]
EncodingOption = Annotated[
    str, typer.Option("--encoding", help="Such as gb18030, instead of detecting it.", rich_help_panel=INPUT)
]
IdFieldOption = Annotated[str, typer.Option("--id-field", help="The field of ids in tables.", rich_help_panel=INPUT)]
TitleFieldOption = Annotated[str, typer.Option("--title-field", help="The field of titles.", rich_help_panel=INPUT)]
TextFieldOption = Annotated[str, typer.Option("--text-field", help="The field of texts.", rich_help_panel=INPUT)]
DateFieldOption = Annotated[str, typer.Option("--date-field", help="The field of dates.", rich_help_panel=INPUT)]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Say only what went wrong: no progress, no sums at the end.")
]
