"""Packages of the system: nginx and the libraries mongod needs; installed here where that is allowed."""

import ctypes
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from beamlore.embedded.downloads.commands import run_tool
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.progress import Progress


@dataclass(frozen=True)
class Package:
    """A Debian package and how one sees that it is there."""

    name: str
    is_there: Callable[[], bool]


def nginx_binary() -> str | None:
    """Return nginx's path: Debian keeps it where a user's PATH does not lead."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


PACKAGES: Final = (
    Package("nginx-light", lambda: nginx_binary() is not None),
    Package("libcurl4", lambda: _library("libcurl.so.4")),
    Package("libssl3", lambda: _library("libssl.so.3")),
)


async def provide_packages(logs: Path, progress: Progress) -> None:
    """Install what is missing, without starting a service of the system.

    Raises:
        EmbeddedError: something is missing and may not be installed from here, or could not be.
    """
    missing = [package.name for package in PACKAGES if not package.is_there()]
    if not missing:
        return
    prefix = _as_root()
    if prefix is None or not shutil.which("apt-get"):
        raise EmbeddedError(
            f"The system's packages {', '.join(missing)} are missing and cannot be installed from here.",
            way_out=f"Install them ('sudo apt-get install {' '.join(missing)}') and start again.",
        )
    with progress.step(f"Installing {', '.join(missing)}") as step:
        # RUNLEVEL=1 keeps invoke-rc.d from starting nginx as a service of the system, on port 80.
        variables = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"]
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
            await run_tool(
                [*prefix, *variables, "apt-get", *arguments],
                log=logs / "apt.log",
                says=lambda line: step.update(line[:60]),
                failure=f"Installing {', '.join(missing)} failed",
            )
    if still := [package.name for package in PACKAGES if not package.is_there()]:
        raise EmbeddedError(f"{', '.join(still)} were installed and are still not found.", log=logs / "apt.log")


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and os.system(f"{sudo} -n true 2>/dev/null") == 0:  # noqa: S605 - a fixed command
        return [sudo, "-n"]
    return None


def _library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
