"""Beamlore's own services as processes: their settings, how they are started, when they are ready."""

import sys
from pathlib import Path
from typing import Final

from beamlore.contract import CATALOGUE_ADMIN
from beamlore.embedded.facility import BEAMLINES
from beamlore.embedded.probes import serves
from beamlore.embedded.servers.functional_accounts import functional_accounts
from beamlore.embedded.servers.kafka import Kafka
from beamlore.embedded.servers.keycloak import Keycloak
from beamlore.embedded.servers.mongo import Mongo
from beamlore.embedded.state import INSTANCE_VARIABLE, Ports, Secrets, StateDirectory
from beamlore.embedded.supervision.program import Program

_COMMANDS: Final = {
    "catalogue": ("catalogue", "serve"),
    "configurator": ("configurator", "serve"),
    "useroffice": ("useroffice", "serve"),
    "ingestor": ("ingestor", "run"),
}
SERVICES: Final = tuple(_COMMANDS)


def beamlore_command(*arguments: str) -> tuple[str, ...]:
    """Return the command line of ``beamlore`` in this environment."""
    return (str(Path(sys.executable).with_name("beamlore")), *arguments)


class Services:
    """The services of an instance."""

    def __init__(
        self, state: StateDirectory, ports: Ports, secrets: Secrets, mongo: Mongo, kafka: Kafka, keycloak: Keycloak
    ) -> None:
        self._state = state
        self._ports = ports
        self._secrets = secrets
        self._mongo = mongo
        self._kafka = kafka
        self._keycloak = keycloak

    def address(self, service: str) -> str:
        """Return where a service listens."""
        return f"http://127.0.0.1:{self._ports.get(service)}"

    def environment(self, service: str) -> dict[str, str]:
        """Return all settings of ``catalogue``, ``ingestor``, ``configurator``, ``useroffice`` or ``beamline-<name>``.

        Raises:
            ValueError: there is no such service.
        """
        common = {
            INSTANCE_VARIABLE: str(self._state.root),
            "BEAMLORE_OIDC_ISSUER": self._keycloak.issuer,
            "BEAMLORE_OIDC_BACKCHANNEL_URL": self._keycloak.backchannel,
            "BEAMLORE_CLIENT_ID": service,
            "BEAMLORE_CLIENT_SECRET": self._secrets.get(f"client:{service}"),
        }
        if service in _COMMANDS:
            common["BEAMLORE_HTTP_PORT"] = str(self._ports.get(service))
        match service:
            case "catalogue":
                own = self._mongo_settings(service) | {
                    "BEAMLORE_ADMIN_GROUPS": "admin",
                    "BEAMLORE_DELETE_GROUPS": CATALOGUE_ADMIN,
                    "BEAMLORE_DELETE_JOB_GROUPS": CATALOGUE_ADMIN,
                    "BEAMLORE_INSTRUMENT_GROUP_MAY": "change",
                    "BEAMLORE_INGEST_ROLES": "ingestor",
                    "BEAMLORE_FUNCTIONAL_ACCOUNTS_FILE": str(
                        functional_accounts(self._state.data / "functionalAccounts.json", self._secrets)
                    ),
                }
            case "configurator":
                own = self._mongo_settings(service)
            case "useroffice":
                own = {}
            case "ingestor":
                own = (
                    self._mongo_settings(service)
                    | self._kafka_settings(service)
                    | {
                        "BEAMLORE_CATALOGUE_URL": self.address("catalogue"),
                        "BEAMLORE_USEROFFICE_URL": self.address("useroffice"),
                    }
                )
            case _ if service.removeprefix("beamline-") in BEAMLINES:
                own = self._kafka_settings(service) | self._beamline_settings(service.removeprefix("beamline-"))
            case _:
                raise ValueError(f"there is no service {service!r}")
        return common | own

    def programs(self) -> list[Program]:
        """Return the services' processes."""
        return [
            Program(name, beamlore_command(*command), self.environment(name)) for name, command in _COMMANDS.items()
        ]

    async def answers(self, service: str) -> bool:
        """Return whether a service says that it is ready."""
        return await serves(f"{self.address(service)}/health/ready")

    def _mongo_settings(self, service: str) -> dict[str, str]:
        return {"BEAMLORE_MONGO_URL": self._mongo.url(service), "BEAMLORE_MONGO_DATABASE": service}

    def _kafka_settings(self, service: str) -> dict[str, str]:
        account = self._kafka.account(service)
        return {
            "BEAMLORE_KAFKA_BOOTSTRAP": account.bootstrap,
            "BEAMLORE_KAFKA_USERNAME": account.username,
            "BEAMLORE_KAFKA_PASSWORD": account.password,
        }

    def _beamline_settings(self, beamline: str) -> dict[str, str]:
        return {
            "TANGO_HOST": f"127.0.0.1:{self._ports.get('tango-db')}",
            "BEAMLORE_BEAMLINE": beamline,
            "BEAMLORE_CONFIGURATOR_URL": self.address("configurator"),
            "BEAMLORE_SPOOL_DIR": str(self._state.data / "spool" / beamline),
            "BEAMLORE_DATA_DIR": str(self._state.data / "instrument"),
        }
