"""Exports: the same datasets in each format, for whom they are, without growing in memory."""

import asyncio
import csv
import io
import json
import tracemalloc
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pyarrow import parquet
from pymongo import AsyncMongoClient

from beamlore.catalogue.exports.columns import metadata_columns
from beamlore.catalogue.exports.writers import CsvWriter, NdjsonWriter, ParquetWriter, TableWriter

from ..conftest import Served
from ..scan_items import START

EXPORT = "/api/beamlore/v1/datasets/export"
_METADATA: list[dict[str, Any]] = [
    {
        "energy": {"value": 7.1, "unit": "keV", "valueSI": 1.1e-15, "unitSI": "J"},
        "points": 5,
        "note": "=1+1",
        "on": True,
        "a%2Eb": 1,
    },
    {"energy": {"value": 7, "unit": "eV"}, "points": {"value": 6}, "mixed": "text", "list": [1, 2]},
    {"energy": {"value": None, "available": False, "unit": "keV"}, "mixed": {"value": 3.5}},
]


async def fill(database: Any) -> None:
    documents = [
        {
            "_id": f"test/{number}",
            "ownerGroup": "g",
            "isPublished": number == 2,
            "startTime": START - timedelta(days=number),
            "datasetName": 'a "name", with a comma\nand a line',
            "size": 10,
            "accessGroups": ["one", "two"],
            "scientificMetadata": metadata,
            "beamlore": {"revision": 1},
        }
        for number, metadata in enumerate(_METADATA)
    ]
    async with AsyncMongoClient(database.url) as client:
        await client[database.name]["Dataset"].insert_many([*documents, {"_id": "other", "ownerGroup": "other"}])


async def exported(client: httpx.AsyncClient, format: str, **params: Any) -> httpx.Response:
    answer = await client.get(EXPORT, params={"format": format, **params})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f'.{format}"')
    return answer


async def test_each_format_has_the_same_datasets_with_their_metadata_as_sent(
    served: Served, mongo_database: Any
) -> None:
    await fill(mongo_database)
    member = served.member_of("g")

    lines = [json.loads(line) for line in (await exported(member, "ndjson")).text.splitlines()]
    assert [line["pid"] for line in lines] == ["test/0", "test/1", "test/2"]
    others = {key: entry for key, entry in _METADATA[0].items() if key not in ("energy", "a%2Eb")}
    assert lines[0]["scientificMetadata"] == {**others, "energy": {"value": 7.1, "unit": "keV"}, "a.b": 1}
    assert lines[1]["scientificMetadata"] == _METADATA[1]

    rows = list(csv.DictReader(io.StringIO((await exported(member, "csv")).text, newline="")))
    assert [row["pid"] for row in rows] == ["test/0", "test/1", "test/2"]
    assert [row["scientificMetadata.energy"] for row in rows] == ["7.1", "7", ""]
    assert [row["scientificMetadata.energy.unit"] for row in rows] == ["keV", "eV", "keV"]
    assert [row["scientificMetadata.mixed"] for row in rows] == ["", "text", "3.5"]
    assert "scientificMetadata.points.unit" not in rows[0]
    assert rows[0]["datasetName"] == lines[0]["datasetName"]
    assert rows[0]["scientificMetadata.note"] == "=1+1"
    assert rows[0]["startTime"] == lines[0]["startTime"]
    assert rows[0]["accessGroups"] == '["one","two"]'

    table = parquet.read_table(io.BytesIO((await exported(member, "parquet")).content))
    assert table["pid"].to_pylist() == ["test/0", "test/1", "test/2"]
    assert table["scientificMetadata.energy"].to_pylist() == [7.1, 7.0, None]
    assert table["scientificMetadata.points"].to_pylist() == [5, 6, None]
    assert str(table.schema.field("scientificMetadata.points").type) == "int64"
    assert table["scientificMetadata.on"].to_pylist() == [True, None, None]
    assert table["scientificMetadata.list"].to_pylist() == [None, "[1,2]", None]
    assert table["scientificMetadata.mixed"].to_pylist() == [None, '"text"', "3.5"]
    assert table["startTime"].to_pylist()[0] == START
    assert table["accessGroups"].to_pylist()[0] == ["one", "two"]
    assert table["size"].to_pylist() == [10, 10, 10]


async def test_an_export_has_what_its_query_finds_and_its_caller_may_see_in_the_columns_asked_for(
    served: Served, mongo_database: Any
) -> None:
    await fill(mongo_database)
    nobody, member = await served.as_(None), served.member_of("g")
    assert [json.loads(line)["pid"] for line in (await exported(nobody, "ndjson")).text.splitlines()] == ["test/2"]
    assert (await exported(served.member_of(""), "csv", where='{"size": 11}')).text.startswith("pid,datasetName,")
    chosen = {"columns": "pid,scientificMetadata.energy", "where": '{"pid": "test/1"}'}
    assert (await exported(member, "csv", **chosen)).text.splitlines() == [
        "pid,scientificMetadata.energy,scientificMetadata.energy.unit",
        "test/1,7,eV",
    ]
    assert (await exported(member, "csv", columns="pid")).text.splitlines() == ["pid", "test/0", "test/1", "test/2"]
    dotted = {"columns": "scientificMetadata.a.b", "where": '{"pid": "test/0"}'}
    assert (await exported(member, "csv", **dotted)).text.splitlines() == ["scientificMetadata.a.b", "1"]
    assert "'=1+1" in (await exported(member, "csv", spreadsheet="true")).text
    found = parquet.read_table(io.BytesIO((await exported(member, "parquet", where='{"size": 11}')).content))
    assert found.num_rows == 0


async def test_what_is_wrong_is_told_before_the_first_byte(served: Served) -> None:
    nobody = await served.as_(None)
    assert (await nobody.get(EXPORT, params={"where": "{"})).status_code == 400
    assert (await nobody.get(EXPORT, params={"columns": "$where"})).status_code == 400
    assert (await nobody.get(EXPORT, params={"format": "xls"})).status_code == 422


async def test_only_so_many_exports_run_at_once_and_one_that_is_left_makes_room(
    served: Served, mongo_database: Any
) -> None:
    # API4:2023 unrestricted resource consumption
    async with AsyncMongoClient(mongo_database.url) as client:
        await client[mongo_database.name]["Dataset"].insert_many(
            [{"_id": f"test/{number}", "isPublished": True, "description": "x" * 50_000} for number in range(2_000)]
        )
    nobody = await served.as_(None)
    async with nobody.stream("GET", EXPORT) as one, nobody.stream("GET", EXPORT) as two:
        assert (one.status_code, two.status_code) == (200, 200)
        refused = await nobody.get(EXPORT)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0

    async with asyncio.timeout(20):
        while (await nobody.get(EXPORT, params={"where": '{"pid": "test/1"}'})).status_code != 200:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "make", [NdjsonWriter, lambda: CsvWriter(_columns(), spreadsheet=False), lambda: ParquetWriter(_columns())]
)
def test_memory_does_not_grow_with_what_is_exported(make: Any) -> None:
    writer: TableWriter = make()

    def batches(count: int) -> int:
        written = 0
        for _ in range(count):
            documents = [
                {"_id": "test/1", "scientificMetadata": {f"key{key}": {"value": key / 7} for key in range(20)}}
                for _ in range(200)
            ]
            written += len(writer.rows(documents))
        return written

    batches(50)
    tracemalloc.start()
    try:
        assert batches(25) > 0
        first = tracemalloc.get_traced_memory()[0]
        batches(75)
        assert tracemalloc.get_traced_memory()[0] - first < 3_000_000
    finally:
        tracemalloc.stop()


def _columns() -> list[Any]:
    return [column for key in range(20) for column in metadata_columns(f"key{key}", ["double"], has_unit=False)]
