"""Ends of processes nobody asked for, as the supervisor's log tells them."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

_LOOK_SECONDS: Final = 0.3
_LINE = re.compile(
    r"(?P<verb>exited|gave up|success): (?P<name>\S+) (?:\((?P<how>[^;)]*)(?:; (?:not )?expected)?\)|entered)"
)


@dataclass(frozen=True)
class Incident:
    """What happened to a process: it ended (and is started again), runs again, or was given up."""

    name: str
    kind: Literal["ended", "recovered", "given up"]
    how: str = ""
    """As the supervisor says it: ``exit status 1``, ``terminated by SIGKILL``."""

    def __str__(self) -> str:
        match self.kind:
            case "ended":
                return f"{self.name} ended unexpectedly ({self.how}) and is started again."
            case "recovered":
                return f"{self.name} runs again."
            case "given up":
                return f"{self.name} ended too often and was given up."


class Watch:
    """Follows the supervisor's log from now on."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._offset = log.stat().st_size
        self._down: set[str] = set()

    async def incidents(self) -> AsyncIterator[Incident]:
        """Yield what happens, for ever."""
        while True:
            for line in self._new_lines():
                incident = self._incident(line)
                if incident:
                    yield incident
            await asyncio.sleep(_LOOK_SECONDS)

    def _new_lines(self) -> list[str]:
        if self._log.stat().st_size < self._offset:
            self._offset = 0  # the log was rotated
        with self._log.open("rb") as file:
            file.seek(self._offset)
            whole, end, _ = file.read().rpartition(b"\n")
        self._offset += len(whole) + len(end)
        return whole.decode(errors="replace").splitlines()

    def _incident(self, line: str) -> Incident | None:
        found = _LINE.search(line)
        if not found:
            return None
        name = found["name"]
        match found["verb"]:
            case "exited":
                self._down.add(name)
                return Incident(name, "ended", found["how"])
            case "gave up":
                return Incident(name, "given up")
            case _ if name in self._down:
                self._down.remove(name)
                return Incident(name, "recovered")
        return None
