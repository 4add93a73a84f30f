"""Scan messages, and where they come from, for the tests."""

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from beamlore.contract import (
    File,
    MetadataValue,
    ScanAborted,
    ScanFinished,
    ScanMessage,
    ScanStarted,
    ScanUpdated,
    encode_message,
    scan_topic,
)
from beamlore.core import Health
from beamlore.ingestor.proposals.models import Person, Proposal
from beamlore.ingestor.settings import Settings
from beamlore.ingestor.validate.models import Record

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def new_pid() -> str:
    return f"test/{uuid.uuid4()}"


def _header(of: str, sequence: int, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "pid": of,
        "sequence": sequence,
        "beamline": "balder",
        "proposal": "20260101",
        "command": "ascan mono 7000 7100 10 0.1",
        "start": START,
        "path": "/data/balder/20260101",
        "sent": START + timedelta(seconds=sequence),
        "metadata": {"energy": MetadataValue(7000.0 + sequence, unit="eV")},
    } | changes


def started(of: str, sequence: int = 0, **changes: Any) -> ScanStarted:
    return ScanStarted(**_header(of, sequence, changes))


def updated(of: str, sequence: int, **changes: Any) -> ScanUpdated:
    return ScanUpdated(**_header(of, sequence, changes))


def finished(of: str, sequence: int, **changes: Any) -> ScanFinished:
    ending = {"end": START + timedelta(minutes=1), "files": [File("scan.h5", 1000, START)]}
    return ScanFinished(**_header(of, sequence, ending | changes))


def aborted(of: str, sequence: int, **changes: Any) -> ScanAborted:
    ending = {"end": START + timedelta(minutes=1), "reason": "beam lost"}
    return ScanAborted(**_header(of, sequence, ending | changes))


def record(message: ScanMessage | bytes | None, beamline: str = "balder", offset: int = 0) -> Record:
    value = message if message is None or isinstance(message, bytes) else encode_message(message)
    return Record(scan_topic(beamline), 0, offset, int(START.timestamp() * 1000), b"key", value, (("from", b"test"),))


@pytest.fixture(scope="session")
def scan() -> SimpleNamespace:
    """Makes messages, and records of them."""
    return SimpleNamespace(
        pid=new_pid,
        started=started,
        updated=updated,
        finished=finished,
        aborted=aborted,
        record=record,
        start=START,
    )


@pytest.fixture(scope="session")
def proposal() -> Proposal:
    """A proposal that runs now."""
    ada = Person("ada", "Ada Lovelace", "ada@facility.example", "0000-0002-1825-0097")
    return Proposal(
        id="20260101",
        title="Ligands of iron",
        abstract="Where they sit.",
        beamline="balder",
        principal_investigator=ada,
        members=[ada, Person("bo", "Bo Andersson", "bo@facility.example")],
        start=START - timedelta(days=10),
        end=START + timedelta(days=10),
    )


@pytest.fixture
def settings() -> Settings:
    """Settings of an ingestor that reaches nothing."""
    return Settings.model_validate(
        {
            "oidc_issuer": "https://issuer.example",
            "mongo_url": "mongodb://none.example",
            "mongo_database": "none",
            "kafka_bootstrap": "none.example:9092",
            "client_id": "none",
            "client_secret": "none",
            "catalogue_url": "https://none.example",
            "useroffice_url": "https://none.example",
        }
    )


@pytest.fixture
def health() -> Health:
    return Health()
