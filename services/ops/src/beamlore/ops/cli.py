"""The commands of `beamlore ops`."""

import typer

from beamlore.ops.backup.commands import backup, backups, restore, verify
from beamlore.ops.cluster.commands import COMMANDS
from beamlore.ops.kafka.commands import app as kafka
from beamlore.ops.keycloak.commands import app as keycloak
from beamlore.ops.mongodb.commands import app as mongodb

app = typer.Typer(no_args_is_help=True, help="Prepare the servers, back up, and look after an installation.")
app.add_typer(mongodb, name="mongodb")
app.add_typer(kafka, name="kafka")
app.add_typer(keycloak, name="keycloak")
for command in (backup, backups, verify, restore, *COMMANDS):
    app.command()(command)
