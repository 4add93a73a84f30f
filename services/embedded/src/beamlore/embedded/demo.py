"""`beamlore demo …`: everything on this machine, with three simulated beamlines."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from beamlore.embedded.checkout import instance_directory
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.installation import Installation
from beamlore.embedded.running import bring_down, bring_up, run, watch

app = typer.Typer(no_args_is_help=True, help="The whole of Beamlore on this machine, with three simulated beamlines.")

_INSTANCE = "demo"
_LOGINS = (
    ("ada", "user: proposals on Balder and CoSAXS"),
    ("bo", "user: other proposals, on Balder and HIPPIE"),
    ("staff", "staff of Balder"),
    ("curator", "publishes"),
    ("admin", "administrator"),
)


@app.command()
def up(
    detach: Annotated[bool, typer.Option("--detach", help="Return when all is ready; it goes on running.")] = False,
    port: Annotated[
        int, typer.Option(envvar="BEAMLORE_PORT", min=1, max=65_535, help="Port of the one address.")
    ] = 8080,
) -> None:
    """Start everything, or what does not run yet, and say where it is. Ctrl-C stops it all."""
    run(_up(port, detach))


@app.command()
def stop() -> None:
    """Stop the demo; its data stays."""
    run(_stop())


@app.command()
def reset() -> None:
    """Stop the demo and forget its data, passwords and logs; what was downloaded stays."""
    run(_reset())


async def _up(port: int, detach: bool) -> None:
    console = Console()
    directory = instance_directory(_INSTANCE)
    current = Installation(directory)
    if not current.claim():
        raise EmbeddedError(
            f"The demo is in use by another terminal, at {current.front_door}.",
            way_out="Stop it there with Ctrl-C, or here with 'make demo-stop'.",
        )
    try:
        installation = Installation(directory, port)
        await bring_up(installation, ("servers", "services", "devices", "engines"), console)
        _print_address(installation, console, detach)
        if not detach:
            await _stay(installation, console)
    finally:
        current.release()


async def _stay(installation: Installation, console: Console) -> None:
    try:
        await watch(installation, console)
        console.print("The demo was stopped from elsewhere.")
    except asyncio.CancelledError:
        console.print()
        await bring_down(installation, console)


async def _stop() -> None:
    installation = Installation(instance_directory(_INSTANCE))
    if not installation.supervisor.answers():
        Console().print("The demo does not run.")
    # What a supervisor that was killed has left is ended as well.
    await bring_down(installation, Console())
    await installation.down()


async def _reset() -> None:
    await _stop()
    await asyncio.to_thread(Installation(instance_directory(_INSTANCE)).forget)
    Console().print("The demo's data is forgotten.")


def _print_address(installation: Installation, console: Console, detached: bool) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_row("[dim]login", "[dim]password", "")
    for name, what in _LOGINS:
        table.add_row(f"[bold]{name}", name, f"[dim]{what}")
    console.print(f"\n[bold green]Beamlore runs at {installation.front_door}[/]\n", highlight=False)
    console.print(table)
    how = "'make demo-stop' stops it" if detached else "Ctrl-C stops it"
    console.print(f"\n[dim]{how}; its logs are in {installation.state.logs}", highlight=False, soft_wrap=True)
