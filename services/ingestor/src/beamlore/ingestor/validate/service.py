"""The checks a message passes on its way."""

import re
from datetime import timedelta

from beamlore.contract import (
    InvalidMessageError,
    ScanMessage,
    UnsupportedSchemaVersionError,
    decode_message,
)
from beamlore.ingestor.proposals.models import Proposal
from beamlore.ingestor.validate.models import Reason, Record, RejectedError

# BSON's longest integer has 64 bits, JSON's any length. One search is cheaper than a look at every value.
_LONG_NUMBER = re.compile(rb"[0-9]{19}")


def read(record: Record, max_bytes: int) -> ScanMessage:
    """Return the message a record holds.

    Raises:
        RejectedError: it is too big, not a scan message, of an unknown schema version, or of another beamline.
    """
    value = record.value
    if value is None:
        raise RejectedError(Reason.INVALID_MESSAGE, "the message has no content")
    if len(value) > max_bytes:
        raise RejectedError(Reason.TOO_BIG, f"the message has {len(value)} bytes; at most {max_bytes} are taken")
    try:
        message = decode_message(value)
    except UnsupportedSchemaVersionError as error:
        raise RejectedError(Reason.UNSUPPORTED_VERSION, str(error)) from error
    except InvalidMessageError as error:
        raise RejectedError(Reason.INVALID_MESSAGE, f"not a scan message: {error}") from error
    except RecursionError as error:
        raise RejectedError(Reason.INVALID_MESSAGE, "not a scan message: nested too deeply") from error
    if _LONG_NUMBER.search(value):
        _check_integers(message)
    if message.beamline != record.beamline:
        raise RejectedError(
            Reason.WRONG_BEAMLINE,
            f"the message says it is of {message.beamline!r} and came by the topic of {record.beamline!r}",
        )
    return message


def _check_integers(message: ScanMessage) -> None:
    for key, entry in message.metadata.items():
        for value in entry.value if isinstance(entry.value, list) else [entry.value]:
            if isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise RejectedError(
                    Reason.INVALID_MESSAGE, f"the value of the metadata {key!r} is an integer of more than 64 bits"
                )


def check_proposal(message: ScanMessage, proposal: Proposal | None, grace: timedelta) -> Proposal:
    """Return the proposal where the scan may belong to it.

    Args:
        message: a message of the scan.
        proposal: what the user office has under the message's proposal id; ``None``: nothing.
        grace: how far outside the proposal's dates the scan may have started.

    Raises:
        RejectedError: it is unknown, of another beamline, or the scan started outside its dates.
    """
    if proposal is None:
        raise RejectedError(Reason.UNKNOWN_PROPOSAL, f"the user office knows no proposal {message.proposal!r}")
    if proposal.beamline != message.beamline:
        raise RejectedError(
            Reason.PROPOSAL_OF_OTHER_BEAMLINE,
            f"proposal {proposal.id} is of the beamline {proposal.beamline!r}, the scan of {message.beamline!r}",
        )
    if not proposal.start - grace <= message.start <= proposal.end + grace:
        raise RejectedError(
            Reason.OUTSIDE_PROPOSAL_DATES,
            f"the scan started at {message.start.isoformat()}; proposal {proposal.id} runs from "
            f"{proposal.start.isoformat()} to {proposal.end.isoformat()}, "
            f"with a grace of {grace / timedelta(days=1):g} days",
        )
    return proposal
