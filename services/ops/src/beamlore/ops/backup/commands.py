"""`beamlore ops backup`, `backups`, `verify` and `restore`: what runs beside the databases, as a job or by hand."""

from typing import Annotated

import typer

BackupId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        envvar="BEAMLORE_OPS_BACKUP_NAME",
        help="The backup; 'beamlore ops backups' lists them, 'latest' is the newest.",
    ),
]


def backup() -> None:
    """Back up the services' databases as they are at one moment. Settings: BEAMLORE_OPS_BACKUP_* variables.

    Services go on meanwhile. Afterwards only the newest backups are kept.
    """
    from beamlore.ops.backup.create import create
    from beamlore.ops.backup.settings import BackupSettings
    from beamlore.ops.running import errors_logged, settings_of

    settings = settings_of(BackupSettings)
    with errors_logged():
        create(settings)


def backups() -> None:
    """List the complete backups, the newest last, as JSON lines."""
    from beamlore.ops.backup.settings import TargetSettings
    from beamlore.ops.backup.target import BackupTarget
    from beamlore.ops.running import errors_logged, settings_of

    settings = settings_of(TargetSettings)
    with errors_logged():
        target = BackupTarget.of(settings)
        for backup_id in target.ids():
            typer.echo(target.manifest(backup_id).summary.model_dump_json())


def verify(backup_id: BackupId = "latest") -> None:
    """Read a whole backup and compare it with its checksums. No database is needed."""
    from beamlore.ops.backup.settings import TargetSettings
    from beamlore.ops.backup.target import BackupTarget
    from beamlore.ops.backup.verify import verify as work
    from beamlore.ops.running import errors_logged, settings_of

    settings = settings_of(TargetSettings)
    with errors_logged():
        work(BackupTarget.of(settings), backup_id, settings.workers)


def restore(
    backup_id: BackupId = "latest",
    replace: Annotated[
        bool, typer.Option(help="Drop what is in the databases, which must be empty otherwise.")
    ] = False,
    suffix: Annotated[
        str, typer.Option(help="Restore into databases of other names, with this behind: to look, or to practise.")
    ] = "",
) -> None:
    """Restore a backup, and compare the result with it. No service may run meanwhile.

    The backup is verified before anything is changed. Derived data are not in it: the catalogue makes them anew.
    """
    from beamlore.ops.backup.restore import restore as work
    from beamlore.ops.backup.settings import DatabaseSettings
    from beamlore.ops.running import errors_logged, settings_of

    settings = settings_of(DatabaseSettings)
    with errors_logged():
        work(settings, backup_id, replace=replace, suffix=suffix)
