"""Conditional requests: an answer that the caller already has is not sent again (RFC 9110, section 13)."""

import hashlib
from typing import Any

from fastapi import Request, Response

from beamlore.catalogue.answers import to_json

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The caller has this answer already: `If-None-Match` names its `ETag`."}
}
"""For the OpenAPI of routes that answer by ``conditional``."""


def conditional(request: Request, value: Any) -> Response:
    """Return the JSON answer with its ``ETag``; 304 without a body where the caller has it.

    The tag is a digest of the answer, so it also changes with what the caller may see, and with writes that left no
    trace in the document's own version.
    """
    body = to_json(value)
    tag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if names(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def names(header: str | None, tag: str) -> bool:
    """Return whether an ``If-Match`` or ``If-None-Match`` header names a tag.

    The prefix of a weak tag is not looked at: a proxy that compresses an answer puts it before our tags, which are all
    strong.
    """
    if header is None:
        return False
    return header.strip() == "*" or any(one.strip().removeprefix("W/") == tag for one in header.split(","))
