"""Answers written as JSON bytes, with no model in between."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import Response

from beamlore.core import current_request, measured

_PAGE_BYTES = 4 * 2**20
OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def _default(value: Any) -> Any:
    """Write what BSON has and JSON does not: identifiers, decimals and bytes as text; moments with milliseconds."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None or value.tzinfo is UTC else value.astimezone(UTC)
        return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def to_json(value: Any) -> bytes:
    """Return JSON; dates as SciCat writes them (``2026-01-31T12:00:00.000Z``), BSON's own types as text."""
    return orjson.dumps(value, default=_default, option=OPTIONS)


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return the answer with its JSON body."""
    with measured("render"):
        body = to_json(value)
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def nothing() -> Response:
    """Return SciCat's answer where there is nothing to show: 200 without a body."""
    return Response(status_code=200)


def milliseconds(moment: datetime) -> int:
    """Return a moment as milliseconds since the epoch, which is how exactly MongoDB keeps it."""
    return round(moment.timestamp() * 1000)


def from_milliseconds(value: int) -> datetime:
    """Return the moment of milliseconds since the epoch."""
    return datetime.fromtimestamp(value / 1000, UTC)


def fitting(items: Iterable[Any]) -> list[orjson.Fragment]:
    """Return the JSON of the first items of a page: as many as it may hold bytes, and one at least."""
    request = current_request()
    most = _PAGE_BYTES if request is None else request.page_bytes
    kept: list[orjson.Fragment] = []
    size = 0
    for item in items:
        body = to_json(item)
        size += len(body)
        if kept and size > most:
            break
        kept.append(orjson.Fragment(body))
    return kept
