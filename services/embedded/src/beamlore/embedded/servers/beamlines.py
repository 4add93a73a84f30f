"""The demo's beamlines: a Tango database (sqlite), each beamline's simulated devices, and its scan engine."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from beamlore.embedded.facility import BEAMLINES
from beamlore.embedded.servers.services import Services, beamlore_command
from beamlore.embedded.state import Ports, StateDirectory
from beamlore.embedded.supervision.program import Program
from beamlore.useroffice.seed import Seed

TANGO_DATABASE: Final = "tango-db"
DEVICES: Final = {f"devices-{name}": name for name in BEAMLINES}
ENGINES: Final = {f"engine-{name}": name for name in BEAMLINES}


class Beamlines:
    """The beamlines of an instance."""

    def __init__(self, state: StateDirectory, ports: Ports, services: Services) -> None:
        self._state = state
        self._ports = ports
        self._services = services

    def programs(self, seed: Seed) -> list[Program]:
        """Return the processes of all beamlines and of the Tango database."""
        database = Program(
            TANGO_DATABASE,
            (str(Path(sys.executable).with_name("PyDatabaseds")), "2"),
            {
                "TANGO_HOST": f"127.0.0.1:{self._ports.get(TANGO_DATABASE)}",
                "PYTANGO_DATABASE_NAME": str(self._state.data / "tango.db"),
            },
        )
        devices = [
            Program(
                name,
                beamlore_command("beamline", "devices", "--beamline", beamline),
                self._services.environment(f"beamline-{beamline}"),
            )
            for name, beamline in DEVICES.items()
        ]
        return [database, *devices, *(self._engine(name, beamline, seed) for name, beamline in ENGINES.items())]

    def _engine(self, name: str, beamline: str, seed: Seed) -> Program:
        now = datetime.now(UTC)
        proposals = [one.id for one in seed.proposals if one.beamline == beamline and one.start <= now < one.end]
        return Program(
            name,
            beamlore_command("beamline", "engine", "--beamline", beamline, "--proposals", ",".join(proposals)),
            self._services.environment(f"beamline-{beamline}"),
        )

    async def database_answers(self) -> bool:
        """Return whether the Tango database tells what it holds."""
        return await asyncio.to_thread(self._exported, "sys/*") is not None

    async def devices_answer(self, name: str) -> bool:
        """Return whether a beamline's devices are there and answer."""
        exported = await asyncio.to_thread(self._exported, f"sim/{DEVICES[name]}/*")
        return bool(exported) and await asyncio.to_thread(self._all_answer, exported)

    def _exported(self, pattern: str) -> list[str] | None:
        # Imported here, since it takes its time and only demos need it.
        import tango

        try:
            database = tango.Database("127.0.0.1", str(self._ports.get(TANGO_DATABASE)))
            return list(database.get_device_exported(pattern))
        except tango.DevFailed:
            return None

    def _all_answer(self, devices: list[str] | None) -> bool:
        import tango

        port = self._ports.get(TANGO_DATABASE)
        try:
            for device in devices or []:
                tango.DeviceProxy(f"tango://127.0.0.1:{port}/{device}").ping()
        except tango.DevFailed:
            return False
        return True
