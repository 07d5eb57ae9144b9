"""Every operation of the OpenAPI document, with values that schemathesis makes from it, on the running system.

Whatever is sent, valid or not: no 5xx, and the status, the type and the shape that the document promises, problem
documents included.
"""

import uuid
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chat_api.app import Services, create_app
from chat_api.settings import Settings
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SEED = 20_261_124
# It does not end; tests/e2e/test_main_job.py listens to it.
STREAM = "/api/v1/events"
# With a session, it would be the last request of the run.
LOG_OUT = "/api/v1/auth/logout"

EXAMPLES, FEW = 25, 4
# A process of its own reads each file.
SLOW = "/api/v1/import"
# How to make what a path names: without it, all that a made-up id shows is how 404 looks.
MAKING = {
    "task_id": ("/api/v1/tasks", {"title": "x", "due_at": "2090-01-31T09:00:00Z", "recurrence": "FREQ=MONTHLY"}),
    "list_id": ("/api/v1/lists", {"name": "x"}),
    "token_id": ("/api/v1/tokens", {"name": "x"}),
}

# The document needs routes only, no services behind them.
DOCUMENT = create_app(
    Settings.model_construct(max_request_bytes=1, max_import_bytes=1), cast(Services, None), {}
).openapi()
OPERATIONS: list[APIOperation[Any, Any, Any, Any]] = [
    result.ok() for result in schemathesis.openapi.from_dict(DOCUMENT).exclude(path=STREAM).get_all_operations()
]


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    """A session of a new user's."""
    credentials = {"email": f"{uuid.uuid4().hex}@example.org", "password": uuid.uuid4().hex}
    answer = httpx.post(f"{stack.url}/api/v1/auth/register", json=credentials, timeout=30)
    found: str = answer.json()["access_token"]
    return found


def test_the_system_serves_this_document(stack: Stack) -> None:
    assert httpx.get(f"{stack.url}/openapi.json", timeout=30).json() == DOCUMENT


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_any_values(
    stack: Stack, token: str, operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode
) -> None:
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.path_parameters or operation.query):
        pytest.skip("there is no value to be wrong")
    headers = {} if operation.path == LOG_OUT else {"Authorization": f"Bearer {token}"}

    @seeded(SEED)
    @settings(
        max_examples=FEW if operation.path == SLOW else EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def send(case: Case, made: bool) -> None:
        for name in MAKING.keys() & case.path_parameters.keys() if made else ():
            path, body = MAKING[name]
            answer = httpx.post(f"{stack.url}{path}", json=body, headers=headers, timeout=20)
            case.path_parameters[name] = answer.json()["id"]
        case.call_and_validate(base_url=stack.url, headers=headers, checks=CHECKS, timeout=20)

    send()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_nobody_is_let_in(stack: Stack, operation: APIOperation[Any, Any, Any, Any]) -> None:
    if "security" not in operation.definition.raw:
        pytest.skip("it is for everybody")

    @seeded(SEED)
    @settings(max_examples=2, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def send(case: Case) -> None:
        case.headers.clear()
        case.cookies.clear()
        answer = case.call_and_validate(base_url=stack.url, checks=CHECKS, timeout=20)
        assert answer.status_code == 401

    send()
