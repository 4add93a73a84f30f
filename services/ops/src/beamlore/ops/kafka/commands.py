"""The commands of `beamlore ops kafka`."""

from datetime import datetime
from typing import Annotated

import typer

# What the commands need is imported when one runs, so that their help is quick.
app = typer.Typer(no_args_is_help=True, help="Kafka: topics, accounts and access rules.")


_TIMES = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]


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


@app.command()
def rewind(
    beamlines: Annotated[list[str], typer.Argument(help="Beamlines whose messages are to be read again.")],
    since: Annotated[
        datetime | None, typer.Option(formats=_TIMES, help="From this time on (UTC) by Kafka's time stamps.")
    ] = None,
    offsets: Annotated[
        list[str] | None, typer.Option("--offset", help="From this offset on, as partition:offset; may be repeated.")
    ] = None,
    group: Annotated[str, typer.Option(help="The ingestors' group.")] = "beamlore-ingestor",
) -> None:
    """Let the ingestors read again from an earlier place on. None of them may run meanwhile.

    Never forward: what nobody has read yet is not skipped. Settings: BEAMLORE_OPS_KAFKA_* variables.
    """
    from beamlore.ops.kafka.configure import administrator_of
    from beamlore.ops.kafka.rewind import Beginning
    from beamlore.ops.kafka.rewind import rewind as work
    from beamlore.ops.kafka.settings import KafkaAdminSettings
    from beamlore.ops.running import errors_logged, settings_of

    settings = settings_of(KafkaAdminSettings)
    with errors_logged():
        work(administrator_of(settings), group, beamlines, Beginning.of(since, offsets or []))
