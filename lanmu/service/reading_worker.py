"""The process that reads uploads: bytes in, Articles out, over its standard input and output.

A message is a line of JSON with the length of what follows it.  Hostile PDFs and archives burn
this process's time and memory, not the service's.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from classifier.article import Article, Source, printed_from, printed_record
from classifier.errors import InputRefused, LanmuError
from classifier.messages import record_of, said_of, say
from classifier.processes import has_grown

if TYPE_CHECKING:
    from classifier.model.topic_model import TopicModel
    from classifier.reading import ReadingOptions

MEMORY_BYTES = 3 << 29
"""Of one process: all that may read at once must fit into what the service is given (4 GB as it ships)."""
KEPT_BYTES = 250 << 20
"""A process that took more ends with its file: what it has not given back would be missing for the next one."""
LOWER_PRIORITY = 5
"""Where processors are short, answering goes before reading, and reading before training."""
PIECE_ARTICLES = 200
PIECE_BYTES = 1 << 20
MOST_REFUSED = 200


def send(stream: BinaryIO, head: dict[str, Any], body: bytes | BinaryIO = b"") -> None:
    """Write one message; a file as its body goes through in pieces."""
    if isinstance(body, bytes):
        stream.write(json.dumps({**head, "bytes": len(body)}, default=str).encode() + b"\n" + body)
    else:
        size = body.seek(0, os.SEEK_END)
        body.seek(0)
        stream.write(json.dumps({**head, "bytes": size}).encode() + b"\n")
        shutil.copyfileobj(body, stream, 1 << 20)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Read one message; None at the end of the stream."""
    line = stream.readline()
    if not line:
        return None
    head: dict[str, Any] = json.loads(line)
    body = stream.read(head["bytes"])
    return None if len(body) < head["bytes"] else (head, body)


def article_record(article: Article) -> dict[str, Any]:
    """An Article as JSON values."""
    source = article.source
    place = {**asdict(replace(source, printed=())), "printed": printed_record(source.printed)}
    return {**asdict(replace(article, source=Source())), "source": place}


def article_from(record: dict[str, Any]) -> Article:
    """The Article of ``article_record``."""
    lists = {name: tuple(record[name]) for name in ("reporters", "uncertain")}
    source = dict(record["source"])
    if source["box"] is not None:
        source["box"] = tuple(source["box"])
    source["printed"] = printed_from(source["printed"])
    return Article(**{**record, **lists, "source": Source(**source)})


def refusal_record(error: InputRefused) -> list[Any]:
    """A refusal as JSON values: its name, and its message or words."""
    return [error.name, record_of(error.said)]


def refusal_from(record: list[Any]) -> InputRefused:
    """The refusal of ``refusal_record``."""
    name, said = record
    return InputRefused(str(name), said_of(said))


def main() -> None:
    """Answer messages until the input ends."""
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # its own sets a GiB of addresses aside for good
    _limit_memory()
    if hasattr(os, "nice"):
        os.nice(LOWER_PRIORITY)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    models: dict[str, TopicModel] = {}
    while (message := receive(source)) is not None:
        head, data = message
        for answer in _answers(head, data, models):
            send(target, *answer)


def _answers(
    head: dict[str, Any], data: bytes, models: dict[str, TopicModel]
) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Articles in pieces as they are read, up to the bounds that the head tells; then what was refused."""
    from classifier.reading import read_open

    refused: list[InputRefused] = []
    count = size = 0
    more = False

    def refuse(error: InputRefused) -> None:
        if len(refused) < MOST_REFUSED:
            refused.append(error)

    piece: list[bytes] = []
    try:
        scorer = _model(head["model"], models).probabilities if head["model"] else None
        for article in read_open(io.BytesIO(data), head["name"], _options(head), refused=refuse, scorer=scorer):
            record = json.dumps(article_record(article), default=str).encode()
            count, size = count + 1, size + len(record)
            if more := (count > head["most_articles"] or size > head["most_bytes"]):
                break
            piece.append(record)
            if len(piece) >= PIECE_ARTICLES or sum(map(len, piece)) > PIECE_BYTES:
                yield {"articles": len(piece)}, b"[" + b",".join(piece) + b"]"
                piece = []
    except InputRefused as error:
        refused.append(error)
    except LanmuError as error:
        yield {"error": str(error)}, b""
        return
    except MemoryError:
        refused.append(InputRefused(head["name"], say("inbox.memory")))
    except RecursionError:
        refused.append(InputRefused(head["name"], say("inbox.deep")))
    if piece:
        yield {"articles": len(piece)}, b"[" + b",".join(piece) + b"]"
    yield {"more": more, "refused": [refusal_record(error) for error in refused], "large": has_grown(KEPT_BYTES)}, b""


def _options(head: dict[str, Any]) -> ReadingOptions:
    from classifier.reading import LIMITS, ReadingOptions

    most = head["unpacked_bytes"]
    limits = replace(LIMITS, unpacked_bytes=most, document_unpacked_bytes=most, members=10_000)
    return ReadingOptions(**head["reading"], printed_lines=True, limits=limits)


def _model(path: str, models: dict[str, TopicModel]) -> TopicModel:
    from classifier.model.topic_model import TopicModel

    if path not in models:
        models.clear()
        models[path] = TopicModel.load(Path(path), engine="python")
    return models[path]


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    main()
