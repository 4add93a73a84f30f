"""The scan message: what an instrument says of a scan, once when it starts, as it grows, when it ends.

Every message carries the whole header, so each can be understood (and rejected) by itself. The metadata of
``started`` and ``updated`` may be a part; ``finished`` and ``aborted`` carry all of it, so that a scan is complete
by its last message alone. Within a PID the sequence number grows by each message; a message whose place in the scan's
story is not after what is already catalogued changes nothing (`place_of`).

msgspec, not pydantic, because each message is decoded and checked on the hot path.
"""

import re
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec

from beamlore.contract._limits import (
    INT64,
    MAX_ABORT_REASON,
    MAX_COMMAND,
    MAX_COUNT,
    MAX_GROUP,
    MAX_NAME,
    MAX_PATH,
    MAX_REASON,
    MAX_SOURCE,
    MAX_UNIT,
)
from beamlore.contract._pid import InvalidPidError, check_pid
from beamlore.contract._wording import explained

SCHEMA_VERSION: Literal[1] = 1
"""Version of the message's schema: raised when a reader of the former one would misunderstand."""

ScanState: TypeAlias = Literal["running", "finished", "aborted", "interrupted"]
"""``interrupted`` is never sent: the ingestor gives it to a scan of which no word came for too long."""

# msgspec searches with Python's re, whose `$` also matches before a line feed at the end: (?!\n) shuts that out.
Beamline: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}(?!\n)$")]
ShortText: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
AwareDatetime: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
Integer: TypeAlias = Annotated[int, msgspec.Meta(ge=-INT64, le=INT64 - 1)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)]
Value: TypeAlias = bool | Integer | float | str | list[bool | Integer | float | str | None] | None


class MetadataValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing recorded with a scan.

    ``value`` is a scalar or a flat list; its unit is spelt as the source spells it. ``available`` is false where
    the source did not answer within its budget, or gave what cannot be recorded: the value is then ``None`` and
    ``reason`` says why. Of an available value ``reason`` says what was changed of it, such as a text that was cut.
    """

    value: Value
    unit: Annotated[str, msgspec.Meta(max_length=MAX_UNIT)] = ""
    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""
    source: Annotated[str, msgspec.Meta(max_length=MAX_SOURCE)] = ""
    group: Annotated[str, msgspec.Meta(max_length=MAX_GROUP)] = ""
    available: bool = True
    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] = ""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file a scan wrote: its path relative to the scan's path, size in bytes, time of last change."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PATH)]
    size: Count
    time: AwareDatetime


class _ScanHeader(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
    rename="camel",
    kw_only=True,
):
    pid: ShortText
    sequence: Count
    beamline: Beamline
    proposal: ShortText
    command: Annotated[str, msgspec.Meta(max_length=MAX_COMMAND)]
    start: AwareDatetime
    path: Annotated[str, msgspec.Meta(max_length=MAX_PATH)]
    sent: AwareDatetime
    number: Count | None = None
    """The scan's number in its session or file."""
    sample: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""
    points: Count | None = None
    """Points measured so far."""
    points_planned: Count | None = None
    metadata: dict[Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)], MetadataValue] = {}
    """By key: a stable, machine-readable name, unique within the scan."""
    files: list[File] = []
    """All files written so far."""
    schema_version: Literal[1] = SCHEMA_VERSION

    def __post_init__(self) -> None:
        check_pid(self.pid)
        for key in self.metadata:
            if not _METADATA_KEY.fullmatch(key):
                raise ValueError(f"the metadata key {key[:80]!r} may not begin with '$' or contain '.' or NUL")


# Keys are field names in MongoDB, where '$' leads operators and '.' leads into sub-documents.
METADATA_KEY_PATTERN = r"^[^$.\x00][^.\x00]*$"
_METADATA_KEY = re.compile(METADATA_KEY_PATTERN)


class ScanStarted(_ScanHeader, tag="started", frozen=True, kw_only=True):
    """A scan has begun."""


class ScanUpdated(_ScanHeader, tag="updated", frozen=True, kw_only=True):
    """A scan has grown: ``metadata`` holds what has changed."""


class ScanFinished(_ScanHeader, tag="finished", frozen=True, kw_only=True):
    """A scan has come to its planned end: ``metadata`` and ``files`` are complete."""

    end: AwareDatetime


class ScanAborted(_ScanHeader, tag="aborted", frozen=True, kw_only=True):
    """A scan was stopped before its planned end: ``metadata`` and ``files`` are complete."""

    end: AwareDatetime
    reason: Annotated[str, msgspec.Meta(max_length=MAX_ABORT_REASON)] = ""


ScanMessage: TypeAlias = ScanStarted | ScanUpdated | ScanFinished | ScanAborted


Place: TypeAlias = tuple[bool, int]
"""Where a message stands in its scan's story; places compare as the messages follow on each other."""


ENDS: tuple[ScanState, ...] = ("finished", "aborted")
"""How a scan ends by its instrument's own word."""


def place(state: str, sequence: int) -> Place:
    """Return the place of what is known of a scan: what tells of its end comes after all that does not."""
    return state in ENDS, sequence


def place_of(message: ScanMessage) -> Place:
    """Return a message's place: an update that comes after the end adds nothing, whatever its number."""
    return isinstance(message, ScanFinished | ScanAborted), message.sequence


class InvalidMessageError(ValueError):
    """A message is not JSON, or does not have the schema's form."""


class UnsupportedSchemaVersionError(InvalidMessageError):
    """A message is of a schema version this reader does not know."""


class _Peek(msgspec.Struct, rename="camel"):
    schema_version: object = SCHEMA_VERSION
    pid: object = None
    proposal: object = None
    beamline: object = None


_decoder = msgspec.json.Decoder(ScanMessage)
_peeker = msgspec.json.Decoder(_Peek)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_encoder = msgspec.json.Encoder()


def encode_message(message: ScanMessage) -> bytes:
    """Return the message as JSON (UTF-8)."""
    return _encoder.encode(message)


def decode_message(data: bytes) -> ScanMessage:
    """Return the message that the JSON holds.

    Raises:
        UnsupportedSchemaVersionError: it is of another schema version.
        InvalidMessageError: it is not JSON or not a scan message; the text says where.
    """
    try:
        message: ScanMessage = _decoder.decode(data)
    except (*_UNREADABLE, InvalidPidError) as error:
        found = _look(data)
        version = SCHEMA_VERSION if found is None else found.schema_version
        if version != SCHEMA_VERSION:
            raise UnsupportedSchemaVersionError(
                f"schema version {version!r} is not supported; this reader knows version {SCHEMA_VERSION}"
            ) from error
        if isinstance(error, RecursionError):
            raise InvalidMessageError("it is nested too deeply") from error
        raise InvalidMessageError(explained(error, data, MetadataValue)) from error
    return message


def peek(data: bytes) -> dict[str, str]:
    """Return what can be read of a message that could not be decoded: any of pid, proposal, beamline."""
    found = _look(data)
    if found is None:
        return {}
    pairs = {"pid": found.pid, "proposal": found.proposal, "beamline": found.beamline}
    return {key: value for key, value in pairs.items() if isinstance(value, str)}


def _look(data: bytes) -> _Peek | None:
    try:
        return _peeker.decode(data)
    except _UNREADABLE:
        return None
