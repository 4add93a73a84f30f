"""How many streams may be open: in one process, and of one person there.

Without a bound one person, or one script that reconnects without closing, takes all connections of a process from
everybody. Source: OWASP API Security 2023, API4 (unrestricted resource consumption).
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from fastapi import Request
from prometheus_client import Counter as Metric
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from beamlore.core import Principal, TooManyRequestsError

_HEARTBEAT_SECONDS = 10
_SEND_SECONDS = 30.0
"""A client that takes nothing for so long is gone, or as good as that."""

_OF_ONE_RETRY_SECONDS = 30
_OF_ALL_RETRY_SECONDS = 5

_refused = Metric("beamlore_catalogue_live_refused", "Streams that were refused, by the bound that was met.", ["bound"])
_of_one, _of_all = _refused.labels("person"), _refused.labels("process")


class StreamSlots:
    """Counts the open streams of this process."""

    def __init__(self, of_one: int, of_all: int) -> None:
        """Prepare.

        Args:
            of_one: streams one person may have open.
            of_all: streams this process has open at most.
        """
        self._most_of_one = of_one
        self._most_of_all = of_all
        self._open: Counter[str] = Counter()

    @contextmanager
    def taken(self, person: str) -> Generator[None, None, None]:
        """Count one more stream of a person until the block is left.

        Raises:
            TooManyRequestsError: the person, or the process, has as many as there may be.
        """
        if self._open[person] >= self._most_of_one:
            _of_one.inc()
            raise TooManyRequestsError(
                f"You have {self._most_of_one} live connections open, which is the limit. Close pages or programs that "
                "you do not need, then try again.",
                headers={"Retry-After": str(_OF_ONE_RETRY_SECONDS)},
            )
        if self._open.total() >= self._most_of_all:
            _of_all.inc()
            raise TooManyRequestsError(
                "The service has as many live connections open as it can serve. Try again in a moment.",
                headers={"Retry-After": str(_OF_ALL_RETRY_SECONDS)},
            )
        self._open[person] += 1
        try:
            yield
        finally:
            self._open[person] -= 1
            if not self._open[person]:
                del self._open[person]


class EventStream(EventSourceResponse):
    """A stream of server-sent events that takes a slot for as long as it is open."""

    def __init__(self, content: Any, slots: StreamSlots, person: str) -> None:
        super().__init__(
            content,
            ping=_HEARTBEAT_SECONDS,
            ping_message_factory=_heartbeat,
            send_timeout=_SEND_SECONDS,
        )
        self._slots = slots
        self._person = person

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream, where there is a slot.

        Raises:
            TooManyRequestsError: there is none.
        """
        with self._slots.taken(self._person):
            await super().__call__(scope, receive, send)


def person_of(request: Request, principal: Principal) -> str:
    """Return whom a stream counts for: the principal; without a login, the address it comes from."""
    address = request.client.host if request.client else "unknown"
    return principal.subject or f"address {address}"


def _heartbeat() -> ServerSentEvent:
    return ServerSentEvent(comment="heartbeat")
