"""Exports: the same datasets in each format, for whom they are, without growing in memory."""

import asyncio
import csv
import io
import json
import math
import tracemalloc
from datetime import timedelta
from typing import Any

import httpx
import pytest
from bson import Decimal128
from pyarrow import parquet
from pymongo import AsyncMongoClient

from beamlore.catalogue.exports.columns import OTHER_KEYS, metadata_columns
from beamlore.catalogue.exports.writers import CsvWriter, NdjsonWriter, ParquetWriter, TableWriter

from ..conftest import Served
from ..scan_items import START

csv.field_size_limit(16 * 2**20)
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
    assert rows[0]["scientificMetadata.note"] == "'=1+1"
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
    found = parquet.read_table(io.BytesIO((await exported(member, "parquet", where='{"size": 11}')).content))
    assert found.num_rows == 0


async def rows_of(client: httpx.AsyncClient, **params: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((await exported(client, "csv", **params)).text, newline="")))


async def table_of(client: httpx.AsyncClient, **params: Any) -> Any:
    return parquet.read_table(io.BytesIO((await exported(client, "parquet", **params)).content))


async def store(database: Any, *metadata: dict[str, Any]) -> None:
    async with AsyncMongoClient(database.url) as client:
        await client[database.name]["Dataset"].insert_many(
            {"_id": f"m/{number}", "ownerGroup": "g", "isPublished": False, "scientificMetadata": one}
            for number, one in enumerate(metadata)
        )


async def test_rare_keys_are_folded_into_one_column(served: Served, mongo_database: Any) -> None:
    many: dict[str, Any] = {f"channel{number}": {"value": number, "unit": "cts"} for number in range(20_000)}
    await store(mongo_database, {"energy": 7, **many}, *({"energy": number, "gap": 5} for number in range(3)))
    member = served.member_of("g")
    answer = await exported(member, "csv")
    assert answer.headers["beamlore-metadata-columns"] == "1000"
    assert answer.headers["beamlore-metadata-folded"] == str(20_002 - 1_000)
    rows = {row["pid"]: row for row in await rows_of(member)}
    assert [rows[f"m/{number}"]["scientificMetadata.energy"] for number in range(4)] == ["7", "0", "1", "2"]
    assert rows["m/1"][OTHER_KEYS] == ""
    folded = json.loads(rows["m/0"][OTHER_KEYS])
    shown = {name.removeprefix("scientificMetadata.") for name, value in rows["m/0"].items() if value}
    assert {key for key in many if key not in shown} == set(folded)
    assert folded["channel19999"] == many["channel19999"]
    table = await table_of(member)
    assert table["scientificMetadata.gap"].to_pylist().count(5) == 3
    assert sum(len(json.loads(one)) for one in table[OTHER_KEYS].to_pylist() if one) == 20_002 - 1_000
    # A key that is asked for has its column, however rare it is.
    named = await rows_of(member, columns="pid,scientificMetadata.channel19999")
    assert list(named[0]) == ["pid", "scientificMetadata.channel19999", "scientificMetadata.channel19999.unit"]
    assert {row["scientificMetadata.channel19999"] for row in named} == {"", "19999"}


async def test_text_is_no_formula_and_numbers_stay_numbers(served: Served, mongo_database: Any) -> None:
    cells = {
        "=1+1": "'=1+1",
        "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0",
        "-2+3": "'-2+3",
        "@SUM(1)": "'@SUM(1)",
        "\t=1": "'\t=1",
        "\r=1": "'\r=1",
        "\n=1": "'\n=1",
        "\uff1d1+1": "'\uff1d1+1",
        "-5": "-5",
        "+1.5e-3": "+1.5e-3",
        "-.5": "-.5",
        "a=1": "a=1",
        -5: "-5",
        -0.25: "-0.25",
        float("nan"): "NaN",
        float("-inf"): "-Infinity",
    }
    await store(mongo_database, {f"k{number}": value for number, value in enumerate(cells)})
    member = served.member_of("g")
    (row,) = await rows_of(member)
    assert [row[f"scientificMetadata.k{number}"] for number in range(len(cells))] == list(cells.values())
    (plain,) = await rows_of(member, spreadsheet="false")
    texts = [value for value in cells if isinstance(value, str)]
    assert [plain[f"scientificMetadata.k{number}"] for number in range(len(texts))] == texts


async def test_names_that_readers_confuse_are_told_apart(served: Served, mongo_database: Any) -> None:
    keys = ["Energy", "energy", "x", "x%2Eunit", "line\nbreak", 'a "quoted", one', "", "%24a", "a b", "a%20b"]
    await store(mongo_database, {key: {"value": number, "unit": "mm"} for number, key in enumerate(keys)})
    member = served.member_of("g")
    text = (await exported(member, "csv")).text
    header, cells = csv.reader(io.StringIO(text, newline=""))
    names = (await table_of(member)).column_names
    assert names == header
    assert len({name.casefold() for name in names}) == len(names)
    row = dict(zip(header, cells, strict=True))
    found = {name: value for name, value in row.items() if name.startswith("scientificMetadata") and value != "mm"}
    assert sorted(found.values()) == sorted(str(number) for number in range(len(keys)))
    assert row["scientificMetadata.Energy"] == "0"
    assert row["scientificMetadata.energy (2)"] == "1"
    assert row["scientificMetadata.$a"] == "7"


async def test_odd_values_break_no_table(served: Served, mongo_database: Any) -> None:
    values: dict[str, list[Any]] = {
        "mixed": [1, "one", [1, 2]],
        "big": [2**63 - 1, -(2**63), 2**53 + 1],
        "bigAndReal": [2**53 + 1, 0.5, None],
        "real": [1, float("nan"), Decimal128("1.25")],
        "moment": [START, None, START],
        "momentOrText": [START, "2026", None],
        "nested": [{"deep": {"value": 1}}, None, 3],
        "nothing": [None, None, None],
        "flag": [True, False, 1],
    }
    await store(mongo_database, *({key: {"value": of_key[row]} for key, of_key in values.items()} for row in range(3)))
    async with AsyncMongoClient(mongo_database.url) as client:
        # As another program may have written it.
        odd = {"size": "many", "isPublished": False, "startTime": "yesterday", "numberOfFiles": 1e300}
        await client[mongo_database.name]["Dataset"].update_one({"_id": "m/0"}, {"$set": odd})
    member = served.member_of("g")
    table = (await table_of(member)).sort_by("pid")

    def of(key: str) -> list[Any]:
        found: list[Any] = table[f"scientificMetadata.{key}"].to_pylist()
        return found

    assert of("mixed") == ["1", '"one"', "[1,2]"]
    assert of("big") == values["big"]
    assert of("bigAndReal") == ["9007199254740993", "0.5", None]
    assert of("real")[0] == 1.0
    assert math.isnan(of("real")[1])
    assert of("real")[2] == 1.25
    assert of("moment") == values["moment"]
    assert of("flag") == ["true", "false", "1"]
    assert table["size"].to_pylist()[0] is None
    rows = sorted(await rows_of(member), key=lambda row: row["pid"])
    assert [row["scientificMetadata.big"] for row in rows] == [str(one) for one in values["big"]]
    assert rows[0]["size"] == "many"
    assert len((await exported(member, "ndjson")).text.splitlines()) == 3


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
