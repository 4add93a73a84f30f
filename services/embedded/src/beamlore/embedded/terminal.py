"""What the commands write to the screen."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.progress import Step

_TELL_EVERY = 0.25


class _BarStep:
    def __init__(self, bars: Bars, task: TaskID) -> None:
        self._bars = bars
        self._task = task

    def update(self, detail: str, fraction: float | None = None) -> None:
        self._bars.update(self._task, detail=detail, total=None if fraction is None else 1.0, completed=fraction or 0)


class _LineStep:
    """For logs and pipes: a line for each quarter done."""

    def __init__(self, console: Console, what: str) -> None:
        self._console = console
        self._what = what
        self._next = _TELL_EVERY

    def update(self, detail: str, fraction: float | None = None) -> None:
        if fraction is not None and fraction >= self._next:
            self._next = (fraction // _TELL_EVERY + 1) * _TELL_EVERY
            self._console.print(f"  … {self._what}: {detail}", highlight=False)


class TerminalProgress:
    """Shows steps as bars on a terminal and as lines elsewhere. Use as a context."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("[dim]{task.fields[detail]}", markup=True),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> "TerminalProgress":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @contextmanager
    def step(self, what: str) -> Iterator[Step]:
        """Show a step until the context ends."""
        began = time.monotonic()
        task = self._bars.add_task(what, total=None, detail="")
        if not self._console.is_terminal:
            self._console.print(f"  … {what} [dim]at {began - self._began:.0f} s", highlight=False)
        try:
            yield _BarStep(self._bars, task) if self._console.is_terminal else _LineStep(self._console, what)
        finally:
            self._bars.remove_task(task)
        now = time.monotonic()
        took, at = f"{now - began:.1f} s", f"at {now - self._began:.0f} s"
        self._console.print(f"  [green]✓[/] {what} [dim]{took}, done {at}", highlight=False)

    def note(self, text: str) -> None:
        """Say something that stays on the screen."""
        self._console.print(f"  [yellow]![/] {text}", highlight=False)


def print_error(error: EmbeddedError) -> None:
    """Say what is wrong, the way out and where the log is, on standard error."""
    console = Console(stderr=True)
    console.print(f"[red]error:[/] {error.sentence} {error.way_out}".rstrip(), highlight=False, soft_wrap=True)
    if error.log:
        console.print(f"  [dim]log: {error.log}", highlight=False, soft_wrap=True)
