"""An instance's directory: its data, logs, secrets and ports. Everything of an instance is in there."""

import hashlib
import json
import os
import random
import secrets
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

_PORTS = range(20_000, 32_768)
"""Below Linux's range for outgoing connections: a port remembered from there could be taken by any of them."""
_LONGEST_SOCKET_PATH = 90

T = TypeVar("T")

INSTANCE_VARIABLE = "BEAMLORE_INSTANCE"
"""Carried by every process of an instance, with the instance's directory: how its processes are told from others."""


class StateDirectory:
    """Paths of one instance."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.data = self.root / "data"
        self.logs = self.root / "logs"
        self.run = self.root / "run"
        self.cache = self.root.parent / "cache"
        self.lock = self.root.parent / f"{self.root.name}.lock"

    def create(self) -> None:
        """Make the directories; only this user may look into them."""
        for directory in (self.root, self.data, self.logs, self.run, self.cache):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def control_socket(self) -> Path:
        """The supervisor's socket: in the directory, or in a private temporary one where the path would be too long."""
        inside = self.run / "supervisor.sock"
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_PATH:
            return inside
        private = Path(tempfile.gettempdir()) / f"beamlore-{os.getuid()}"
        private.mkdir(mode=0o700, exist_ok=True)
        return private / f"{hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]}.sock"


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, whole or not at all."""
    temporary = path.with_name(f"{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


class _Remembered(Generic[T]):
    """Values by name, made once and kept in a JSON file."""

    def __init__(self, path: Path, make: Callable[[set[T]], T]) -> None:
        self._path = path
        self._make = make
        self._values: dict[str, T] | None = None

    def _load(self) -> dict[str, T]:
        if self._values is None:
            self._values = json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else {}
        return self._values

    def get(self, name: str) -> T:
        values = self._load()
        if name not in values:
            self.put(name, self._make(set(values.values())))
        return values[name]

    def put(self, name: str, value: T) -> None:
        values = self._load()
        if values.get(name) != value:
            values[name] = value
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(self._path, json.dumps(values, indent=2))

    def all(self) -> dict[str, T]:
        return dict(self._load())


class Secrets:
    """Passwords and keys: made when first asked for, kept in ``secrets.json``."""

    def __init__(self, path: Path) -> None:
        self._remembered: _Remembered[str] = _Remembered(path, lambda _: secrets.token_urlsafe(32))

    def get(self, name: str) -> str:
        """Return the secret of that name; letters, digits, ``-`` and ``_`` only."""
        return self._remembered.get(name)


class Ports:
    """Ports on loopback: chosen free when first asked for, kept in ``ports.json``."""

    def __init__(self, path: Path) -> None:
        self._remembered: _Remembered[int] = _Remembered(path, _free_port)

    def get(self, name: str) -> int:
        """Return the port of that name."""
        return self._remembered.get(name)

    def put(self, name: str, port: int) -> None:
        """Remember a port that was chosen by someone."""
        self._remembered.put(name, port)

    def choose_again(self, name: str) -> int:
        """Choose another port for that name, since its own is taken."""
        self.put(name, _free_port(set(self.all().values())))
        return self.get(name)

    def all(self) -> dict[str, int]:
        """Return all ports chosen so far."""
        return self._remembered.all()


def port_is_free(port: int) -> bool:
    """Return whether a server could listen on that port of loopback now."""
    with socket.socket() as probe:
        # As servers do: a connection that lingers from the last run is no reason against the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port(taken: set[int]) -> int:
    for port in random.sample(_PORTS, len(_PORTS)):
        if port not in taken and port_is_free(port):
            return port
    raise OSError("no port is free on loopback between 20000 and 32767")
