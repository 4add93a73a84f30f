"""Kafka's accounts (SCRAM-SHA-512) and what each may do."""

from collections.abc import Iterable, Mapping
from typing import Final

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs do not name what it exports
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from beamlore.contract import scan_topic
from beamlore.ops.kafka.connection import wait_for

INGESTOR: Final = "ingestor"
_GROUP_PREFIX: Final = "beamlore-ingestor"
_SCRAM_ITERATIONS: Final = 4096


def beamline_account(beamline: str) -> str:
    """Return the account by which a beamline sends its scans."""
    return f"beamline-{beamline}"


def set_passwords(admin: AdminClient, passwords: Mapping[str, str]) -> None:
    """Make accounts, or give them these passwords. Who is connected stays so.

    Raises:
        KafkaException: Kafka refuses.
    """
    if not passwords:
        return
    information = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, _SCRAM_ITERATIONS)
    wait_for(
        admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(name, information, password.encode()) for name, password in passwords.items()]
        )
    )


def set_rules(admin: AdminClient, beamlines: Iterable[str]) -> None:
    """Let the ingestor read all scans, and each beamline write its own. No rule is removed.

    Raises:
        KafkaException: Kafka refuses.
    """
    rules = [
        _allow(INGESTOR, ResourceType.TOPIC, "scans.", AclOperation.READ, prefix=True),
        _allow(INGESTOR, ResourceType.GROUP, _GROUP_PREFIX, AclOperation.READ, prefix=True),
    ]
    rules += [
        _allow(beamline_account(name), ResourceType.TOPIC, scan_topic(name), AclOperation.WRITE) for name in beamlines
    ]
    wait_for(admin.create_acls(rules))


def _allow(
    account: str, kind: ResourceType, resource: str, operation: AclOperation, *, prefix: bool = False
) -> AclBinding:
    pattern = ResourcePatternType.PREFIXED if prefix else ResourcePatternType.LITERAL
    return AclBinding(kind, resource, pattern, f"User:{account}", "*", operation, AclPermissionType.ALLOW)
