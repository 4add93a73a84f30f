"""Processes an earlier run left behind: found by what their environment says, ended in order, then by force."""

import os
from pathlib import Path

import psutil

from beamlore.embedded.state import INSTANCE_VARIABLE

_PATIENCE_SECONDS = 15


def leftovers(instance: Path) -> list[psutil.Process]:
    """Return the processes that belong to an instance, without this one and those it was started by.

    A process belongs to it by ``BEAMLORE_INSTANCE`` in its environment, never by a number in a file: the number may
    be another program's by now.
    """
    ours = {process.pid for process in [psutil.Process(), *psutil.Process().parents()]}
    found = []
    for process in psutil.process_iter():
        if process.pid in ours:
            continue
        try:
            belongs = process.environ().get(INSTANCE_VARIABLE) == os.fspath(instance)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess, OSError):
            # Another user's, or gone by now: not one of ours.
            continue
        if belongs:
            found.append(process)
    return found


def end_leftovers(instance: Path) -> list[str]:
    """End them and return their names."""
    processes = leftovers(instance)
    names = []
    for process in processes:
        try:
            names.append(f"{process.name()} ({process.pid})")
            process.terminate()
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(processes, timeout=_PATIENCE_SECONDS)
    for process in alive:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(alive, timeout=_PATIENCE_SECONDS)
    return names
