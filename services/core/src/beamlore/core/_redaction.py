"""What never stands in a log: tokens, passwords, and what proves who somebody is; wherever in a line it comes."""

import re
from collections.abc import Mapping
from typing import Any, Final

import structlog

HIDDEN: Final = "[hidden]"
_NAMES = re.compile(
    r"authorization|password|passwd|secret|token$|^token|ticket|cookie|credential|api_?key|(^|_)jwt$|mongo(db)?_ur[il]",
    re.IGNORECASE,
)
_PATTERNS: Final = (
    # A JSON Web Token or its encrypted form (RFC 7519, RFC 7516).
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=:-]{6,}"), rf"\1 {HIDDEN}"),
    # A service token of the catalogue.
    (re.compile(r"\bblt_[\w-]{8,}"), HIDDEN),
    # The password of a connection string: scheme://user:password@host
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/@]+@"), rf"\1:{HIDDEN}@"),
    (
        re.compile(
            r"(?i)([\w-]*(?:password|passwd|secret|token|ticket|jwt|api_?key|[?&]code)[\"']?\s*(?:=|:\s)\s*[\"']?)"
            r"[^\s&\"',;)}\]]+"
        ),
        rf"\1{HIDDEN}",
    ),
)
_DEPTH = 6


def redact(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Hide it in a line of the log (a processor of structlog)."""
    for name, value in event.items():
        if name != "event" and _NAMES.search(name) and isinstance(value, str | bytes):
            event[name] = HIDDEN
        else:
            event[name] = _hidden_in(value, _DEPTH)
    return event


def hidden(text: str) -> str:
    """Return a text without what may not stand in a log."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _hidden_in(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return hidden(value)
    if depth and isinstance(value, Mapping):
        return {
            name: HIDDEN if isinstance(name, str) and _NAMES.search(name) else _hidden_in(one, depth - 1)
            for name, one in value.items()
        }
    if depth and isinstance(value, list | tuple):
        return [_hidden_in(one, depth - 1) for one in value]
    return value
