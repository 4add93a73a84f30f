"""The commands of `beamlore ops keycloak`."""

import typer

# What the commands need is imported when one runs, so that their help is quick.
app = typer.Typer(no_args_is_help=True, help="Keycloak: the realm, its groups and clients.")


@app.callback()
def _describe() -> None:
    """Keycloak: the realm, its groups and clients."""


@app.command()
def configure() -> None:
    """Make the realm, or add what is new in it. Settings: BEAMLORE_OPS_* variables.

    Safe to repeat: clients' addresses and secrets are set as given, what people have changed is left alone.
    """
    from beamlore.ops.keycloak.configure import configure as work
    from beamlore.ops.keycloak.settings import KeycloakConfigureSettings
    from beamlore.ops.running import run, settings_of

    run(work(settings_of(KeycloakConfigureSettings)))
