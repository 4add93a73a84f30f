"""The contract in the words of other languages: JSON Schemas and an AsyncAPI document, made from the code."""

import inspect
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pydantic.json_schema import models_json_schema

from beamlore.contract._metadata_set import ActiveConfiguration, MetadataSet
from beamlore.contract._pid import PID_PATTERN
from beamlore.contract._scan import (
    METADATA_KEY_PATTERN,
    SCHEMA_VERSION,
    File,
    MetadataValue,
    ScanAborted,
    ScanFinished,
    ScanMessage,
    ScanStarted,
    ScanUpdated,
    encode_message,
)
from beamlore.contract._topics import BEAMLINE_PATTERN, SCAN_TOPIC_PATTERN

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCAN_SCHEMA = "scan-message.schema.json"
_KINDS = (ScanStarted, ScanUpdated, ScanFinished, ScanAborted)


def scan_message_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the scan message: what `decode_message` takes, it takes too."""
    (message,), definitions = msgspec.json.schema_components([ScanMessage], ref_template="#/$defs/{name}")
    _clean(definitions)
    for kind in _KINDS:
        # Two rules that the type alone does not tell.
        properties = definitions[kind.__name__]["properties"]
        properties["pid"]["pattern"] = PID_PATTERN
        properties["metadata"]["propertyNames"]["pattern"] = METADATA_KEY_PATTERN
    return {
        "$schema": _DIALECT,
        "title": "Scan message",
        "description": f"What an instrument says of a scan; schema version {SCHEMA_VERSION}.",
        **message,
        "$defs": definitions,
    }


def metadata_set_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the metadata set, and of the active configuration under its ``$defs``."""
    _, definitions = models_json_schema(
        [(MetadataSet, "validation"), (ActiveConfiguration, "validation")], ref_template="#/$defs/{model}"
    )
    _clean(definitions)
    return {
        "$schema": _DIALECT,
        "title": "Metadata set",
        "$ref": "#/$defs/MetadataSet",
        **definitions,
    }


def asyncapi_document() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 description of the topics: https://www.asyncapi.com/docs/reference/specification/v3.0.0."""
    names = [_kind(kind) for kind in _KINDS]
    channel = "#/channels/scans"
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Beamlore scan messages",
            "version": str(SCHEMA_VERSION),
            "description": (
                "One scan is one story: started, updated any number of times, finished or aborted; under one PID, in "
                "order. Within a PID the sequence number grows with each message; one whose number is not above what "
                "is catalogued changes nothing, so a message may be sent again. Whoever sends waits for all replicas "
                "(`acks=all`) and sends idempotently."
            ),
            "license": {"name": "BSD-3-Clause"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "scans": {
                "address": "scans.{beamline}",
                "title": "Scans of a beamline",
                "description": f"One topic for each beamline. All of them match `{SCAN_TOPIC_PATTERN}`.",
                "parameters": {"beamline": {"description": f"The beamline's name, `{BEAMLINE_PATTERN}`."}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            }
        },
        "operations": {
            operation: {
                "action": action,
                "channel": {"$ref": channel},
                "summary": summary,
                "messages": [{"$ref": f"{channel}/messages/{name}"} for name in names],
            }
            for operation, action, summary in (
                ("tellOfScan", "send", "The instrument tells of its scan."),
                ("catalogueScan", "receive", "The catalogue takes every message, or holds it in the inbox."),
            )
        },
        "components": {"messages": {_kind(kind): _message(kind) for kind in _KINDS}},
    }


def _message(kind: type[ScanStarted | ScanUpdated | ScanFinished | ScanAborted]) -> dict[str, Any]:
    return {
        "name": _kind(kind),
        "title": f"Scan {_kind(kind)}",
        "summary": (inspect.getdoc(kind) or "").replace("``", "`"),
        "payload": {"$ref": f"./{_SCAN_SCHEMA}#/$defs/{kind.__name__}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The scan's PID, so that its messages keep their order."},
                "bindingVersion": "0.5.0",
            }
        },
        "examples": [{"payload": msgspec.json.decode(encode_message(_example(kind)))}],
    }


def _example(kind: type[ScanStarted | ScanUpdated | ScanFinished | ScanAborted]) -> ScanMessage:
    start = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    position = _KINDS.index(kind)
    header: dict[str, Any] = {
        "pid": "20.500.12345/0b0e7f2a-7d7c-4f0e-8d6c-4d5a3f1c2b10",
        "sequence": min(position, 2),
        "beamline": "balder",
        "proposal": "20260101",
        "command": "ascan mono_energy 8900 9900 500 0.2",
        "number": 42,
        "path": "/data/balder/20260101/raw/scan-0042",
        "sample": "Cu-NC-17",
        "start": start,
        "sent": start + timedelta(minutes=position),
        "points_planned": 501,
        "metadata": {
            "mono_energy": MetadataValue(
                8979.0, unit="eV", name="Photon energy", source="sim/balder/mono/energy", group="Optics"
            ),
            "shutter": MetadataValue("insert", name="Shutter", source="sim/balder/shutter/position_code"),
            "sample_temperature": MetadataValue(
                None, unit="K", name="Sample temperature", available=False, reason="no answer within 500 ms"
            ),
        },
    }
    if kind is ScanStarted:
        return ScanStarted(**header)
    header |= {"points": 120 * position, "files": [File("scan-0042.h5", 8_388_608, header["sent"])]}
    if kind is ScanUpdated:
        return ScanUpdated(**header)
    if kind is ScanFinished:
        return ScanFinished(**header | {"points": 501}, end=header["sent"])
    return ScanAborted(**header, end=header["sent"], reason="stopped by the user")


def _kind(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _clean(schema: Any) -> None:
    """Take the indentation of the source out of descriptions."""
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            schema["description"] = inspect.cleandoc(schema["description"]).replace("``", "`")
        for part in schema.values():
            _clean(part)
    elif isinstance(schema, list):
        for part in schema:
            _clean(part)
