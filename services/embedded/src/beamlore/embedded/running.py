"""Running an installation from the command line: errors in plain words, signals, watching."""

import asyncio
import errno
import logging
import signal
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

import structlog
import typer
from rich.console import Console

from beamlore.embedded.checkout import instance_directory
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.installation import Installation, Part
from beamlore.embedded.probes import disk_is_full
from beamlore.embedded.supervision.watch import Watch
from beamlore.embedded.terminal import TerminalProgress, print_error

T = TypeVar("T")
_LOOK_SECONDS = 0.5


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end. SIGINT, SIGTERM and SIGHUP cancel the work; errors are said in plain words and end it."""

    async def cancelled_by_signals() -> T:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, task.cancel)
        return await task

    # Here the screen shows how far things are; what goes wrong is raised.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        return asyncio.run(cancelled_by_signals())
    except asyncio.CancelledError:
        raise typer.Exit(130) from None
    except EmbeddedError as error:
        print_error(error)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print_error(EmbeddedError("The disk is full.", way_out="Free some space and start again."))
    raise typer.Exit(1)


def running_instances() -> list[str]:
    """Return the names of the instances that run now, in order."""
    directories = sorted(instance_directory("any").parent.glob("*/"))
    return [one.name for one in directories if Installation(one).supervisor.answers()]


async def bring_up(installation: Installation, parts: Iterable[Part], console: Console) -> None:
    """Start the parts with their progress on the screen. Where that fails or is broken off, nothing stays behind."""
    was_running = installation.supervisor.answers()
    try:
        with TerminalProgress(console) as progress:
            await installation.up(progress, parts)
    except (EmbeddedError, OSError, asyncio.CancelledError):
        if not was_running:
            await bring_down(installation, console)
        raise


async def bring_down(installation: Installation, console: Console) -> None:
    """Stop everything, in order."""
    if not installation.supervisor.answers():
        return
    with TerminalProgress(console) as progress, progress.step("Stopping everything, in order"):
        await installation.down()


async def watch(installation: Installation, console: Console) -> None:
    """Tell what happens to the processes until the installation is stopped from elsewhere."""
    teller = asyncio.ensure_future(_tell_incidents(installation, console))
    try:
        while await asyncio.to_thread(installation.supervisor.answers):
            if teller.done():
                teller.result()
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        teller.cancel()


async def _tell_incidents(installation: Installation, console: Console) -> None:
    async for incident in Watch(installation.supervisor.log).incidents():
        log = installation.state.logs / f"{incident.name}.log"
        colour = "green" if incident.kind == "recovered" else "red"
        text = f"[{colour}]●[/] {incident}"
        if incident.kind != "recovered":
            if disk_is_full(log):
                text += " The disk is full: free some space."
            text += f" [dim]log: {log}"
        console.print(text, highlight=False, soft_wrap=True)
