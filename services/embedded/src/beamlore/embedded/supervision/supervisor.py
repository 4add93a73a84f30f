"""The supervisor of an instance: started in the background, spoken to over its own socket.

Source: supervisor's manual, "XML-RPC API Documentation".
"""

import asyncio
import os
import signal
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.state import INSTANCE_VARIABLE, Secrets, StateDirectory, write_private
from beamlore.embedded.supervision.configuration import supervisor_command, supervisor_configuration
from beamlore.embedded.supervision.program import Program

_START_SECONDS = 20
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class ProcessStatus:
    """How a process is now."""

    name: str
    state: str
    """supervisor's word: RUNNING, STARTING, STOPPED, BACKOFF, FATAL, EXITED …"""
    pid: int | None
    since: datetime | None
    log: Path

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self.state in ("RUNNING", "STARTING")

    @property
    def was_given_up(self) -> bool:
        """Whether it ended too often to be started again."""
        return self.state in ("FATAL", "EXITED", "UNKNOWN")


class Supervisor:
    """Starts, watches and ends the processes of one instance."""

    def __init__(self, state: StateDirectory, secrets: Secrets) -> None:
        self._state = state
        self._secrets = secrets

    @property
    def log(self) -> Path:
        """The log in which the supervisor tells every start and end of a process."""
        return self._state.logs / "supervisor.log"

    def answers(self) -> bool:
        """Return whether the instance's supervisor runs."""
        try:
            return bool(self._call("supervisor.getState")["statecode"] == 1)
        except (OSError, xmlrpc.client.ProtocolError):
            return False

    async def launch(self, programs: Iterable[Program]) -> None:
        """Start the supervisor, or tell the running one what has changed.

        Raises:
            EmbeddedError: it does not come up.
        """
        configuration = self._state.run / "supervisor.conf"
        text = supervisor_configuration(self._state, programs, self._secrets.get("supervisor"))
        await asyncio.to_thread(self._launch, configuration, text)

    def _launch(self, configuration: Path, text: str) -> None:
        if self.answers():
            if configuration.read_text(encoding="utf-8") != text:
                write_private(configuration, text)
                self._take_over_changes()
            return
        write_private(configuration, text)
        self._state.control_socket.unlink(missing_ok=True)
        started = subprocess.run(  # noqa: S603 - our own interpreter and file
            supervisor_command(str(configuration)),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=_environment() | {INSTANCE_VARIABLE: str(self._state.root)},
            timeout=_START_SECONDS,
            check=False,
        )
        if started.returncode:
            raise EmbeddedError(f"The supervisor did not start: {started.stderr.strip()[-300:]}", log=self.log)
        if not _wait(self.answers, _START_SECONDS):
            raise EmbeddedError(f"The supervisor did not answer within {_START_SECONDS} s.", log=self.log)

    def _take_over_changes(self) -> None:
        added, changed, removed = self._call("supervisor.reloadConfig")[0]
        for name in (*changed, *removed):
            self._stop(name)
            self._call("supervisor.removeProcessGroup", name)
        for name in (*added, *changed):
            self._call("supervisor.addProcessGroup", name)

    async def start(self, name: str) -> None:
        """Start a process; nothing happens where it runs already."""
        await asyncio.to_thread(self._start, name)

    def _start(self, name: str) -> None:
        try:
            self._call("supervisor.startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == Faults.NO_FILE:
                raise EmbeddedError(f"{name} cannot be started: {fault.faultString}.") from fault
            if fault.faultCode != Faults.ALREADY_STARTED:
                raise EmbeddedError(f"{name} cannot be started: {fault.faultString}.", log=self.log) from fault

    async def stop(self, name: str) -> None:
        """End a process as its kind is ended, and wait until it is gone."""
        await asyncio.to_thread(self._stop, name)

    def _stop(self, name: str) -> None:
        try:
            self._call("supervisor.stopProcess", name, True)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode not in (Faults.NOT_RUNNING, Faults.BAD_NAME):
                raise

    def kill(self, name: str, number: signal.Signals, *, restart: bool) -> None:
        """Send a signal; with ``restart`` false the process stays away until it is started."""
        if restart:
            self._call("supervisor.signalProcess", name, str(int(number)))
            return
        # Both in one call: between two the supervisor could have started it again.
        calls = [("supervisor.signalProcess", [name, str(int(number))]), ("supervisor.stopProcess", [name, False])]
        self._call("system.multicall", [{"methodName": method, "params": params} for method, params in calls])

    def status(self) -> dict[str, ProcessStatus]:
        """Return how each process is; nothing where no supervisor runs."""
        if not self.answers():
            return {}
        return {entry["name"]: _status(entry) for entry in self._call("supervisor.getAllProcessInfo")}

    def status_of(self, name: str) -> ProcessStatus:
        """Return how one process is.

        Raises:
            EmbeddedError: no supervisor runs, or it does not know the process.
        """
        try:
            return _status(self._call("supervisor.getProcessInfo", name))
        except (OSError, xmlrpc.client.Error) as error:
            raise EmbeddedError(f"The supervisor cannot say how {name} is: {error}.", log=self.log) from error

    async def shut_down(self) -> None:
        """End the supervisor and with it whatever still runs."""
        await asyncio.to_thread(self._shut_down)

    def _shut_down(self) -> None:
        if not self.answers():
            return
        self._call("supervisor.shutdown")
        if not _wait(lambda: not self._state.control_socket.exists(), _START_SECONDS * 3):
            raise EmbeddedError("The supervisor did not end.", log=self.log)

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(
            "beamlore", self._secrets.get("supervisor"), f"unix://{self._state.control_socket}"
        )
        try:
            proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport, allow_none=True)
            return getattr(proxy, method)(*arguments)
        finally:
            transport.close()


def _environment() -> dict[str, str]:
    # Settings of the shell this was called from are not settings of the instance.
    return {name: value for name, value in os.environ.items() if not name.startswith("BEAMLORE_")}


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _status(entry: dict[str, Any]) -> ProcessStatus:
    return ProcessStatus(
        name=entry["name"],
        state=entry["statename"],
        pid=entry["pid"] or None,
        since=datetime.fromtimestamp(entry["start"], UTC) if entry["start"] else None,
        log=Path(entry["stdout_logfile"]),
    )
