"""The commands of `beamlore ops kafka`."""

from typing import Annotated

import typer

# What the commands need is imported when one runs, so that their help is quick.
app = typer.Typer(no_args_is_help=True, help="Kafka: topics, accounts and access rules.")


@app.callback()
def _describe() -> None:
    """Kafka: topics, accounts and access rules."""


@app.command()
def configure(
    grow: Annotated[
        bool, typer.Option(help="Give topics more partitions where the values say so: while nothing is measured.")
    ] = False,
) -> None:
    """Make the beamlines' topics, accounts and access rules. Settings: BEAMLORE_OPS_KAFKA_* variables.

    Safe to repeat: passwords are set as given, and no topic, account or rule is removed.
    """
    from beamlore.ops.kafka.configure import configure as work
    from beamlore.ops.kafka.settings import KafkaConfigureSettings
    from beamlore.ops.running import run, settings_of

    run(work(settings_of(KafkaConfigureSettings), grow=grow))
