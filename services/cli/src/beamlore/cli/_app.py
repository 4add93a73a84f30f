"""The root command: lists what is installed, imports only what is called."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

import typer
from typer.core import TyperGroup
from typer.main import get_group

ENTRY_POINT_GROUP = "beamlore.commands"
"""Entry points of this group add subcommands: the name is the subcommand, the value a typer app."""


class _PackageCommands(TyperGroup):
    """A package's commands, known by name and summary until one of them is called."""

    entry_point: EntryPoint

    def load(self) -> TyperGroup:
        """Import the package and return its commands; end the process where it is missing or broken."""
        try:
            app = self.entry_point.load()
            if not isinstance(app, typer.Typer):
                raise TypeError(f"{self.entry_point.value} is not a typer app")
            return get_group(app)
        except Exception as error:
            # Whatever a package raises while it is imported concerns that package alone.
            name = self.entry_point.dist.name if self.entry_point.dist else f"beamlore-{self.name}"
            typer.echo(
                f"'beamlore {self.name}' cannot be used here: {type(error).__name__}: {error}\n"
                f"It belongs to the package {name}; 'pip install {name}' brings what it needs.",
                err=True,
            )
            raise typer.Exit(1) from error


class _RootCommands(TyperGroup):
    """All packages' commands; the one that is called is imported."""

    def resolve_command(self, ctx, args):  # type: ignore[no-untyped-def]  # its types are private to typer
        """Return the called subcommand, its package imported now."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, _PackageCommands) else command, rest


def _describe() -> None:
    """Beamlore: the metadata catalogue of a research facility."""


def build_app(packages: Iterable[EntryPoint]) -> TyperGroup:
    """Return the `beamlore` command with one subcommand for each of the entry points."""
    app = typer.Typer(cls=_RootCommands, no_args_is_help=True, pretty_exceptions_show_locals=False)
    app.callback()(_describe)
    root = get_group(app)
    for entry_point in sorted(packages, key=lambda found: found.name):
        summary = entry_point.dist.metadata["Summary"] if entry_point.dist else ""
        commands = _PackageCommands(name=entry_point.name, help=summary)
        commands.entry_point = entry_point
        root.add_command(commands)
    return root


def main() -> None:
    """Run the `beamlore` command with the arguments of this process."""
    build_app(entry_points(group=ENTRY_POINT_GROUP))(prog_name="beamlore")
