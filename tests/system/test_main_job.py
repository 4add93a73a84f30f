"""The whole way: Tango devices and a scan engine, Kafka, ingestor, user office, catalogue, and the open page."""

import asyncio
import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.system.waiting import eventually


@pytest.fixture
async def devices(installation):
    """The simulated devices of balder, in a real Tango database."""
    await installation.start("tango-db")
    await installation.start("devices-balder")
    yield
    await installation.stop("devices-balder")


async def run_engine(installation, directory: Path, scans: int) -> list[dict]:
    """Make scans with the real devices; return what the engine reports of each that ended."""
    report = directory / "report.jsonl"
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("beamlore")),
        *("beamline", "engine", "--beamline", "balder", "--proposals", "20260101"),
        *("--period", "1", "--scans", str(scans), "--data", str(directory), "--report", str(report)),
        env=os.environ | installation.environment("beamline-balder") | {"BEAMLORE_SPOOL_DIR": str(directory / "spool")},
    )
    assert await process.wait() == 0
    events = [json.loads(line) for line in report.read_text().splitlines()]
    return [event for event in events if event["event"] in ("finished", "aborted")]


async def test_scan_of_real_devices_stands_in_the_log(installation, devices, api, scan_log_page, tmp_path):
    page = await scan_log_page("ada")
    ended = await run_engine(installation, tmp_path, scans=3)
    assert len(ended) == 3

    for one in ended:
        await expect(page.locator(f'[data-pid="{one["pid"]}"]')).to_have_attribute("data-state", one["event"])
        scan = (await api("ada").get(f"/beamlore/v1/scans/{quote(one['pid'], safe='')}")).json()
        assert scan["proposal"] == "20260101"
        assert scan["beamline"] == "balder"
        assert scan["state"] == one["event"]
        assert scan["numberOfFiles"] >= 1
        energy = next(entry for key, entry in scan["metadata"].items() if "energy" in key)
        assert isinstance(energy["value"], int | float)
        assert energy["unit"] == "eV"
        shutter = [entry["value"] for entry in scan["metadata"].values() if entry.get("value") in ("insert", "extract")]
        assert shutter, "the configurator's value mapping was applied"


async def test_scan_is_enriched_by_the_user_office_and_readable_by_scicats_tools(installation, devices, api, tmp_path):
    (ended,) = await run_engine(installation, tmp_path, scans=1)
    path = f"/v3/datasets/{quote(ended['pid'], safe='')}"
    await eventually(lambda: has_ended(api("ada"), ended["pid"]), "the scan is catalogued")

    dataset = (await api("ada").get(path)).json()
    proposal = (await api("admin").get("/useroffice/v1/proposals/20260101")).json()

    assert dataset["pid"] == ended["pid"]
    assert dataset["type"] == "raw"
    assert dataset["ownerGroup"] == "proposal:20260101"
    assert dataset["principalInvestigator"] == proposal["principalInvestigator"]["name"]
    assert proposal["title"] in (dataset["description"] + dataset["datasetName"])
    assert "beamlore" not in dataset, "SciCat's routes show SciCat's fields"
    assert dataset["scientificMetadata"]


async def has_ended(client, pid):
    answer = await client.get(f"/beamlore/v1/scans/{quote(pid, safe='')}")
    return answer.status_code == 200 and answer.json()["state"] != "running"


async def test_only_the_proposals_people_and_the_staff_see_it(installation, devices, api, tmp_path):
    (ended,) = await run_engine(installation, tmp_path, scans=1)
    pid = quote(ended["pid"], safe="")
    await eventually(lambda: has_ended(api("admin"), ended["pid"]), "the scan is catalogued")

    seen = {user: (await api(user).get(f"/beamlore/v1/scans/{pid}")).status_code for user in ("ada", "staff", "admin")}
    hidden = {user: (await api(user).get(f"/beamlore/v1/scans/{pid}")).status_code for user in ("bo", "curator")}

    assert set(seen.values()) == {200}, seen
    assert set(hidden.values()) == {404}, hidden
    for user in ("bo", "curator"):
        page = (await api(user).get("/beamlore/v1/scans", params={"limit": 1000})).json()
        assert ended["pid"] not in [one["pid"] for one in page["items"]]
        assert (await api(user).get(f"/v3/datasets/{pid}")).status_code in (403, 404)


async def test_comment_and_rating_reach_scicats_fields(installation, devices, api, tmp_path):
    (ended,) = await run_engine(installation, tmp_path, scans=1)
    pid = quote(ended["pid"], safe="")
    await eventually(lambda: has_ended(api("ada"), ended["pid"]), "the scan is catalogued")
    unrated = (await api("ada").get(f"/v3/datasets/{pid}")).json()

    answer = await api("ada").patch(f"/beamlore/v1/scans/{pid}", json={"comment": "beam was low", "rating": 1.5})

    assert answer.status_code == 200
    assert "dataQualityMetrics" not in unrated, "unrated is not zero"
    rated = (await api("ada").get(f"/v3/datasets/{pid}")).json()
    assert (rated["comment"], rated["dataQualityMetrics"]) == ("beam was low", 1.5)
    assert (await api("bo").patch(f"/beamlore/v1/scans/{pid}", json={"rating": 3})).status_code == 404
