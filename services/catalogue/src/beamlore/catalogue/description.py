"""The OpenAPI document as it is read: what SciCat's routes refuse, and what many operations share said once."""

import json
from typing import Any

from beamlore.catalogue.problems import Problem
from beamlore.catalogue.refusals import Refusal, refusals
from beamlore.catalogue.scicat import is_scicat

_ALWAYS = (400, 401, 403, 404, 429, 503)
_OF_WRITES = (409, 412, 413)
_FRAMEWORKS = "422"


def describe_refusals(description: dict[str, Any]) -> None:
    """Add to SciCat's operations of an OpenAPI document the refusals that they do not tell of themselves.

    What the framework adds (422 for parameters that are not well formed) is answered with 400 there.
    """
    for path, operations in description["paths"].items():
        if not is_scicat(path):
            continue
        for method, operation in operations.items():
            responses = operation["responses"]
            responses.pop(_FRAMEWORKS, None)
            for status, refused in refusals(*_ALWAYS, *(() if method == "get" else _OF_WRITES)).items():
                responses.setdefault(str(status), refused)


def share(description: dict[str, Any]) -> None:
    """Move answers that are errors, and the schemas of bodies, to the components, where operations refer to them."""
    components = description.setdefault("components", {})
    responses = components.setdefault("responses", {})
    schemas = components.setdefault("schemas", {})
    refusal, problem = Refusal.model_json_schema(), Problem.model_json_schema()
    for operations in description["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                for media, named, schema in (
                    ("application/json", "Refused", refusal),
                    ("application/problem+json", "Problem", problem),
                ):
                    content = response.get("content", {}).get(media)
                    if content is not None and content["schema"] == schema:
                        content["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}
                        schemas[schema["title"]] = schema
                        name = _named(responses, f"{named}{status}", response)
                        operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
            for content in operation.get("requestBody", {}).get("content", {}).values():
                schema = content.get("schema", {})
                if "title" in schema and "properties" in schema:
                    name = _named(schemas, schema["title"], schema)
                    content["schema"] = {"$ref": f"#/components/schemas/{name}"}


def _named(known: dict[str, Any], wanted: str, value: dict[str, Any]) -> str:
    """Return the name under which a value is known, making it known; another value of that name gets a number."""
    name, number = wanted, 1
    while name in known and json.dumps(known[name], sort_keys=True) != json.dumps(value, sort_keys=True):
        number += 1
        name = f"{wanted}.{number}"
    known[name] = value
    return name
