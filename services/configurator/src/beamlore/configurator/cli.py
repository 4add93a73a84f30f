"""The commands of `beamlore configurator`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pydantic import ValidationError

# What the commands need is imported when one runs, so that their help is quick.
app = typer.Typer(no_args_is_help=True, help="Which metadata each beamline records: versioned sets, one active.")


@app.command()
def serve() -> None:
    """Serve beamlines, metadata sets and active configurations. Settings come from BEAMLORE_* variables."""
    from pydantic import ValidationError

    from beamlore.configurator.app import build_app
    from beamlore.configurator.settings import Settings
    from beamlore.core import configure_logging, start_tracing
    from beamlore.core import serve as serve_app

    try:
        settings = Settings()
    except ValidationError as error:
        _tell_what_is_missing(error)
        raise typer.Exit(1) from error
    configure_logging("configurator", settings)
    start_tracing("configurator", settings)
    serve_app(build_app(settings), settings)


@app.command()
def migrate(
    within: Annotated[float, typer.Option(help="Seconds to wait for a database that does not answer.")] = 600,
) -> None:
    """Make what is pending of the database's numbered changes; the service may run meanwhile, in its former version."""
    from pydantic import ValidationError

    from beamlore.configurator.migrations import MIGRATIONS
    from beamlore.core import MigrationError, MigrationSettings, migrate_now

    try:
        settings = MigrationSettings()
    except ValidationError as error:
        _tell_what_is_missing(error)
        raise typer.Exit(1) from error
    try:
        migrate_now("configurator", settings, settings, MIGRATIONS, within)
    except MigrationError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def openapi() -> None:
    """Print the description of the interface (OpenAPI 3.1, JSON)."""
    import json

    from pydantic import SecretStr

    from beamlore.configurator.app import build_app
    from beamlore.configurator.settings import Settings

    nowhere = Settings(
        oidc_issuer="https://issuer.example",
        client_id="none",
        client_secret=SecretStr("none"),
        mongo_url=SecretStr("mongodb://none.example"),
        mongo_database="none",
    )
    typer.echo(json.dumps(build_app(nowhere).openapi(), indent=2, ensure_ascii=False))


@app.command()
def seed(
    file: Annotated[Path | None, typer.Argument(help="The seed file; without it, the demo's.")] = None,
    url: Annotated[str, typer.Option(help="Address of the configurator or the front door.")] = "http://127.0.0.1:8080",
    token_env: Annotated[
        str, typer.Option(help="Environment variable that holds an administrator's token.")
    ] = "BEAMLORE_TOKEN",  # noqa: S107 - the name of a variable
) -> None:
    """Make the beamlines, sets and active configurations of a file that are not there yet. Nothing is overwritten."""
    import asyncio
    import os

    import httpx

    from beamlore.configurator.app import PREFIX
    from beamlore.configurator.seeding import SeedError, load_seed, plant

    token = os.environ.get(token_env)
    if not token:
        typer.echo(f"the environment variable {token_env} holds no token; an administrator's is needed", err=True)
        raise typer.Exit(1)

    async def run() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=url.rstrip("/") + PREFIX, headers=headers, timeout=30) as http:
            await plant(http, load_seed(file), typer.echo)

    try:
        asyncio.run(run())
    except SeedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _tell_what_is_missing(error: "ValidationError") -> None:
    for one in error.errors():
        name = "_".join(str(part) for part in one["loc"]).upper()
        typer.echo(f"BEAMLORE_{name}: {one['msg']}", err=True)
