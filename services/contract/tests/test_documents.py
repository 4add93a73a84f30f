import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from beamlore.contract import InvalidMessageError, ScanMessage, decode_message, encode_message
from beamlore.contract._documents import asyncapi_document, metadata_set_schema, scan_message_schema
from beamlore.contract.cli import app

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
SCAN = jsonschema.Draft202012Validator(scan_message_schema(), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("name", ["scan-message.schema.json", "metadata-set.schema.json", "asyncapi.yaml"])
def test_committed_document_is_what_the_code_says(name: str, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["write", str(tmp_path)]).exit_code == 0
    written = (tmp_path / name).read_text(encoding="utf-8")
    committed = (REFERENCE / name).read_text(encoding="utf-8")
    assert committed == written, "run `beamlore contract write docs/reference` and commit what changed"


@pytest.mark.parametrize("schema", [scan_message_schema(), metadata_set_schema()], ids=["scan", "metadata set"])
def test_schemas_are_schemas(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_schema_takes_what_the_code_sends(any_message: st.SearchStrategy[ScanMessage], data: st.DataObject) -> None:
    SCAN.validate(json.loads(encode_message(data.draw(any_message))))


BREAKS = st.sampled_from(
    [
        {"pid": "no-slash"},
        {"sequence": -1},
        {"beamline": "Balder"},
        {"proposal": ""},
        {"metadata": {"$a": {"value": 1}}},
        {"metadata": {"a.b": {"value": 1}}},
        {"metadata": {"a": {}}},
        {"metadata": {"a": {"value": [[1]]}}},
        {"files": [{"path": "a"}]},
        {"schemaVersion": 2},
        {"colour": "red"},
        {"kind": "paused"},
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), BREAKS)
def test_schema_refuses_what_the_code_refuses(
    any_message: st.SearchStrategy[ScanMessage], data: st.DataObject, changes: dict[str, Any]
) -> None:
    broken = json.loads(encode_message(data.draw(any_message))) | changes
    assert not SCAN.is_valid(broken)
    with pytest.raises(InvalidMessageError):
        decode_message(json.dumps(broken).encode())


def test_examples_are_valid_messages() -> None:
    for name, message in asyncapi_document()["components"]["messages"].items():
        for example in message["examples"]:
            assert (
                msgspec.json.decode(encode_message(decode_message(json.dumps(example["payload"]).encode())))
                == (example["payload"])
            )
            assert example["payload"]["kind"] == name


def test_references_of_the_asyncapi_document_lead_somewhere() -> None:
    document = asyncapi_document()
    files = {"": document, "./scan-message.schema.json": scan_message_schema()}
    found = list(references(document))
    assert found
    for reference in found:
        file, _, path = reference.partition("#/")
        target: Any = files[file]
        for part in path.split("/"):
            target = target[part]


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [found for value in part.values() for found in references(value)]
    if isinstance(part, list):
        return [found for value in part for found in references(value)]
    return []


def test_metadata_sets_of_the_committed_schema_are_those_of_the_code() -> None:
    validator = jsonschema.Draft202012Validator(metadata_set_schema())
    entry = {"key": "energy", "source": "sim/balder/mono/energy", "valueMap": {"4": "insert"}}
    validator.validate({"name": "standard", "entries": [entry]})
    assert not validator.is_valid({"name": "standard", "entries": [{**entry, "value_map": {}}]})


def test_asyncapi_document_is_yaml_that_reads_back() -> None:
    assert yaml.safe_load((REFERENCE / "asyncapi.yaml").read_text(encoding="utf-8")) == asyncapi_document()
