"""What a process does beside answering."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from prometheus_client import Counter

log = structlog.get_logger(__name__)

_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_PATIENCE_SECONDS = 1.0
_ATTEMPTS = 5

_failures = Counter(
    "beamlore_catalogue_background_failures",
    "Times work beside requests broke off by an error and was begun anew.",
    ["work"],
)


class Background:
    """Keeps work going for as long as the process runs: what breaks off by an error nobody foresaw is begun anew."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin a piece of work; one that returns is done.

        Args:
            name: what it is called in the log and in the metrics.
            work: called once, and again after each failure.
        """
        _failures.labels(name)  # shown from the beginning
        self._tasks.append(asyncio.create_task(self._keep(name, work), name=name))

    async def end(self) -> None:
        """Cancel everything and wait for it."""
        for _ in range(_ATTEMPTS):
            # The driver may swallow a cancellation while it connects: then it needs another.
            for task in self._tasks:
                task.cancel()
            _, still = await asyncio.wait(self._tasks, timeout=_PATIENCE_SECONDS)
            if not still:
                return
        log.warning("work beside requests did not end", work=sorted(task.get_name() for task in still))

    async def _keep(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        pause = _PAUSE_SECONDS
        while True:
            try:
                await work()
            except Exception:
                log.exception("work beside requests broke off; it is begun anew", work=name)
                _failures.labels(name).inc()
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            else:
                return
