"""A process the supervisor looks after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """How a process is started and ended."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: int = 20
    """How long it may take to end by itself after SIGTERM; then it is killed."""

    def log(self, logs: Path) -> Path:
        """Return its log file among an instance's logs."""
        return logs / f"{self.name}.log"
