"""The wire between the instrument and the catalogue: scan messages, metadata sets, PIDs, units, roles.

Pure: nothing here opens a file or a socket. What is exported here may be used; the rest is private.
"""

from beamlore.contract._metadata_set import (
    ActiveConfiguration,
    MetadataEntry,
    MetadataSet,
    Scalar,
    apply_value_map,
)
from beamlore.contract._pid import InvalidPidError, check_pid, deterministic_pid, new_pid
from beamlore.contract._roles import (
    CATALOGUE_ADMIN,
    CATALOGUE_INGEST,
    CATALOGUE_PUBLISH,
    CONFIGURATOR_READ,
    USEROFFICE_ADMIN,
    USEROFFICE_READ,
    beamline_of_staff_group,
    beamline_staff,
    proposal_group,
    proposal_of_group,
)
from beamlore.contract._scan import (
    SCHEMA_VERSION,
    File,
    InvalidMessageError,
    MetadataValue,
    ScanAborted,
    ScanFinished,
    ScanMessage,
    ScanStarted,
    ScanState,
    ScanUpdated,
    UnsupportedSchemaVersionError,
    decode_message,
    encode_message,
    peek,
)
from beamlore.contract._topics import SCAN_TOPIC_PATTERN, TRACEPARENT, beamline_of_topic, scan_topic
from beamlore.contract._units import UnknownUnitError, canonical_unit

__all__ = [
    "CATALOGUE_ADMIN",
    "CATALOGUE_INGEST",
    "CATALOGUE_PUBLISH",
    "CONFIGURATOR_READ",
    "SCAN_TOPIC_PATTERN",
    "SCHEMA_VERSION",
    "TRACEPARENT",
    "USEROFFICE_ADMIN",
    "USEROFFICE_READ",
    "ActiveConfiguration",
    "File",
    "InvalidMessageError",
    "InvalidPidError",
    "MetadataEntry",
    "MetadataSet",
    "MetadataValue",
    "Scalar",
    "ScanAborted",
    "ScanFinished",
    "ScanMessage",
    "ScanStarted",
    "ScanState",
    "ScanUpdated",
    "UnknownUnitError",
    "UnsupportedSchemaVersionError",
    "apply_value_map",
    "beamline_of_staff_group",
    "beamline_of_topic",
    "beamline_staff",
    "canonical_unit",
    "check_pid",
    "decode_message",
    "deterministic_pid",
    "encode_message",
    "new_pid",
    "peek",
    "proposal_group",
    "proposal_of_group",
    "scan_topic",
]
