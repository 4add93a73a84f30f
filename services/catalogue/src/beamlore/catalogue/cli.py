"""`beamlore catalogue …`."""

import gc
import json
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from beamlore.catalogue.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The catalogue API.")


@app.callback()
def catalogue() -> None:
    """The catalogue API: the only code that touches the catalogue's collections."""


@app.command()
def serve() -> None:
    """Serve the catalogue; settings come from BEAMLORE_* variables."""
    # Nothing that is imported becomes garbage; looking for some is a sixth of the start. It goes on with the service.
    gc.disable()
    from beamlore.catalogue.app import build_app
    from beamlore.catalogue.settings import Settings
    from beamlore.core import configure_logging, start_tracing
    from beamlore.core import serve as serve_app

    settings = Settings()
    configure_logging("catalogue", settings)
    start_tracing("catalogue", settings)
    serve_app(build_app(settings), settings)


@app.command()
def migrate(
    within: Annotated[float, typer.Option(help="Seconds to wait for a database that does not answer.")] = 600,
) -> None:
    """Make what is pending of the database's numbered changes; the service may run meanwhile, in its former version."""
    from beamlore.catalogue.migrations import MIGRATIONS
    from beamlore.catalogue.settings import Settings
    from beamlore.core import MigrationError, migrate_now

    settings = Settings()
    try:
        migrate_now("catalogue", settings, settings, MIGRATIONS, within)
    except MigrationError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def openapi() -> None:
    """Print the OpenAPI description; needs no server and no settings."""
    from pydantic import SecretStr

    from beamlore.catalogue.app import build_app
    from beamlore.catalogue.settings import Settings

    settings = Settings(
        oidc_issuer="http://localhost/idp/realms/facility",
        mongo_url=SecretStr("mongodb://localhost"),
        mongo_database="catalogue",
        client_id="catalogue",
        client_secret=SecretStr("used for nothing"),
    )
    typer.echo(json.dumps(build_app(settings).openapi(), indent=2, ensure_ascii=False, sort_keys=True))


@app.command()
def check(mend: Annotated[bool, typer.Option(help="Write what differs.")] = False) -> None:
    """Compare sizes and numbers of files with the blocks, and counts, facets and search with the datasets.

    Ends with 1 where something differs.
    """
    from beamlore.catalogue.derived.commands import check as check_derived
    from beamlore.catalogue.parts.checking import check_totals

    async def both(settings: "Settings", tell: Callable[[int, int], None]) -> int:
        wrong = await check_totals(settings, mend=mend, tell=tell)
        return wrong + await check_derived(settings, mend=mend, tell=lambda done, more: tell(done, wrong + more))

    _report(both)


@app.command()
def rebuild() -> None:
    """Derive counts, facets and search anew from the datasets; the catalogue may run meanwhile."""
    from beamlore.catalogue.derived.commands import rebuild as rebuild_derived

    _report(lambda settings, tell: rebuild_derived(settings, tell=tell), fail=False)


def _report(
    work: Callable[["Settings", Callable[[int, int], None]], Coroutine[None, None, int]], *, fail: bool = True
) -> None:
    """Run work that goes through all datasets, show how far it is, and end with 1 where something differed."""
    import asyncio

    from rich.progress import Progress, TextColumn

    from beamlore.catalogue.settings import Settings

    with Progress(TextColumn("{task.description}")) as progress:
        task = progress.add_task("")

        def tell(datasets: int, differed: int) -> None:
            progress.update(task, description=f"{datasets} datasets compared, {differed} differences")

        differed = asyncio.run(work(Settings(), tell))
    if differed and fail:
        raise typer.Exit(1)


@app.command()
def settings() -> None:
    """Print the reference of all settings, in Markdown."""
    from beamlore.catalogue.settings import reference

    typer.echo(reference(), nl=False)
