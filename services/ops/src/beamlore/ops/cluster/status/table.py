"""The status of an installation for people."""

from rich.console import Console
from rich.table import Table

from beamlore.ops.cluster.status.models import Status


def show(status: Status, console: Console) -> None:
    """Print tables of the components, MongoDB's members and the beamlines, then what is wrong."""
    console.print(f"[bold]{status.release}[/] in {status.namespace}: {status.chart}, version {status.version}")
    parts = Table("component", "ready", "restarts", "image")
    for part in status.parts:
        colour = "red" if part.faults else "green"
        parts.add_row(part.component, f"[{colour}]{part.ready}/{part.wanted}", str(part.restarts), part.image)
    console.print(parts)
    if status.members:
        members = Table("MongoDB", "state", "behind")
        for member in status.members:
            behind = "" if member.lag_seconds is None else f"{member.lag_seconds:.0f} s"
            members.add_row(member.pod, member.state, behind)
        console.print(members)
    if status.lag:
        lag = Table("beamline", "messages behind", "seconds")
        for beamline in status.lag:
            lag.add_row(beamline.beamline, str(beamline.messages), f"{beamline.seconds:.1f}")
        console.print(lag)
    if status.backup and status.backup.last_success_at:
        console.print(f"last backup: {status.backup.last_success_at:%Y-%m-%d %H:%M %Z}")
    for one in status.certificates:
        console.print(f"certificate in {one.secret}: until {one.expires_at:%Y-%m-%d}")
    for warning in status.warnings:
        console.print(f"[yellow]![/] {warning}", highlight=False)
    for fault in status.faults:
        console.print(f"[red]✗[/] {fault}", highlight=False)
    if status.is_well:
        console.print("[green]✓[/] all is well")
