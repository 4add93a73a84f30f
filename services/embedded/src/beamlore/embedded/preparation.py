"""What must be so before anything starts: room on the disk, nothing left over, ports free."""

import asyncio
import shutil
from typing import Final

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.progress import Progress
from beamlore.embedded.servers.gateway import GATEWAY
from beamlore.embedded.state import Ports, StateDirectory, port_is_free
from beamlore.embedded.supervision.leftovers import end_leftovers

_MEGABYTE: Final = 1024**2
_FREE_MEGABYTES_FIRST: Final = 3000
_FREE_MEGABYTES_LATER: Final = 500


def check_disk(state: StateDirectory) -> None:
    """Make sure that there is room.

    Raises:
        EmbeddedError: there is not.
    """
    is_first = not (state.data / "mongo-1").exists()
    needed = _FREE_MEGABYTES_FIRST if is_first else _FREE_MEGABYTES_LATER
    free = shutil.disk_usage(state.root).free // _MEGABYTE
    if free < needed:
        raise EmbeddedError(
            f"The disk that holds {state.root} is full: {free} MB are free, {needed} MB are needed.",
            way_out="Free some space and start again.",
        )


async def end_what_was_left(state: StateDirectory, progress: Progress) -> None:
    """End processes of a former run whose supervisor is gone."""
    ended = await asyncio.to_thread(end_leftovers, state.root)
    if ended:
        progress.note(f"Ended what an earlier run had left: {', '.join(ended)}.")


def check_ports(ports: Ports, progress: Progress) -> None:
    """Make sure that every port is free; nothing of the instance may be running.

    A server whose port another program has taken moves to another: nobody outside the instance knows it. The front
    door's address is known to people, and does not move by itself.

    Raises:
        EmbeddedError: the front door's port is in use.
    """
    for name, port in ports.all().items():
        if port_is_free(port):
            continue
        if name == GATEWAY:
            raise port_in_use(port)
        progress.note(f"Port {port} is in use by another program: {name} moves to {ports.choose_again(name)}.")


def port_in_use(port: int) -> EmbeddedError:
    """Return the error that says so of the front door."""
    return EmbeddedError(
        f"Port {port} of 127.0.0.1 is in use by another program.",
        way_out=f"End that program, or choose another port: BEAMLORE_PORT={port + 1 if port < 65_535 else port - 1}.",
    )
