"""Tag an uploaded page or file; nothing is kept."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from classifier.reading.formats import READABLE, Kind
from classifier.reading.reading_options import ReadingOptions
from lanmu.service.api.schemas import FileTaggedOut
from lanmu.service.api.tagging import json_response, records
from lanmu.service.container import Service, TheService
from lanmu.service.problems import Problem, problems
from lanmu.service.reading_pool import Reading
from lanmu.service.security.access import AskFirst, Principal, Reader

router = APIRouter(route_class=AskFirst, tags=["tagging"], responses=problems(400, 401, 403, 413, 422, 503))
MOST_NAME = 200
FileField = Annotated[UploadFile, File(description=READABLE)]
KindField = Annotated[
    Kind,
    Form(description="What kind it is, where its name and content do not tell."),
]
EncodingField = Annotated[str, Form(max_length=40, description="Such as gb18030, instead of detecting it.")]
SectionsField = Annotated[bool, Form(description="One article a `###` section of a round-up.")]


FieldName = Annotated[str, Form(max_length=200, description="What a table's field of it is called; else the usual.")]


def _usual_with_fields(
    service: TheService,
    id_field: FieldName = "",
    title_field: FieldName = "",
    text_field: FieldName = "",
    date_field: FieldName = "",
) -> ReadingOptions:
    """The options that the service was told, with a table's fields called as the form says."""
    usual = service.reading.usual
    return ReadingOptions(
        id_field=id_field or usual.id_field,
        title_field=title_field or usual.title_field,
        text_field=text_field or usual.text_field,
        date_field=date_field or usual.date_field,
    )


def _options(
    usual: Annotated[ReadingOptions, Depends(_usual_with_fields)],
    kind: KindField = "auto",
    encoding: EncodingField = "",
    sections: SectionsField = False,
) -> ReadingOptions:
    """What the form says of a file; the rest is as the service was told."""
    return replace(usual, kind=kind, encoding=encoding, sections=sections)


Upload = Annotated[ReadingOptions, Depends(_options)]


@router.post("/tag/file", response_model=FileTaggedOut)
async def tag_file(
    service: TheService,
    who: Reader,
    file: FileField,
    options: Upload,
) -> Response:
    """Read a newspaper page or a file of articles, and give each article its category."""
    reading = await read_upload(service, who, file, options)
    tags = await service.tagger.tag(reading.articles)
    return json_response({"articles": records(tags), "refused": refusals(reading)})


async def read_upload(service: Service, who: Principal, file: UploadFile, options: ReadingOptions) -> Reading:
    """The articles of an upload; Problem 422 where it holds none, 413 where it holds too many."""
    limits = service.settings.limits
    if file.size is None or file.size > limits.upload_bytes:
        raise Problem(413, f"the file is larger than {limits.upload_bytes:,} bytes; send it in pieces")
    read = partial(service.reading.read, client=who.name)
    reading = await run_in_threadpool(read, file.file, upload_name(file.filename or ""), options)
    if reading.more:
        most = f"{limits.articles_a_request:,} articles, or {limits.read_bytes:,} bytes of them,"
        raise Problem(413, f"the file holds more than {most} in a request; send it in pieces")
    if not reading.articles:
        reasons = "; ".join(str(error) for error in reading.refused[:3]) or "the file holds no article"
        raise Problem(422, reasons)
    return reading


def upload_name(given: str) -> str:
    """The name of an upload without any folder; it only tells the kind and names the file in answers."""
    name = given.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(character for character in name if character.isprintable())
    return clean[-MOST_NAME:] or "upload"


def refusals(reading: Reading) -> list[dict[str, Any]]:
    """What of an upload was refused, as the API gives it."""
    return [{"name": error.name, "reason": error.reason} for error in reading.refused]
