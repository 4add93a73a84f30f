"""The whole interface against its own description: no failure of the server, no undocumented status, no other shape.

Covers OWASP API Security 2023 API8 and API9; ASVS 5.0 V4.1.1, V16.5.1. Requests are made by schemathesis from the
OpenAPI document, the same ones in every run.
"""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.security.conftest import Served
from tests.security.reference import User

_STREAMS = ("/events", "/events/stream")
_FOR_EACH_OPERATION = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.filterwarnings("ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning")
async def test_every_operation_keeps_to_its_description(served: Served) -> None:
    headers = served.headers(User("root", admin=True))
    wrong = await asyncio.to_thread(_tried, served.address, served.app.openapi(), headers)
    assert not wrong, f"{len(wrong)} operations do not\n" + "\n".join(wrong)


def _tried(address: str, description: dict[str, Any], headers: dict[str, str]) -> list[str]:
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=address)
    wrong = []
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.endswith(_STREAMS):
            continue
        try:
            _try(operation, headers)
        except BaseExceptionGroup as errors:
            wrong.append(f"{operation.label}: {'; '.join(str(error)[:400] for error in errors.exceptions)}")
        except AssertionError as error:
            wrong.append(f"{operation.label}: {str(error)[:400]}")
    return wrong


def _try(operation: Any, headers: dict[str, str]) -> None:
    @_FOR_EACH_OPERATION
    @given(case=operation.as_strategy())
    def keeps_to_it(case: Any) -> None:
        answer = case.call(headers=headers)
        checks = [not_a_server_error, status_code_conformance]
        if answer.content:  # SciCat's clients are told that nothing was found by an answer without a body
            checks.append(response_schema_conformance)
        case.validate_response(answer, checks=checks)

    keeps_to_it()
