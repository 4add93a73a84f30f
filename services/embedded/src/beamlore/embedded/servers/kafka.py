"""Kafka: one broker that is its own controller (KRaft), with an account and access rules for each service.

Source: Kafka's documentation, "KRaft", "SASL/SCRAM" and "Authorization and ACLs". The controller's listener takes
the administrator's password by PLAIN, since SCRAM's accounts live in the metadata the controller keeps.
"""

import asyncio
import subprocess
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from confluent_kafka import KafkaException

from beamlore.embedded.downloads.java_servers import JavaServers
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.facility import BEAMLINES
from beamlore.embedded.servers.jvm import JVM_OPTIONS
from beamlore.embedded.state import Ports, Secrets, StateDirectory, write_private
from beamlore.embedded.supervision.program import Program
from beamlore.ops.beamlines import Beamline
from beamlore.ops.errors import OpsError
from beamlore.ops.kafka.accounts import INGESTOR, beamline_account
from beamlore.ops.kafka.connection import KafkaAdministrator
from beamlore.ops.kafka.provision import provide

ADMINISTRATOR: Final = "admin"
_PROBE_SECONDS = 3


@dataclass(frozen=True)
class KafkaAccount:
    """What a client needs to connect (SASL_PLAINTEXT, SCRAM-SHA-512)."""

    bootstrap: str
    username: str
    password: str


class Kafka:
    """The broker of an instance."""

    def __init__(self, state: StateDirectory, ports: Ports, secrets: Secrets) -> None:
        self._state = state
        self._ports = ports
        self._secrets = secrets

    def account(self, name: str) -> KafkaAccount:
        """Return how a service (``ingestor``, ``beamline-<name>``; ``admin`` may do everything) connects."""
        return KafkaAccount(f"127.0.0.1:{self._ports.get('kafka')}", name, self._secrets.get(f"kafka:{name}"))

    def programs(self, java: JavaServers) -> list[Program]:
        """Return the broker's process."""
        logging = self._state.run / "kafka-log4j2.properties"
        logging.write_text((files(__package__) / "kafka-log4j2.properties").read_text(encoding="utf-8"))
        command = (
            java.java,
            *(*JVM_OPTIONS, "-Xmx256m"),
            f"-Dlog4j2.configurationFile={logging}",
            *("-cp", f"{java.kafka}/*", "kafka.Kafka", str(self._configuration())),
        )
        return [Program("kafka", command, stop_seconds=30)]

    async def format(self, java: JavaServers) -> None:
        """Prepare the data directory with the administrator's account, once.

        Raises:
            EmbeddedError: Kafka's storage tool refuses.
        """
        data = self._state.data / "kafka"
        if (data / "meta.properties").exists():
            return
        properties = self._configuration()
        # In a file, since every user of the machine can read what stands on a command line.
        arguments = self._state.run / "kafka-format.arguments"
        account = f"SCRAM-SHA-512=[name={ADMINISTRATOR},password={self._secrets.get(f'kafka:{ADMINISTRATOR}')}]"
        write_private(
            arguments,
            f'-Xmx128m -cp "{java.kafka}/*" kafka.tools.StorageTool format --config "{properties}"'
            f' --cluster-id={self._secrets.get("kafka-cluster")[:22]} --add-scram "{account}"',
        )
        log = self._state.logs / "kafka-format.log"
        with log.open("wb") as output:
            code = await asyncio.to_thread(
                lambda: (
                    subprocess.run(  # noqa: S603 - our own arguments
                        [java.java, f"@{arguments}"], stdout=output, stderr=subprocess.STDOUT, check=False
                    ).returncode
                )
            )
        arguments.unlink()
        if code:
            raise EmbeddedError("Kafka's data directory could not be prepared.", log=log)

    async def answers(self) -> bool:
        """Return whether the broker lets the administrator in and knows its topics."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._ports.get("kafka"))
        except ConnectionRefusedError:
            return False
        writer.close()
        try:
            await asyncio.to_thread(self._administrator().connect().list_topics, timeout=_PROBE_SECONDS)
        except KafkaException:
            return False
        return True

    async def provision(self) -> None:
        """Make accounts, access rules and the beamlines' topics, where they are not there yet.

        Raises:
            EmbeddedError: Kafka refuses.
        """
        accounts = (INGESTOR, *map(beamline_account, BEAMLINES))
        passwords = {name: self._secrets.get(f"kafka:{name}") for name in accounts}
        beamlines = [Beamline(name=name) for name in BEAMLINES]
        try:
            await asyncio.to_thread(provide, self._administrator(), beamlines, passwords)
        except OpsError as error:
            raise EmbeddedError(str(error), log=self._state.logs / "kafka.log") from error

    def _administrator(self) -> KafkaAdministrator:
        account = self.account(ADMINISTRATOR)
        return KafkaAdministrator(account.bootstrap, account.username, account.password, mechanism="SCRAM-SHA-512")

    def _configuration(self) -> Path:
        password = self._secrets.get(f"kafka:{ADMINISTRATOR}")
        template = (files(__package__) / "kafka.properties").read_text(encoding="utf-8")
        text = template.format(
            data=self._state.data / "kafka",
            port=self._ports.get("kafka"),
            controller_port=self._ports.get("kafka-controller"),
            administrator=ADMINISTRATOR,
            password=password,
        )
        path = self._state.run / "kafka.properties"
        write_private(path, text)
        return path
