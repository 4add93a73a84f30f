"""``beamlore beamline …``: simulated devices, the demo's scan engine, replay of SPEC files."""

import typer

from beamlore.beamline.cli._replay import replay
from beamlore.beamline.cli._simulation import devices, engine

app = typer.Typer(no_args_is_help=True, help="Runs beside the instrument: devices, scans, replay.")
app.command()(devices)
app.command()(engine)
app.command()(replay)

__all__ = ["app"]
