"""The checks a message passes on its way."""

from datetime import MAXYEAR, MINYEAR, datetime, timedelta

from beamlore.contract import (
    InvalidMessageError,
    ScanAborted,
    ScanFinished,
    ScanMessage,
    UnsupportedSchemaVersionError,
    decode_message,
    salvage_message,
)
from beamlore.ingestor.proposals.models import Proposal
from beamlore.ingestor.validate.models import Reason, Record, RejectedError


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
    message = _decoded(value)
    _check_times(message)
    if message.beamline != record.beamline:
        raise RejectedError(
            Reason.WRONG_BEAMLINE,
            f"the message says it is of {message.beamline!r} and came by the topic of {record.beamline!r}",
        )
    return message


def _decoded(value: bytes) -> ScanMessage:
    """Return the message; where a part of it is unfit that does not say whose scan it is, with that part marked."""
    try:
        return decode_message(value)
    except UnsupportedSchemaVersionError as error:
        raise RejectedError(Reason.UNSUPPORTED_VERSION, str(error)) from error
    except InvalidMessageError as error:
        try:
            return salvage_message(value)
        except InvalidMessageError as unclear:
            raise RejectedError(Reason.INVALID_MESSAGE, f"not a scan message: {unclear}") from error


def _check_times(message: ScanMessage) -> None:
    """Refuse times that have no equal in UTC: the first and the last year's, in zones far from it."""
    times = [message.start, message.sent, *(file.time for file in message.files)]
    if isinstance(message, ScanFinished | ScanAborted):
        times.append(message.end)
    for one in times:
        if not MINYEAR < one.year < MAXYEAR:
            raise RejectedError(Reason.INVALID_MESSAGE, f"the time {one.isoformat()} is out of all bounds")


def clock_ahead(message: ScanMessage, now: datetime, taken: timedelta, most: timedelta) -> timedelta:
    """Return by how much the message's times are to be corrected, its clock being ahead of ours; nothing: it is not.

    Args:
        message: a message of the scan.
        now: by our clock.
        taken: so far ahead its times are taken as they are.
        most: farther ahead it is not taken.

    Raises:
        RejectedError: it is too far ahead.
    """
    times = [message.start, message.sent]
    if isinstance(message, ScanFinished | ScanAborted):
        times.append(message.end)
    ahead = max(times) - now
    if ahead > max(taken, most):
        raise RejectedError(
            Reason.CLOCK_AHEAD,
            f"the message's time {max(times).isoformat()} is ahead of the clock here by {ahead}; set the instrument's "
            f"clock (NTP), mend the times and replay; up to {max(taken, most)} ahead are corrected",
        )
    return ahead if ahead > taken else timedelta()


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
