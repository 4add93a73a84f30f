"""The commands of `beamlore useroffice`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

# Imported only for the types: what the commands need is imported when one runs, so that their help is quick.
if TYPE_CHECKING:
    from beamlore.useroffice.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The user-office stub: proposals, people, visits.")


@app.command()
def serve() -> None:
    """Serve the seed's proposals, people and visits. Settings come from BEAMLORE_* variables."""
    from beamlore.core import configure_logging, start_tracing
    from beamlore.core import serve as serve_app
    from beamlore.useroffice.app import build_app
    from beamlore.useroffice.seed import SeedError, load_seed

    settings = _settings()
    configure_logging("useroffice", settings)
    start_tracing("useroffice", settings)
    try:
        seed = load_seed(settings.seed_file)
    except SeedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    serve_app(build_app(settings, seed), settings)


@app.command()
def openapi() -> None:
    """Print the description of the interface (OpenAPI 3.1, JSON)."""
    import json

    from pydantic import SecretStr

    from beamlore.useroffice.app import build_app
    from beamlore.useroffice.seed import Seed
    from beamlore.useroffice.settings import Settings

    nowhere = Settings(oidc_issuer="https://issuer.example", client_id="none", client_secret=SecretStr("none"))
    description = build_app(nowhere, Seed(people=[], proposals=[])).openapi()
    typer.echo(json.dumps(description, indent=2, ensure_ascii=False))


@app.command()
def generate(
    proposals: Annotated[int, typer.Option(min=0, help="How many proposals.")] = 1000,
    people: Annotated[int, typer.Option(min=1, help="How many people.")] = 300,
    seed: Annotated[int, typer.Option(help="Another number gives another content.")] = 1,
    beamline: Annotated[list[str] | None, typer.Option(help="Spread the proposals over these; repeat it.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Write a seed file of any size; the same options give the same file."""
    from beamlore.useroffice.generator import generate_seed
    from beamlore.useroffice.seed import dump_seed

    text = dump_seed(generate_seed(proposals, people, seed, beamline or ["balder", "cosaxs", "hippie"]))
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="The seed file.")]) -> None:
    """Say whether a seed file is valid, and if not, what is wrong where."""
    from beamlore.useroffice.seed import SeedError, load_seed

    try:
        seed = load_seed(file)
    except SeedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{file}: {len(seed.proposals)} proposals, {len(seed.people)} people, {len(seed.visits)} visits")


def _settings() -> "Settings":
    from pydantic import ValidationError

    from beamlore.useroffice.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        for one in error.errors():
            name = "_".join(str(part) for part in one["loc"]).upper()
            typer.echo(f"BEAMLORE_{name}: {one['msg']}", err=True)
        raise typer.Exit(1) from error
