"""What the person in front of the screen is told while things are fetched, built and started."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Step(Protocol):
    """One thing under way."""

    def update(self, detail: str, fraction: float | None = None) -> None:
        """Say how far it is: a few words and, where it is known, the part done (0 to 1)."""


class Progress(Protocol):
    """Shows steps; several may be under way at once."""

    def step(self, what: str) -> AbstractContextManager[Step]:
        """Show a step until the context ends; it counts as done unless an exception leaves the context."""

    def note(self, text: str) -> None:
        """Say something that stays on the screen."""


class _SilentStep:
    def update(self, detail: str, fraction: float | None = None) -> None:
        pass


class SilentProgress:
    """Shows nothing: for tests and programs."""

    @contextmanager
    def step(self, what: str) -> Iterator[Step]:
        """Show nothing."""
        yield _SilentStep()

    def note(self, text: str) -> None:
        """Show nothing."""
