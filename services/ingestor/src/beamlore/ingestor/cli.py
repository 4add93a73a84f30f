"""The commands of `beamlore ingestor`."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pydantic import ValidationError

# What the commands need is imported when one runs, so that their help is quick.
app = typer.Typer(no_args_is_help=True, help="Kafka to catalogue: validate, enrich, write; the inbox.")


@app.command()
def run() -> None:
    """Read all beamlines' scans into the catalogue, and serve the inbox. Settings come from BEAMLORE_* variables."""
    import gc

    from pydantic import ValidationError

    from beamlore.core import configure_logging, server, start_tracing
    from beamlore.ingestor.app import build_app
    from beamlore.ingestor.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        _tell_what_is_missing(error)
        raise typer.Exit(1) from error
    configure_logging("ingestor", settings)
    start_tracing("ingestor", settings)
    failed = False

    def fail() -> None:
        # An error nobody foresaw: whoever supervises the process starts it anew, and nothing is lost by that.
        nonlocal failed
        failed = True
        http.should_exit = True

    http = server(build_app(settings, on_failure=fail), settings)
    # What is there now stays; batches come and go by the thousand, and each collection would look through all of it.
    gc.collect()
    gc.freeze()
    http.run()
    if failed:
        raise typer.Exit(1)


@app.command()
def migrate(
    within: Annotated[float, typer.Option(help="Seconds to wait for a database that does not answer.")] = 600,
) -> None:
    """Make what is pending of the database's numbered changes; the service may run meanwhile, in its former version."""
    from pydantic import ValidationError

    from beamlore.core import MigrationError, MigrationSettings, migrate_now
    from beamlore.ingestor.migrations import MIGRATIONS

    try:
        settings = MigrationSettings()
    except ValidationError as error:
        _tell_what_is_missing(error)
        raise typer.Exit(1) from error
    try:
        migrate_now("ingestor", settings, settings, MIGRATIONS, within)
    except MigrationError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def openapi() -> None:
    """Print the description of the interface (OpenAPI 3.1, JSON)."""
    import json

    from beamlore.ingestor.app import build_app
    from beamlore.ingestor.settings import Settings

    nowhere = {
        "oidc_issuer": "https://issuer.example",
        "mongo_url": "mongodb://none.example",
        "mongo_database": "none",
        "kafka_bootstrap": "none.example:9092",
        "client_id": "none",
        "client_secret": "none",
        "catalogue_url": "https://none.example",
        "useroffice_url": "https://none.example",
    }
    description = build_app(Settings.model_validate(nowhere), on_failure=lambda: None).openapi()
    typer.echo(json.dumps(description, indent=2, ensure_ascii=False))


def _tell_what_is_missing(error: "ValidationError") -> None:
    for one in error.errors():
        name = "_".join(str(part) for part in one["loc"]).upper()
        typer.echo(f"BEAMLORE_{name}: {one['msg']}", err=True)
