"""The request (or batch of messages) that is worked on: its id, in every line of the log, and where its time went."""

import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog

from beamlore.core._tracing import trace_id

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")


class CurrentRequest:
    """What is known of the request under way."""

    __slots__ = ("error_details", "facts", "id", "page_bytes", "phases", "read_seconds", "rows")

    def __init__(
        self, request_id: str, read_seconds: float = 5.0, error_details: int = 20, page_bytes: int = 4 * 2**20
    ) -> None:
        self.id = request_id
        self.read_seconds = read_seconds
        """How long it may wait for an answer of what the service depends on."""

        self.error_details = error_details
        """Most mistakes that its answer lists."""

        self.page_bytes = page_bytes
        """A page that it asks for ends before it has more."""

        self.phases: dict[str, float] = {}
        """Seconds by phase."""

        self.rows = 0
        """Documents read from the database for it."""

        self.facts: dict[str, object] = {}
        """What the log is to say of it: ``pid``, ``proposal``, ``beamline`` where they are known."""


_current: ContextVar[CurrentRequest | None] = ContextVar("beamlore_request", default=None)


def current_request() -> CurrentRequest | None:
    """Return the request under way; ``None`` in work that is done for no request."""
    return _current.get()


def request_id() -> str | None:
    """Return the id of the request under way, ``None`` where there is none."""
    request = _current.get()
    return None if request is None else request.id


def known(**facts: object) -> None:
    """Say what the request under way is about, for its lines in the log: ``pid``, ``proposal``, ``beamline``."""
    request = _current.get()
    if request is not None:
        request.facts.update(facts)


def begin_request(given: str, *bounds: Any) -> CurrentRequest:
    """Begin a request in this context, under the caller's id where it is well formed, else under a new one.

    Args:
        given: the caller's id.
        bounds: of what it may take, as `CurrentRequest` takes them.
    """
    request = CurrentRequest(given if given and _WELL_FORMED.fullmatch(given) else new_request_id(), *bounds)
    _current.set(request)
    return request


@contextmanager
def working_on(identifier: str) -> Generator[CurrentRequest, None, None]:
    """Do work that no request asks for (a batch of messages) under an id that the log and other services see."""
    request = CurrentRequest(identifier)
    token = _current.set(request)
    try:
        yield request
    finally:
        _current.reset(token)


def new_request_id() -> str:
    """Return an id nobody has had."""
    return secrets.token_hex(16)


def add_request(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Add to a line of the log which request it is about (a processor of structlog)."""
    if (trace := trace_id()) is not None:
        event["trace_id"] = trace
    request = _current.get()
    if request is not None:
        event.setdefault("request_id", request.id)
        for name, value in request.facts.items():
            event.setdefault(name, value)
    return event
