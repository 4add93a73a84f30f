"""Messages as they come, and why some are not catalogued."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from beamlore.contract import TRACEPARENT, beamline_of_topic


class Record(NamedTuple):
    """A message as it stands in Kafka."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    """Milliseconds since the epoch."""
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def beamline(self) -> str:
        """The beamline whose topic this is: who may write there is its instrument alone, so it can be relied on."""
        beamline = beamline_of_topic(self.topic)
        if beamline is None:
            raise ValueError(f"{self.topic!r} is not a topic of scans")
        return beamline


def traceparent(records: Sequence[Record]) -> str | None:
    """Return the trace context of the newest of a scan's messages that has one (W3C Trace Context)."""
    for record in reversed(records):
        for name, value in record.headers:
            if name == TRACEPARENT and value is not None:
                return value.decode("latin-1")
    return None


class Reason(StrEnum):
    """Why a message went to the inbox; stable codes, for filters and for counting."""

    INVALID_MESSAGE = "invalid-message"
    UNSUPPORTED_VERSION = "unsupported-schema-version"
    TOO_BIG = "too-big"
    WRONG_BEAMLINE = "wrong-beamline"
    UNKNOWN_PROPOSAL = "unknown-proposal"
    PROPOSAL_OF_OTHER_BEAMLINE = "proposal-of-other-beamline"
    OUTSIDE_PROPOSAL_DATES = "outside-proposal-dates"
    CLOCK_AHEAD = "clock-ahead"
    PID_OF_OTHER_PROPOSAL = "pid-of-other-proposal"
    REFUSED_BY_CATALOGUE = "refused-by-catalogue"


class RejectedError(Exception):
    """A message cannot be catalogued as it is."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


@dataclass(frozen=True)
class Rejection:
    """A message that goes to the inbox."""

    record: Record
    reason: Reason
    text: str
