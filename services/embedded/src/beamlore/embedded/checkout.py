"""The checkout this package is installed from: the web app's sources and ``.beamlore`` are there."""

from pathlib import Path

from beamlore.embedded.errors import EmbeddedError


def checkout() -> Path:
    """Return its root.

    Raises:
        EmbeddedError: the package was installed without its sources.
    """
    for directory in Path(__file__).resolve().parents:
        if (directory / "frontend" / "package.json").exists():
            return directory
    raise EmbeddedError(
        "The embedded servers run from a checkout of the whole repository, which is not here.",
        way_out="Clone it and run 'make setup' there.",
    )


def instance_directory(name: str) -> Path:
    """Return the directory of an instance, such as ``demo`` or ``test``."""
    return checkout() / ".beamlore" / name
