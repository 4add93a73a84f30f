"""`beamlore catalogue …`."""

import json

import typer

app = typer.Typer(no_args_is_help=True, help="The catalogue API.")


@app.callback()
def catalogue() -> None:
    """The catalogue API: the only code that touches the catalogue's collections."""


@app.command()
def serve() -> None:
    """Serve the catalogue; settings come from BEAMLORE_* variables."""
    from beamlore.catalogue.app import build_app
    from beamlore.catalogue.settings import Settings
    from beamlore.core import configure_logging
    from beamlore.core import serve as serve_app

    settings = Settings()
    configure_logging("catalogue", settings)
    serve_app(build_app(settings), settings)


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
