"""What the commands share. Nothing heavy is imported before it is needed."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beamlore.beamline.errors import BeamlineError

if TYPE_CHECKING:
    from beamlore.beamline.settings import BeamlineSettings

BeamlineOption = Annotated[
    str, typer.Option("--beamline", envvar="BEAMLORE_BEAMLINE", help="Name of the beamline, such as balder.")
]


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Turn a named error into one line and the exit code 1."""
    try:
        yield
    except BeamlineError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error


def read_settings(beamline: str) -> "BeamlineSettings":
    """Return the settings of the environment, for a beamline.

    Raises:
        BeamlineError: one is missing or wrong; the text names it.
    """
    from pydantic import ValidationError

    from beamlore.beamline.settings import BeamlineSettings

    try:
        return BeamlineSettings(beamline=beamline)
    except ValidationError as error:
        wrong = [f"BEAMLORE_{'_'.join(map(str, found['loc'])).upper()}: {found['msg']}" for found in error.errors()]
        raise BeamlineError(
            f"the settings are not complete: {'; '.join(wrong)}. On an instrument set them as the how-to "
            "'Send scans from an instrument' lists them; for servers that run here: "
            f'eval "$(beamlore embedded environment beamline-{beamline})"'
        ) from error


def import_tango() -> Any:
    """Return pytango.

    Raises:
        BeamlineError: it is not installed.
    """
    try:
        import tango
    except ImportError as error:
        raise BeamlineError("pytango is not installed: pip install 'beamlore-beamline[tango]'") from error
    return tango


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; SIGTERM and SIGINT cancel it, and it may then come to its end in order."""

    async def guarded() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(guarded())


def configure_logging(handler: logging.Handler | None = None) -> None:
    """Log to standard error; what goes wrong with broker, configurator or a file is told once, by us."""
    if handler is None:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in ("aiokafka", "httpx", "silx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
