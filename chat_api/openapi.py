"""What the OpenAPI document says beyond the routes: that errors are problem documents."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field

from chat_api.errors import PROBLEM_JSON

_REF = "#/components/schemas/{model}"


class WrongField(BaseModel):
    """One value that cannot be, and why."""

    field: str = Field(description="Its name; `body` for the whole.")
    message: str


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="A sentence that a person can act on.")
    errors: list[WrongField] = Field(default_factory=list, description="Which values, where it is about values.")


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of all routes of `app`."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, openapi_version="3.1.0"
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template=_REF)
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    # FastAPI's own shape of an error, which no client of ours ever sees.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, methods in document["paths"].items():
        for operation in methods.values():
            _document_errors(operation, path)
    return document


def _document_errors(operation: dict[str, Any], path: str) -> None:
    found = {"4XX": "It was refused; the detail says why.", "5XX": "It failed on our side."}
    if "security" in operation:
        found["401"] = "Not logged in."
    if "{" in path:
        found["404"] = "There is none, or it is somebody else's."
    if "parameters" in operation or "requestBody" in operation:
        found["422"] = "A value cannot be."
    content = {PROBLEM_JSON: {"schema": {"$ref": _REF.format(model="Problem")}}}
    operation["responses"].pop("422", None)
    for status, description in found.items():
        operation["responses"].setdefault(status, {"description": description, "content": content})
