"""``beamlore beamline …``: simulated devices, the demo's scan engine, replay of SPEC files."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from beamlore.beamline.errors import BeamlineError

app = typer.Typer(no_args_is_help=True, help="Runs beside the instrument: devices, scans, replay.")

BeamlineOption = Annotated[
    str, typer.Option("--beamline", envvar="BEAMLORE_BEAMLINE", help="Name of the beamline, such as balder.")
]


@app.command()
def devices(beamline: BeamlineOption) -> None:
    """Run a beamline's simulated Tango devices, sim/<beamline>/…, until the process is ended.

    They are entered into the Tango database at TANGO_HOST first.
    """
    with _plain_errors():
        tango = _import_tango()
        from beamlore.beamline.simulation.devices import register, serve

        try:
            names = register(beamline)
        except tango.DevFailed as error:
            reason = str(error.args[0].desc).strip()
            raise BeamlineError(f"the Tango database (TANGO_HOST) cannot be used: {reason}") from error
        typer.echo(f"{len(names)} devices: {', '.join(names)}")
        serve(beamline)


@app.command()
def engine(
    beamline: BeamlineOption,
    proposals: Annotated[str, typer.Option(help="Whose scans to make; several with commas.")],
    data: Annotated[
        Path | None, typer.Option(envvar="BEAMLORE_DATA_DIR", help="Where data files go; default: beside the spool.")
    ] = None,
    period: Annotated[
        float | None, typer.Option(min=0.01, help="Begin a short scan every so many seconds, exactly.")
    ] = None,
    rate: Annotated[float | None, typer.Option(min=0.001, help="The same as --period 1/RATE.")] = None,
    scans: Annotated[int | None, typer.Option(min=1, help="Stop after so many scans.")] = None,
    seed: Annotated[int | None, typer.Option(help="Make the same choices as with the same seed before.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write what was produced here, one JSON object a line; '-': standard output.")
    ] = None,
) -> None:
    """Make scans with a beamline's simulated devices, for ever."""
    if period is not None and rate is not None:
        raise typer.BadParameter("give --period or --rate, not both")
    with _plain_errors():
        _import_tango()
        from beamlore.beamline.simulation.engine import EngineOptions

        settings = _settings(beamline)
        options = EngineOptions(
            proposals=[proposal.strip() for proposal in proposals.split(",") if proposal.strip()],
            data=(data or settings.spool_dir / "data").expanduser().absolute(),
            period=1 / rate if rate is not None else period,
            scans=scans,
            seed=seed,
        )
        if not options.proposals:
            raise typer.BadParameter("at least one proposal is needed", param_hint="--proposals")
        _configure_logging()
        _run_until_stopped(_make_scans(settings, options, report))


async def _make_scans(settings: Any, options: Any, report_path: Path | None) -> None:
    from beamlore.beamline.scan import Beamline
    from beamlore.beamline.simulation.engine import Report, ScanEngine

    with contextlib.ExitStack() as stack:
        stream = None
        if report_path is not None:
            stream = sys.stdout if str(report_path) == "-" else stack.enter_context(report_path.open("a"))
        report = Report(settings.beamline, stream)
        beamline = Beamline(settings)
        try:
            async with beamline:
                await ScanEngine(beamline, options, report).run()
        finally:
            report.tell("stopped", undelivered=beamline.undelivered)


def _settings(beamline: str) -> Any:
    from beamlore.beamline.settings import BeamlineSettings

    try:
        return BeamlineSettings(beamline=beamline)
    except ValidationError as error:
        raise BeamlineError(_missing(error)) from error


def _missing(error: ValidationError) -> str:
    parts = [f"BEAMLORE_{'_'.join(map(str, found['loc'])).upper()}: {found['msg']}" for found in error.errors()]
    return "the settings are not complete: " + "; ".join(parts)


def _import_tango() -> Any:
    try:
        import tango
    except ImportError as error:
        raise BeamlineError("pytango is not installed: pip install 'beamlore-beamline[tango]'") from error
    return tango


def _run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; SIGTERM and SIGINT cancel it, and it may then come to its end in order."""

    async def guarded() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(guarded())


def _configure_logging() -> None:
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
    # What goes wrong with the broker or the configurator is told once, by us.
    for name in ("aiokafka", "httpx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@contextlib.contextmanager
def _plain_errors() -> Any:
    try:
        yield
    except BeamlineError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error
