"""Kafka made ready for its beamlines: accounts, rules, topics."""

from collections.abc import Mapping, Sequence

import structlog
from confluent_kafka import KafkaException

from beamlore.ops.beamlines import Beamline
from beamlore.ops.errors import OpsError
from beamlore.ops.kafka.accounts import set_passwords, set_rules
from beamlore.ops.kafka.connection import KafkaAdministrator
from beamlore.ops.kafka.topics import provide_topics

log = structlog.get_logger(__name__)


def provide(
    administrator: KafkaAdministrator,
    beamlines: Sequence[Beamline],
    passwords: Mapping[str, str],
    *,
    replication: int = 1,
    grow: bool = False,
) -> None:
    """Make accounts, access rules and the beamlines' topics, where they are not there yet; set the passwords.

    Args:
        administrator: who does it.
        beamlines: those that are to be able to send scans.
        passwords: of all accounts, by their names.
        replication: copies of each topic.
        grow: whether topics get more partitions where the beamline wants more.

    Raises:
        OpsError: Kafka refuses.
    """
    admin = administrator.connect()
    try:
        set_passwords(admin, passwords)
        set_rules(admin, [one.name for one in beamlines])
        provide_topics(admin, beamlines, replication=replication, grow=grow)
    except KafkaException as error:
        raise OpsError(f"Kafka could not be configured: {error}.") from error
