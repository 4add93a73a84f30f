"""``beamlore beamline devices`` and ``engine``: a beamline that is not there."""

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beamlore.beamline.cli._common import (
    BeamlineOption,
    configure_logging,
    import_tango,
    plain_errors,
    read_settings,
    run_until_stopped,
)
from beamlore.beamline.errors import BeamlineError

if TYPE_CHECKING:
    from beamlore.beamline.settings import BeamlineSettings
    from beamlore.beamline.simulation.engine import EngineOptions


def devices(beamline: BeamlineOption) -> None:
    """Run a beamline's simulated Tango devices, sim/<beamline>/…, until the process is ended.

    They are entered into the Tango database at TANGO_HOST first.
    """
    with plain_errors():
        tango = import_tango()
        from beamlore.beamline.simulation.devices import register, serve

        try:
            names = register(beamline)
        except tango.DevFailed as error:
            reason = str(error.args[0].desc).strip()
            raise BeamlineError(f"the Tango database (TANGO_HOST) cannot be used: {reason}") from error
        typer.echo(f"{len(names)} devices: {', '.join(names)}")
        serve(beamline)


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
    with plain_errors():
        import_tango()
        from beamlore.beamline.simulation.engine import EngineOptions

        settings = read_settings(beamline)
        options = EngineOptions(
            proposals=[proposal.strip() for proposal in proposals.split(",") if proposal.strip()],
            data=(data or settings.spool_dir / "data").expanduser().absolute(),
            period=1 / rate if rate is not None else period,
            scans=scans,
            seed=seed,
        )
        if not options.proposals:
            raise typer.BadParameter("at least one proposal is needed", param_hint="--proposals")
        configure_logging()
        run_until_stopped(_make_scans(settings, options, report))


async def _make_scans(settings: "BeamlineSettings", options: "EngineOptions", report_path: Path | None) -> None:
    from beamlore.beamline.measurements import shown_measurements
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
                stack.enter_context(shown_measurements(beamline, settings))
                await ScanEngine(beamline, options, report).run()
        finally:
            report.tell("stopped", undelivered=beamline.undelivered)
