"""`beamlore ops kafka configure`: waits for the brokers, then makes what is missing."""

import asyncio
from typing import Final

import structlog
from confluent_kafka import KafkaException

from beamlore.ops.beamlines import load_beamlines
from beamlore.ops.kafka.accounts import beamline_account
from beamlore.ops.kafka.connection import KafkaAdministrator
from beamlore.ops.kafka.provision import provide
from beamlore.ops.kafka.settings import KafkaAdminSettings, KafkaConfigureSettings
from beamlore.ops.secret_files import read_passwords
from beamlore.ops.waiting import Deadline

log = structlog.get_logger(__name__)

_PROBE_SECONDS: Final = 5


def administrator_of(settings: KafkaAdminSettings) -> KafkaAdministrator:
    """Return the administrator that settings tell of."""
    return KafkaAdministrator(
        settings.bootstrap,
        settings.username,
        settings.password.get_secret_value(),
        mechanism=settings.mechanism,
        protocol=settings.protocol,
        ca_file=settings.ca_file,
        ca=settings.ca,
    )


async def configure(settings: KafkaConfigureSettings, *, grow: bool = False) -> None:
    """Bring Kafka's accounts, rules and topics to what the settings say.

    Raises:
        OpsError: files cannot be read, brokers do not answer in time, or Kafka refuses.
    """
    beamlines = load_beamlines(settings.beamlines_file)
    passwords = {
        name: password
        for name, password in read_passwords(settings.accounts_dir).items()
        # The administrator's own is told to the brokers by their settings.
        if name != settings.username
    }
    administrator = administrator_of(settings)
    await Deadline(settings.wait_seconds).until(
        "Kafka's brokers",
        lambda: asyncio.to_thread(_missing, administrator, settings.replication),
        way_out="Their logs say more; a wrong password of the administrator looks the same from here.",
    )
    await asyncio.to_thread(provide, administrator, beamlines, passwords, replication=settings.replication, grow=grow)
    without = [one.name for one in beamlines if beamline_account(one.name) not in passwords]
    if without:
        log.warning("these beamlines have no account: no password is given", beamlines=without)
    log.info("Kafka is configured", beamlines=[one.name for one in beamlines], accounts=sorted(passwords))


def _missing(administrator: KafkaAdministrator, replication: int) -> str:
    try:
        brokers = administrator.connect().list_topics(timeout=_PROBE_SECONDS).brokers
    except KafkaException as error:
        return f"{administrator.bootstrap} does not answer: {error.args[0].str()}"
    if len(brokers) < replication:
        return f"{len(brokers)} of {replication} brokers are there"
    return ""
