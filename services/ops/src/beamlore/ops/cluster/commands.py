"""The operator's commands: `beamlore ops status`, `add-beamline`, `scale`, `step-down` …, by a kubeconfig."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from beamlore.ops.cluster.installation import Installation

Namespace = Annotated[
    str | None, typer.Option("--namespace", "-n", help="Of the installation; without it, the kubeconfig's.")
]
Release = Annotated[str | None, typer.Option(help="Helm's release, where a namespace has several.")]
Seconds = Annotated[float, typer.Option(help="How long it may take.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def status(
    namespace: Namespace = None,
    release: Release = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show how an installation is; exit code 2 where something is at fault. Changes nothing."""
    from rich.console import Console

    from beamlore.ops.cluster.status.look import look
    from beamlore.ops.cluster.status.table import show

    with _installation(namespace, release) as installation:
        found = look(installation)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show(found, Console())
    raise typer.Exit(0 if found.is_well else 2)


def add_beamline(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    partitions: Annotated[int, typer.Option(help="Ingestors that may work on it at the same time.", min=1)] = 1,
    title: Annotated[str | None, typer.Option(help="Its name for people.")] = None,
    description: Annotated[str, typer.Option(help="For the configurator's page.")] = "",
    public_url: Annotated[
        str | None, typer.Option(help="Address of the front door from here, where it is not the public one.")
    ] = None,
    namespace: Namespace = None,
    release: Release = None,
) -> None:
    """Add a beamline: topic, accounts, group of its staff, configuration; and say how the values keep it."""
    from pydantic import ValidationError

    from beamlore.ops.beamlines import Beamline
    from beamlore.ops.cluster.add_beamline import add_beamline as add
    from beamlore.ops.cluster.add_beamline import public_url_of, tell_configurator

    try:
        beamline = Beamline(name=name, partitions=partitions)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"]) from error
    with _installation(namespace, release) as installation:
        add(installation, beamline)
        typer.echo(
            "It stays, also over an upgrade. Keep it in the values, so that a new installation has it too:\n\n"
            f"  beamlines:\n    - name: {name}\n      partitions: {partitions}\n\n"
            f"Its instrument needs the key beamline-{name}-password of the secret {installation.name_of('kafka')},"
            f" and the key beamline-{name} of the secret {installation.name_of('oidc')}."
        )
        tell_configurator(
            installation, public_url or public_url_of(installation), name, title or name.capitalize(), description
        )


def scale(
    component: Annotated[str, typer.Argument(help="catalogue, ingestor, configurator, useroffice, web.")],
    replicas: Annotated[int, typer.Argument(min=0, help="So many pods.")],
    seconds: Seconds = 300,
    namespace: Namespace = None,
    release: Release = None,
) -> None:
    """Give a service more or fewer pods, and wait until they are ready."""
    from beamlore.ops.cluster.workloads import has_autoscaler
    from beamlore.ops.cluster.workloads import scale as work

    with _installation(namespace, release) as installation:
        before = work(installation, component, replicas, seconds=seconds)
        typer.echo(
            f"{component}: {before} → {replicas}. The next upgrade sets what the values say: {component}.replicas"
        )
        if has_autoscaler(installation, component):
            typer.echo(f"An autoscaler will change it again: see {component}.autoscaling in the values.")


def step_down(
    node: Annotated[str | None, typer.Option(help="Only if the primary is on this node.")] = None,
    seconds: Seconds = 180,
    namespace: Namespace = None,
    release: Release = None,
) -> None:
    """Let another member become MongoDB's primary, before a node is drained."""
    from beamlore.ops.cluster.step_down import step_down as work

    with _installation(namespace, release) as installation:
        work(installation, node, seconds=seconds)


def drain_check(
    node: Annotated[str, typer.Argument(help="The node to be drained.")],
    namespace: Namespace = None,
    release: Release = None,
) -> None:
    """Say what a drain of a node would end; exit code 2 where it should wait."""
    from beamlore.ops.cluster.step_down import check_drain

    with _installation(namespace, release) as installation:
        found = check_drain(installation, node)
    typer.echo(f"On {node}: {', '.join(found.pods) or 'nothing'}")
    for obstacle in found.obstacles:
        typer.echo(f"wait: {obstacle}")
    raise typer.Exit(2 if found.obstacles else 0)


def backup_now(seconds: Seconds = 3600, namespace: Namespace = None, release: Release = None) -> None:
    """Make a backup now, as the nightly one is made."""
    from beamlore.ops.cluster.jobs import run_job

    with _installation(namespace, release) as installation:
        run_job(installation, "backup", seconds=seconds)


def restore_now(
    backup_id: Annotated[str, typer.Argument(metavar="ID", help="The backup, or 'latest'.")],
    replace: Annotated[
        bool, typer.Option(help="Drop what is in the databases, which must be empty otherwise.")
    ] = False,
    yes: Yes = False,
    seconds: Seconds = 7200,
    namespace: Namespace = None,
    release: Release = None,
) -> None:
    """Stop the services that write, restore a backup, and start them again."""
    from beamlore.ops.cluster.restoring import restore

    with _installation(namespace, release) as installation:
        if not yes:
            what = " and what is in them is dropped" if replace else ""
            where = f"{installation.release} in {installation.namespace}"
            typer.confirm(f"The databases of {where} get the backup {backup_id}{what}. Go on?", abort=True)
        restore(installation, backup_id, replace=replace, seconds=seconds)


def replay(
    beamlines: Annotated[list[str], typer.Option("--beamline", help="Whose messages; may be repeated.")],
    since: Annotated[str | None, typer.Option("--from", help="From this time on, UTC: 2026-11-21T08:00:00Z.")] = None,
    offsets: Annotated[
        list[str] | None, typer.Option("--offset", help="From this offset on, as partition:offset; may be repeated.")
    ] = None,
    namespace: Namespace = None,
    release: Release = None,
) -> None:
    """Let the ingestors read a beamline's messages again, from a time or from offsets on."""
    from beamlore.ops.cluster.restoring import replay as work

    places = [*(["--since", since] if since else []), *(part for one in offsets or () for part in ("--offset", one))]
    with _installation(namespace, release) as installation:
        work(installation, [*beamlines, *places])


@contextmanager
def _installation(namespace: str | None, release: str | None) -> "Iterator[Installation]":
    from beamlore.core import HttpSettings, configure_logging
    from beamlore.ops.cluster.installation import Installation
    from beamlore.ops.running import errors_logged

    configure_logging("ops", HttpSettings())
    with errors_logged():
        yield Installation(namespace, release)


COMMANDS = (status, add_beamline, scale, step_down, drain_check, backup_now, restore_now, replay)
