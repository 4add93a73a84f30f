"""Metadata and the JSON Schema they name. Covers OWASP API7:2023 (SSRF), ASVS 5.2.6."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from beamlore.catalogue.datasets.schemas import MetadataSchemas

_OURS = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://schemas.facility.example/scan",
    "type": "object",
    "properties": {"energy": {"$ref": "quantity.json"}},
    "required": ["energy"],
}
_QUANTITY = {
    "$id": "https://schemas.facility.example/quantity.json",
    "type": "object",
    "properties": {"value": {"type": "number"}, "unit": {"enum": ["eV", "keV"]}},
    "required": ["value", "unit"],
}


class _Settings:
    def __init__(self, directory: Path | None = None, sources: tuple[str, ...] = ()) -> None:
        self.metadata_schemas_directory = directory
        self.metadata_schema_sources = sources


def schemas(*args: Any) -> MetadataSchemas:
    settings: Any = _Settings(*args)
    return MetadataSchemas(settings)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scan.json").write_bytes(orjson.dumps(_OURS))
    (tmp_path / "quantity.json").write_bytes(orjson.dumps(_QUANTITY))
    return tmp_path


@pytest.fixture
async def elsewhere() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that gives out a schema, and what it was asked."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        body = orjson.dumps({"type": "object", "required": ["a"]})
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


@pytest.mark.parametrize(
    "address",
    [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema",
        "https://json-schema.org/draft-07/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ],
)
async def test_metaschemas_are_at_hand(address: str) -> None:
    at_hand = schemas()
    good, bad = {"title": "a scan"}, {"title": 5}
    assert await at_hand.verdict({"scientificMetadata": good, "scientificMetadataSchema": address}) is True
    assert await at_hand.verdict({"scientificMetadata": bad, "scientificMetadataSchema": address}) is False


@pytest.mark.parametrize("name", ["https://schemas.facility.example/scan", "scan.json"])
async def test_a_facilitys_schemas_are_found_and_may_refer_to_each_other(folder: Path, name: str) -> None:
    at_hand = schemas(folder)
    good, bad = {"energy": {"value": 7.1, "unit": "keV"}}, {"energy": {"value": 7.1, "unit": "K"}}
    assert await at_hand.verdict({"scientificMetadata": good, "scientificMetadataSchema": name}) is True
    assert await at_hand.verdict({"scientificMetadata": bad, "scientificMetadataSchema": name}) is False


async def test_metadata_may_name_their_schema_themselves(folder: Path) -> None:
    metadata = {"@schema": "scan.json", "energy": {"value": 1, "unit": "eV"}}
    assert await schemas(folder).verdict({"scientificMetadata": metadata}) is True


async def test_keys_are_judged_as_they_were_sent() -> None:
    stored = {"%24id": "not a uri reference %", "title": "x", "a%2Eb": 1}
    address = "https://json-schema.org/draft-07/schema"
    assert await schemas().verdict({"scientificMetadata": stored, "scientificMetadataSchema": address}) is True


@pytest.mark.parametrize("dataset", [{}, {"scientificMetadata": {"a": 1}}, {"scientificMetadataSchema": "scan.json"}])
async def test_without_metadata_or_schema_there_is_no_verdict(dataset: dict[str, Any]) -> None:
    assert await schemas().verdict(dataset) is None


async def test_no_address_is_asked_that_was_not_allowed(elsewhere: tuple[str, list[bytes]]) -> None:
    address, asked = elsewhere
    dataset = {"scientificMetadata": {"a": 1}, "scientificMetadataSchema": f"{address}/schema.json"}
    assert await schemas(None, ("https://schemas.facility.example/",)).verdict(dataset) is False
    assert asked == []


async def test_an_allowed_address_is_asked_once(elsewhere: tuple[str, list[bytes]]) -> None:
    address, asked = elsewhere
    allowed = schemas(None, (f"{address}/",))
    for metadata, verdict in (({"a": 1}, True), ({"b": 1}, False)):
        dataset = {"scientificMetadata": metadata, "scientificMetadataSchema": f"{address}/schema.json"}
        assert await allowed.verdict(dataset) is verdict
    assert len(asked) == 1


async def test_what_is_no_schema_is_kept_by_nothing(folder: Path) -> None:
    (folder / "odd.json").write_bytes(orjson.dumps({"type": "no such type"}))
    (folder / "away.json").write_bytes(orjson.dumps({"$ref": "https://schemas.facility.example/missing"}))
    at_hand = schemas(folder)
    for name in ("odd.json", "away.json", "none.json"):
        assert await at_hand.verdict({"scientificMetadata": {"a": 1}, "scientificMetadataSchema": name}) is False
