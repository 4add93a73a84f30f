"""Real MongoDB, Kafka, Keycloak, Tango and nginx as plain processes on loopback, for demo, tests and laptops."""

from beamlore.embedded.errors import EmbeddedError
from beamlore.embedded.installation import Installation
from beamlore.embedded.loopback import NO_AUTHORITIES, listening_socket
from beamlore.embedded.servers.kafka import KafkaAccount
from beamlore.embedded.servers.keycloak import Tokens
from beamlore.embedded.supervision.supervisor import ProcessStatus

__all__ = [
    "NO_AUTHORITIES",
    "EmbeddedError",
    "Installation",
    "KafkaAccount",
    "ProcessStatus",
    "Tokens",
    "listening_socket",
]
