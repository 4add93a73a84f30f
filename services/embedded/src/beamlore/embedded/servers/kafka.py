"""Kafka: one broker that is its own controller (KRaft), with an account and access rules for each service.

Source: Kafka's documentation, "KRaft", "SASL/SCRAM" and "Authorization and ACLs". The controller's listener takes
the administrator's password by PLAIN, since SCRAM's accounts live in the metadata the controller keeps.
"""

import asyncio
import subprocess
from concurrent.futures import Future
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs do not name what it exports
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from beamlore.contract import scan_topic
from beamlore.embedded.downloads.java_servers import JavaServers
from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.facility import BEAMLINES
from beamlore.embedded.servers.jvm import JVM_OPTIONS
from beamlore.embedded.state import Ports, Secrets, StateDirectory, write_private
from beamlore.embedded.supervision.program import Program

ADMINISTRATOR: Final = "admin"
INGESTOR: Final = "ingestor"
_GROUP_PREFIX = "beamlore-ingestor"
_PARTITIONS = 3
_REQUEST_SECONDS = 30
_PROBE_SECONDS = 3
_SCRAM_ITERATIONS = 4096


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
            f' --cluster-id {self._secrets.get("kafka-cluster")[:22]} --add-scram "{account}"',
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
            await asyncio.to_thread(self._administrator().list_topics, timeout=_PROBE_SECONDS)
        except KafkaException:
            return False
        return True

    async def provision(self) -> None:
        """Make accounts, access rules and the beamlines' topics, where they are not there yet."""
        await asyncio.to_thread(self._provision)

    def _provision(self) -> None:
        admin = self._administrator()
        try:
            known = set(cast(Future[Any], admin.describe_user_scram_credentials()).result(_REQUEST_SECONDS))
            missing = [name for name in (INGESTOR, *(f"beamline-{one}" for one in BEAMLINES)) if name not in known]
            if missing:
                _wait_for(admin.alter_user_scram_credentials([self._scram(name) for name in missing]))
            _wait_for(admin.create_acls(_rules()))
            topics = admin.list_topics(timeout=_REQUEST_SECONDS).topics
            new = [scan_topic(name) for name in BEAMLINES if scan_topic(name) not in topics]
            if new:
                _wait_for(admin.create_topics([NewTopic(name, _PARTITIONS, 1) for name in new]))
        except KafkaException as error:
            raise EmbeddedError(
                f"Kafka could not be provisioned: {error}", log=self._state.logs / "kafka.log"
            ) from error

    def _administrator(self) -> AdminClient:
        return AdminClient(
            {
                "bootstrap.servers": self.account(ADMINISTRATOR).bootstrap,
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": ADMINISTRATOR,
                "sasl.password": self._secrets.get(f"kafka:{ADMINISTRATOR}"),
                # librdkafka would write to standard error that it tries again.
                "log_level": 0,
            }
        )

    def _scram(self, name: str) -> UserScramCredentialUpsertion:
        information = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, _SCRAM_ITERATIONS)
        return UserScramCredentialUpsertion(name, information, self._secrets.get(f"kafka:{name}").encode())

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


def _rules() -> list[AclBinding]:
    rules = [
        _allow(INGESTOR, ResourceType.TOPIC, "scans.", AclOperation.READ, prefix=True),
        _allow(INGESTOR, ResourceType.GROUP, _GROUP_PREFIX, AclOperation.READ, prefix=True),
    ]
    for name in BEAMLINES:
        rules.append(_allow(f"beamline-{name}", ResourceType.TOPIC, scan_topic(name), AclOperation.WRITE))
    return rules


def _allow(
    account: str, kind: ResourceType, resource: str, operation: AclOperation, *, prefix: bool = False
) -> AclBinding:
    pattern = ResourcePatternType.PREFIXED if prefix else ResourcePatternType.LITERAL
    return AclBinding(kind, resource, pattern, f"User:{account}", "*", operation, AclPermissionType.ALLOW)


def _wait_for(futures: dict[Any, Future[Any]]) -> None:
    for future in futures.values():
        future.result(_REQUEST_SECONDS)
