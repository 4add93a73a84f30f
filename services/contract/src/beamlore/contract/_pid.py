"""Persistent identifiers of scans: ``<prefix>/<suffix>``, as SciCat's ``pid`` and the Handle System have them.

Source: RFC 3651 (Handle System), section 2: a naming authority, a slash, a local name. The prefix is the
facility's; the suffix here is a UUID, made at the instrument, so a PID needs no server.
"""

import re
import uuid

PID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9.\-_]{0,63}/[A-Za-z0-9][A-Za-z0-9.\-_]{0,127}$"
_PID = re.compile(PID_PATTERN)
_NAMESPACE = uuid.UUID("7e2b6f3a-5d0c-4c39-9a57-1f2e8c6d4b10")


class InvalidPidError(ValueError):
    """A PID does not have the form ``<prefix>/<suffix>``."""


def check_pid(pid: str) -> str:
    """Return the PID where it is well formed.

    Raises:
        InvalidPidError: it is not ``<prefix>/<suffix>`` of letters, digits, ``.``, ``-`` and ``_``.
    """
    if not _PID.fullmatch(pid):
        raise InvalidPidError(
            f"{pid[:80]!r} is not a PID: it must be <prefix>/<suffix> of letters, digits, '.', '-' and '_'"
        )
    return pid


def new_pid(prefix: str) -> str:
    """Return a PID that was never given before (a random UUID, RFC 9562 version 4, under the prefix)."""
    return check_pid(f"{prefix}/{uuid.uuid4()}")


def deterministic_pid(prefix: str, *parts: str) -> str:
    """Return the PID that belongs to these parts: the same parts give the same PID (RFC 9562 version 5).

    For sources that can be read again, such as files: replaying one does not double its scans.
    """
    return check_pid(f"{prefix}/{uuid.uuid5(_NAMESPACE, chr(0).join(parts))}")
