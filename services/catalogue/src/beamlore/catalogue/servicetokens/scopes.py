"""What a service token may be for, and which requests that takes in.

A scope is an area and ``read`` or ``write``: ``datasets:read``, ``jobs:write``, ``*:read``. ``write`` takes ``read``
in. Whatever is in no area is closed to service tokens, so that a route that is new is closed until somebody decides.
"""

from collections.abc import Mapping

from fastapi import Request

from beamlore.core import ForbiddenError

_AREAS: Mapping[str, str] = {
    "datasets": """
        datasets origdatablocks datablocks attachments metadatakeys opensearch elastic-search scans parameters exports
        activity originals
    """,
    "proposals": "proposals",
    "samples": "samples",
    "instruments": "instruments",
    "policies": "policies",
    "publisheddata": "publisheddata",
    "jobs": "jobs",
    "logbooks": "logbooks",
    "events": "events",
    "history": "history audit",
}
_AREA_OF = {segment: area for area, segments in _AREAS.items() for segment in segments.split()}
_OPEN = frozenset({"me", "durability", "whoami", "health", "admin", "runtime-config"})
"""What every token may read: who it is, and what everyone may."""

CLOSED = frozenset({"users", "useridentities", "auth", "tokens"})
"""What no service token may touch: with it, it could become more than it is."""

_ASKING = ("/isvalid", "/events/ticket")
"""Ends of paths that are posted to and change nothing."""

EVERYWHERE = "*"
SCOPES = tuple(f"{area}:{action}" for area in (EVERYWHERE, *_AREAS) for action in ("read", "write"))


def area_of(path: str) -> str | None:
    """Return the area of a path, empty where every token may read it, ``None`` where none may."""
    words = path.lower().strip("/").split("/")
    own = words[:3] == ["api", "beamlore", "v1"]
    rest = words[3:] if own else words[2:]
    segment = rest[0] if rest else ""
    if rest[:2] == ["auth", "whoami"]:
        segment = "whoami"
    if segment == "public" and len(rest) > 1:
        segment = rest[1]
    return "" if segment in _OPEN else _AREA_OF.get(segment)


def admit(request: Request, scopes: frozenset[str]) -> None:
    """Go on where the scopes take the request in.

    Raises:
        ForbiddenError: they do not; the text says which scope would.
    """
    path = request.url.path
    reading = request.method in ("GET", "HEAD", "OPTIONS") or path.lower().endswith(_ASKING)
    area = area_of(path)
    if area is None or (area == "" and not reading):
        raise ForbiddenError("service tokens are not taken here; log in")
    if area == "":
        return
    actions = ("read", "write") if reading else ("write",)
    if scopes.isdisjoint(f"{where}:{action}" for where in (EVERYWHERE, area) for action in actions):
        raise ForbiddenError(f"this token's scopes do not take this in; it needs {area}:{actions[0]}")
