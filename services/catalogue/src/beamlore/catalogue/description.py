"""What SciCat's routes refuse, written into their description: the same for all of them, in SciCat's shape."""

from typing import Any

from beamlore.catalogue.scicat import is_scicat

_SHAPE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "statusCode": {"type": "integer"},
        "message": {"type": ["string", "object", "array"]},
        "error": {"type": "string"},
    },
}
_ALWAYS = {
    "400": "The request cannot be understood.",
    "401": "The token is not valid, or the login is wrong.",
    "403": "The caller may not do this.",
    "404": "There is no such thing, or it is not enabled here.",
    "429": "The caller asks for too much at once.",
    "503": "Something that is needed does not answer at the moment; the request may be repeated.",
}
_OF_WRITES = {
    "409": "The request contradicts what is stored.",
    "412": "What is stored was changed since the time that the request names.",
    "413": "The body is too large.",
}
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
            for status, words in (_ALWAYS if method == "get" else _ALWAYS | _OF_WRITES).items():
                content = {"application/json": {"schema": _SHAPE}}
                responses.setdefault(status, {"description": words, "content": content})
