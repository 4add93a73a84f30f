"""The commands of `beamlore ops mongodb`."""

from typing import Annotated

import typer

# What the commands need is imported when one runs, so that their help is quick.
app = typer.Typer(no_args_is_help=True, help="MongoDB: its replica set and its users.")


@app.callback()
def _describe() -> None:
    """MongoDB: its replica set and its users."""


@app.command()
def configure(
    force: Annotated[
        bool,
        typer.Option(help="Go on with the members given although a majority is lost. What only the lost had is lost."),
    ] = False,
) -> None:
    """Begin the replica set or change its members, make and change users. Settings: BEAMLORE_OPS_MONGODB_* variables.

    Safe to repeat: what is as it should be is left alone, and no user is removed.
    """
    from beamlore.ops.mongodb.configure import configure as work
    from beamlore.ops.mongodb.settings import MongoConfigureSettings
    from beamlore.ops.running import run, settings_of

    run(work(settings_of(MongoConfigureSettings), force=force))


@app.command("step-down")
def step_down(
    away_from: Annotated[
        list[str] | None, typer.Option(help="Only if the primary is this member: the beginning of its host.")
    ] = None,
    seconds: Annotated[int, typer.Option(help="So long it does not become primary again.", min=10)] = 60,
) -> None:
    """Let another member become primary, before this one's node is drained. Settings: BEAMLORE_OPS_MONGODB_*."""
    from beamlore.ops.mongodb.settings import MongoConfigureSettings
    from beamlore.ops.mongodb.step_down import step_down as work
    from beamlore.ops.running import run, settings_of

    run(work(settings_of(MongoConfigureSettings), away_from=away_from or (), seconds=seconds))
