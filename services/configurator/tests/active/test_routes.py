from collections.abc import Callable

import httpx

from beamlore.contract import ActiveConfiguration

Client = Callable[[str | None], httpx.AsyncClient]
ACTIVE = "/beamlines/balder/active"


async def test_instrument_reads_the_active_set(client: Client) -> None:
    answer = await client("@beamline-balder").get(ACTIVE)
    active = ActiveConfiguration.model_validate(answer.json())
    assert (active.beamline, active.metadata_set.name, active.version) == ("balder", "standard", 1)
    assert "sim/balder/mono/energy" in {entry.source for entry in active.metadata_set.entries}


async def test_unchanged_configuration_is_not_sent_again(client: Client) -> None:
    http = client("@beamline-balder")
    etag = (await http.get(ACTIVE)).headers["ETag"]
    again = await http.get(ACTIVE, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)


async def test_change_of_the_active_set_changes_the_configuration(client: Client) -> None:
    staff, instrument = client("staff"), client("@beamline-balder")
    known = (await instrument.get(ACTIVE)).headers["ETag"]
    current = await staff.get("/beamlines/balder/sets/standard")
    shorter = {"name": "standard", "entries": current.json()["entries"][:1]}
    await staff.put("/beamlines/balder/sets/standard", json=shorter, headers={"If-Match": current.headers["ETag"]})

    answer = await instrument.get(ACTIVE, headers={"If-None-Match": known})

    assert answer.status_code == 200
    active = ActiveConfiguration.model_validate(answer.json())
    assert (active.version, active.changed_by, len(active.metadata_set.entries)) == (2, "staff", 1)


async def test_change_of_another_set_does_not(client: Client) -> None:
    staff, instrument = client("staff"), client("@beamline-balder")
    known = (await instrument.get(ACTIVE)).headers["ETag"]
    current = await staff.get("/beamlines/balder/sets/alignment")
    await staff.put(
        "/beamlines/balder/sets/alignment",
        json={"name": "alignment", "entries": []},
        headers={"If-Match": current.headers["ETag"]},
    )
    assert (await instrument.get(ACTIVE, headers={"If-None-Match": known})).status_code == 304


async def test_staff_choose_the_active_set(client: Client) -> None:
    staff, instrument = client("staff"), client("@beamline-balder")
    known = (await staff.get(ACTIVE)).headers["ETag"]

    chosen = await staff.put(ACTIVE, json={"name": "alignment"}, headers={"If-Match": known})

    assert chosen.status_code == 200
    answer = await instrument.get(ACTIVE, headers={"If-None-Match": known})
    assert answer.status_code == 200
    assert answer.headers["ETag"] == chosen.headers["ETag"]
    assert answer.json()["metadataSet"]["name"] == "alignment"
    assert answer.json()["changedBy"] == "staff"


async def test_choice_needs_the_version_it_is_meant_for(client: Client) -> None:
    staff = client("staff")
    known = (await staff.get(ACTIVE)).headers["ETag"]
    assert (await staff.put(ACTIVE, json={"name": "alignment"})).status_code == 428
    assert (await staff.put(ACTIVE, json={"name": "alignment"}, headers={"If-Match": known})).status_code == 200
    assert (await staff.put(ACTIVE, json={"name": "standard"}, headers={"If-Match": known})).status_code == 412
    assert (await staff.get(ACTIVE)).json()["metadataSet"]["name"] == "alignment"


async def test_first_choice_needs_no_version(empty: Client) -> None:
    admin = empty("admin")
    await admin.put("/beamlines/balder", json={"name": "Balder"})
    assert (await admin.get(ACTIVE)).status_code == 404
    assert (await admin.put(ACTIVE, json={"name": "standard"})).status_code == 404
    await admin.post("/beamlines/balder/sets", json={"name": "standard"})
    assert (await admin.put(ACTIVE, json={"name": "standard"}, headers={"If-Match": '"1"'})).status_code == 412
    assert (await admin.put(ACTIVE, json={"name": "standard"}, headers={"If-None-Match": "*"})).status_code == 200
    assert (await admin.put(ACTIVE, json={"name": "standard"}, headers={"If-None-Match": "*"})).status_code == 412


async def test_set_that_is_not_there_cannot_be_chosen(client: Client) -> None:
    staff = client("staff")
    known = (await staff.get(ACTIVE)).headers["ETag"]
    answer = await staff.put(ACTIVE, json={"name": "nothing"}, headers={"If-Match": known})
    assert answer.status_code == 404


async def test_deleted_set_cannot_be_chosen(client: Client) -> None:
    staff = client("staff")
    known = (await staff.get(ACTIVE)).headers["ETag"]
    etag = (await staff.get("/beamlines/balder/sets/alignment")).headers["ETag"]
    await staff.delete("/beamlines/balder/sets/alignment", headers={"If-Match": etag})
    answer = await staff.put(ACTIVE, json={"name": "alignment"}, headers={"If-Match": known})
    assert answer.status_code == 404
