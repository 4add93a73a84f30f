"""Real beamlines' SPEC files through Kafka to the page: every scan of every readable file, and the damage told."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.system.waiting import eventually

FILES = Path(__file__).parents[3] / "shared" / "data" / "spec"
DAMAGED = "test_3_error.spec"
SCAN_LINE = re.compile(rb"^#S ", re.MULTILINE)


@pytest.fixture(scope="module")
def spec_files() -> list[Path]:
    if not FILES.is_dir():
        pytest.skip(f"the SPEC files of real instruments are not here: {FILES}")
    return sorted(path for path in FILES.iterdir() if path.name not in ("LICENSE", DAMAGED))


async def replay(installation, directory: Path, files: list[Path], beamline: str, proposal: str) -> tuple[int, str]:
    """Replay the files as fast as possible; return the exit code and what was printed."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("beamlore")),
        *("beamline", "replay", *map(str, files), "--beamline", beamline, "--proposal", proposal, "--speed", "0"),
        env=os.environ
        | installation.environment(f"beamline-{beamline}")
        | {"BEAMLORE_SPOOL_DIR": str(directory), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def scans_of(client, proposal: str) -> list[dict]:
    """Return all of a proposal's scans."""
    found, query = [], {"proposal": proposal, "limit": 1000}
    while True:
        page = (await client.get("/beamlore/v1/scans", params=query)).json()
        found += page["items"]
        if "nextCursor" not in page:
            return found
        query["cursor"] = page["nextCursor"]


async def test_every_scan_of_every_readable_file_reaches_the_page(
    installation, api, scan_log_page, spec_files, tmp_path
):
    expected = sum(len(SCAN_LINE.findall(path.read_bytes())) for path in spec_files)
    before = {one["pid"] for one in await scans_of(api("ada"), "20260201")}

    code, output = await replay(installation, tmp_path, spec_files, "cosaxs", "20260201")

    assert code == 0, output

    async def all_catalogued():
        scans = [one for one in await scans_of(api("ada"), "20260201") if one["pid"] not in before]
        return scans if len(scans) >= expected and all(one["state"] != "running" for one in scans) else None

    scans = await eventually(all_catalogued, f"{expected} scans are catalogued", 120)
    assert len(scans) == expected
    newest = max(scans, key=lambda one: one["start"])
    page = await scan_log_page("ada", "?proposal=20260201")
    await expect(page.locator(f'[data-pid="{newest["pid"]}"]')).to_be_visible()

    again, output = await replay(installation, tmp_path, spec_files[:2], "cosaxs", "20260201")
    assert again == 0, output
    assert len(await scans_of(api("ada"), "20260201")) == len(before) + expected, "a second replay doubles nothing"


async def test_damaged_file_is_reported_and_its_readable_scans_are_sent(installation, spec_files, tmp_path):
    code, output = await replay(installation, tmp_path, [FILES / DAMAGED], "cosaxs", "20260201")

    assert code != 0
    assert DAMAGED in output
    assert re.search(r"line \d+", output), output
