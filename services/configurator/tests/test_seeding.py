from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from beamlore.configurator.seeding import SeedError, load_seed, plant

Client = Callable[[str | None], httpx.AsyncClient]


def test_demo_names_attributes_of_the_simulated_devices() -> None:
    devices = {f"mot{number:02}" for number in range(1, 9)} | {"mono", "ring", "shutter", "det", "sampleenv", "slit1"}
    seed = load_seed(None)
    assert set(seed.beamlines) == {"balder", "cosaxs", "hippie"}
    for name, beamline in seed.beamlines.items():
        assert {one.name for one in beamline.sets} == {"standard", "alignment"}
        assert beamline.active == "standard"
        for one in beamline.sets:
            assert 15 <= len(one.entries) <= 25
            for entry in one.entries:
                domain, family, member, _ = entry.source.split("/")
                assert (domain, family) == ("sim", name)
                assert member in devices


async def test_seed_is_planted(empty: Client) -> None:
    told: list[str] = []
    admin = empty("admin")

    await plant(admin, load_seed(None), told.append)

    assert len(told) == 3 * 4
    for beamline in ("balder", "cosaxs", "hippie"):
        active = (await admin.get(f"/beamlines/{beamline}/active")).json()
        assert (active["metadataSet"]["name"], active["version"]) == ("standard", 1)


async def test_what_is_there_is_left_as_it_is(empty: Client) -> None:
    admin = empty("admin")
    await plant(admin, load_seed(None), lambda _: None)
    known = (await admin.get("/beamlines/balder/active")).headers["ETag"]
    chosen = await admin.put("/beamlines/balder/active", json={"name": "alignment"}, headers={"If-Match": known})
    current = await admin.get("/beamlines/balder/sets/standard")
    await admin.delete("/beamlines/balder/sets/standard", headers={"If-Match": current.headers["ETag"]})

    told: list[str] = []
    await plant(admin, load_seed(None), told.append)

    assert told == []
    assert (await admin.get("/beamlines/balder/active")).headers["ETag"] == chosen.headers["ETag"]
    assert (await admin.get("/beamlines/balder/sets/standard")).status_code == 404


async def test_refusal_is_told(empty: Client) -> None:
    with pytest.raises(SeedError, match=r"403 .*staff may not change beamlines"):
        await plant(empty("staff"), load_seed(None), lambda _: None)


async def test_configurator_that_is_away_is_told() -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:9") as http:
        with pytest.raises(SeedError, match=r"127\.0\.0\.1:9.* does not answer"):
            await plant(http, load_seed(None), lambda _: None)


def test_broken_file_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "sets.yaml"
    file.write_text("beamlines: {balder: {name: Balder, active: a, sets: [{name: a, entries: [{key: b}]}]}}")
    with pytest.raises(SeedError, match=r"sets\.yaml: beamlines\.balder\.sets\.0\.entries\.0\.source: Field required"):
        load_seed(file)
    file.write_text("beamlines: [")
    with pytest.raises(SeedError, match=r"sets\.yaml: is not YAML"):
        load_seed(file)
    with pytest.raises(SeedError, match=r"none\.yaml: cannot be read"):
        load_seed(tmp_path / "none.yaml")
