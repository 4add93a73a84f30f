"""The last word of a stream whose process ends."""

import random

from sse_starlette import ServerSentEvent

_WITHIN_MS = 1_000


def farewell() -> ServerSentEvent:
    """Return what tells a reader to come back (HTML standard, 9.2.6: ``retry``), not all of them at the same moment."""
    return ServerSentEvent(comment="another process goes on", retry=random.randint(50, _WITHIN_MS))  # noqa: S311
