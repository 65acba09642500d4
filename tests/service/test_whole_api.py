"""The whole API as its description shows it, under made-up requests: no server error, nothing but what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from classifier.article import Article
from classifier.model.versions import Registry
from lanmu.service.app import create_app
from lanmu.service.container import build_service
from lanmu.service.settings import prepare
from tests.service.articles import EVERY
from tests.service.conftest import TOKEN
from tests.service.running import ready
from tests.small_model import small_model

EXAMPLES = 25
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Host": "localhost:8765"}


@schemathesis.serializer("application/x-ndjson")
def json_lines(ctx: schemathesis.SerializationContext, value: Any) -> bytes:
    """Made-up lines, some of them objects."""
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> schemathesis.BaseSchema:
    """The description of an application that runs, with some articles in its queue."""
    home: Path = tmp_path_factory.mktemp("whole") / "lanmu-data"
    small_model(home / "models" / "small")
    Registry(home / "models").promote("small")
    chosen = prepare(home, {"LANMU_TOKEN": TOKEN})
    service = build_service(chosen)
    loaded = schemathesis.openapi.from_asgi("/api/openapi.json", create_app(service), headers=HEADERS)
    ready(service)  # loading the description has started it
    service.intake.keep(service.tagger.tag_now([Article(one["id"], one["title"], one["text"]) for one in EVERY]), "api")
    return loaded


@pytest.mark.slow
def test_every_route(api: schemathesis.BaseSchema) -> None:
    failures: list[str] = []
    count = 0
    for result in api.get_all_operations():
        operation = result.ok()

        modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(case=one_of([operation.as_strategy(generation_mode=mode) for mode in modes]))
        def tried(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=HEADERS, checks=CHECKS)

        count += 1
        try:
            tried()
        except (Exception, BaseExceptionGroup) as error:
            failures.append(f"{operation.label}: {error}")
    assert count > 30
    assert not failures, "\n\n".join(failures)
