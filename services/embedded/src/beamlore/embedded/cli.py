"""`beamlore embedded …`: real servers on this machine, for tests and for working on a service."""

import asyncio
import shlex
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.table import Table

from beamlore.embedded.checkout import instance_directory
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.installation import Installation, Part
from beamlore.embedded.probes import last_lines
from beamlore.embedded.running import bring_down, bring_up, run, running_instances
from beamlore.embedded.supervision.supervisor import ProcessStatus

app = typer.Typer(no_args_is_help=True, help="Real MongoDB, Kafka, Keycloak, Tango and nginx as plain processes.")

InstanceOption = Annotated[str, typer.Option("--instance", help="Which one: the directory's name in .beamlore.")]
_DEFAULT_INSTANCE = "dev"
_FOLLOW_SECONDS = 0.3


class UpTo(StrEnum):
    """How much is started: each includes those before it."""

    SERVERS = "servers"
    SERVICES = "services"
    DEVICES = "devices"
    ENGINES = "engines"


@app.command()
def up(
    up_to: Annotated[UpTo, typer.Option(help="Start this and all that comes before it.")] = UpTo.SERVERS,
    instance: InstanceOption = _DEFAULT_INSTANCE,
    port: Annotated[
        int | None, typer.Option(envvar="BEAMLORE_PORT", help="Port of the one address; otherwise chosen once.")
    ] = None,
) -> None:
    """Start the servers and return when they are ready; they go on running."""
    run(_up(up_to, instance, port))


@app.command()
def down(instance: InstanceOption = _DEFAULT_INSTANCE) -> None:
    """Stop everything of an instance, in order; its data stays."""
    run(_down(instance))


@app.command()
def status(instance: InstanceOption = _DEFAULT_INSTANCE) -> None:
    """List an instance's processes with port, memory and age."""
    run(_status(instance))


@app.command()
def logs(
    process: Annotated[str, typer.Argument(help="A process as `status` lists it, or `supervisor`.")],
    instance: InstanceOption = _DEFAULT_INSTANCE,
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many of the last lines.")] = 40,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what is written from now on.")] = False,
) -> None:
    """Show the end of a process's log."""
    run(_logs(process, instance, lines, follow))


@app.command()
def environment(
    service: Annotated[str, typer.Argument(help="catalogue, ingestor, configurator, useroffice or beamline-<name>.")],
    instance: Annotated[
        str | None,
        typer.Option("--instance", help="Which one: the directory's name in .beamlore; else that which runs."),
    ] = None,
) -> None:
    """Print a service's settings for a shell, to run it by hand: eval "$(beamlore embedded environment …)"."""
    run(_environment(service, instance))


async def _up(up_to: UpTo, instance: str, port: int | None) -> None:
    order: tuple[Part, ...] = ("servers", "services", "devices", "engines")
    installation = Installation(instance_directory(instance), port)
    if not installation.claim():
        raise EmbeddedError(f"The instance {instance!r} is in use by another process, such as a test run.")
    try:
        await bring_up(installation, order[: order.index(up_to.value) + 1], Console())
    finally:
        installation.release()
    Console().print(f"Ready. Addresses: 'beamlore embedded status --instance {instance}'.", highlight=False)


async def _down(instance: str) -> None:
    installation = Installation(instance_directory(instance))
    await bring_down(installation, Console())
    await installation.down()


async def _status(instance: str) -> None:
    installation = Installation(instance_directory(instance))
    processes = installation.status()
    if not processes:
        raise EmbeddedError(
            f"The instance {instance!r} does not run.",
            way_out=f"'beamlore embedded up --instance {instance}' starts it.",
        )
    table = Table("process", "state", "port", "pid", "up for", "memory", box=None, padding=(0, 2, 0, 0))
    total = 0
    for name, process in processes.items():
        memory = _memory(process.pid)
        total += memory
        table.add_row(
            name,
            process.state.lower(),
            str(installation.ports.get(name, "")),
            str(process.pid or ""),
            _age(process),
            f"{memory / 1024**2:.0f} MB" if memory else "",
        )
    Console().print(table)
    Console().print(
        f"{total / 1024**2:.0f} MB in all. Logs: {installation.state.logs}", highlight=False, soft_wrap=True
    )


async def _logs(process: str, instance: str, lines: int, follow: bool) -> None:
    log = instance_directory(instance) / "logs" / f"{process}.log"
    if not log.exists():
        known = ", ".join(sorted(path.stem for path in log.parent.glob("*.log")))
        raise EmbeddedError(f"There is no log of {process!r}.", way_out=f"There are: {known or 'none yet'}.")
    for line in last_lines(log, lines):
        typer.echo(line)
    if follow:
        await _follow(log)


async def _environment(service: str, instance: str | None) -> None:
    running = await asyncio.to_thread(running_instances)
    chosen = _chosen(instance, running)
    typer.echo(f"# Settings of the instance {chosen!r}{'' if chosen in running else ', which does not run'}.", err=True)
    try:
        settings = Installation(instance_directory(chosen)).environment(service)
    except ValueError as error:
        raise EmbeddedError(f"There is no service {service!r}.") from error
    for name, value in settings.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def _chosen(instance: str | None, running: list[str]) -> str:
    if instance is not None:
        if not instance_directory(instance).is_dir():
            raise EmbeddedError(
                f"There is no instance {instance!r}.", way_out=f"'beamlore embedded up --instance {instance}' makes it."
            )
        return instance
    if not running:
        raise EmbeddedError(
            "No instance runs here.",
            way_out="'make demo DETACH=1' or 'beamlore embedded up' starts one; or name one with --instance.",
        )
    if len(running) > 1:
        raise EmbeddedError(
            f"Several instances run: {', '.join(running)}.", way_out=f"Name one, such as --instance {running[0]}."
        )
    return running[0]


async def _follow(log: Path) -> None:
    with log.open(errors="replace") as file:
        file.seek(0, 2)
        while True:
            typer.echo(file.read(), nl=False)
            await asyncio.sleep(_FOLLOW_SECONDS)


def _memory(pid: int | None) -> int:
    """Return the proportional set size in bytes: what is shared is counted once over all processes."""
    if pid is None:
        return 0
    try:
        return int(psutil.Process(pid).memory_full_info().pss)
    except psutil.Error:
        return 0


def _age(process: ProcessStatus) -> str:
    if process.since is None or not process.is_running:
        return ""
    seconds = int((datetime.now(UTC) - process.since).total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
