"""The `beamlore` command; every package adds its own subcommands.

A package registers a typer app under the entry point group ``beamlore.commands``. It is imported only when one of
its commands is called: the list of commands is quick, and a package that cannot be imported does no harm to others.
"""

from beamlore.cli._app import ENTRY_POINT_GROUP, build_app, main

__all__ = ["ENTRY_POINT_GROUP", "build_app", "main"]
