"""The facility's schema of file metadata."""

import json
from pathlib import Path
from typing import Any

import pytest

from beamlore.catalogue.parts.file_metadata import FileMetadataSchema
from beamlore.core import BadRequestError

OPEN = {"type": "object"}
FRAMES = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"frames": {"type": "integer", "minimum": 1}, "made": {"type": "string", "format": "date"}},
    "required": ["frames"],
}


@pytest.fixture
def schema(tmp_path: Path) -> Any:
    def make(content: object) -> FileMetadataSchema:
        path = tmp_path / "schema.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return FileMetadataSchema(path)

    return make


def test_without_a_schema_files_have_no_metadata() -> None:
    schema = FileMetadataSchema(None)
    schema.check([{"path": "a"}, {"path": "b", "metadata": {}}])
    with pytest.raises(BadRequestError, match="frames"):
        schema.check([{"path": "a", "metadata": {"frames": 1}}])


@pytest.mark.parametrize("metadata", [None, {}, {"frames": 0}, {"frames": "many"}, {"frames": 1, "made": "long ago"}])
def test_metadata_that_do_not_follow_the_schema_are_refused(schema: Any, metadata: object) -> None:
    schema(FRAMES).check([{"metadata": {"frames": 3, "made": "2026-03-01"}}])
    with pytest.raises(BadRequestError, match=r"dataFileList\.1"):
        schema(FRAMES).check([{"metadata": {"frames": 3}}, {"metadata": metadata}])


@pytest.mark.parametrize("metadata", [{"$where": 1}, {"a": [{"b.c": 1}]}, {"": 1}, {"a\x00": 1}])
def test_keys_that_the_database_would_read_are_refused(schema: Any, metadata: object) -> None:
    """OWASP API8:2023, ASVS 1.2.5: what is sent never becomes an operator or a path."""
    with pytest.raises(BadRequestError, match="cannot be a key"):
        schema(OPEN).check([{"metadata": metadata}])


@pytest.mark.parametrize("content", ["{", {"type": "no such type"}])
def test_a_schema_that_is_none_is_told_at_the_start(schema: Any, content: object) -> None:
    with pytest.raises(ValueError, match="DATAFILES_METADATA_SCHEMA"):
        schema(content)


def test_a_schema_refers_to_nothing_outside(schema: Any) -> None:
    with pytest.raises(BadRequestError, match="refers to"):
        schema({"$ref": "http://127.0.0.1:9/schema.json"}).check([{"metadata": {}}])
