from collections.abc import Callable

import httpx

Client = Callable[[str | None], httpx.AsyncClient]


async def test_beamline_exists_once_an_administrator_says_so(empty: Client) -> None:
    http = empty("admin")
    assert (await http.get("/beamlines/balder")).status_code == 404

    made = await http.put("/beamlines/balder", json={"name": "Balder", "description": "Absorption"})

    assert made.status_code == 201
    found = await http.get("/beamlines/balder")
    assert found.json() == made.json()
    assert found.headers["ETag"] == made.headers["ETag"]
    beamline = found.json()
    assert (beamline["id"], beamline["name"], beamline["version"], beamline["changedBy"]) == (
        *("balder", "Balder", 1, "admin"),
    )


async def test_beamline_is_changed_only_in_the_version_that_is_known(empty: Client) -> None:
    http = empty("admin")
    made = await http.put("/beamlines/balder", json={"name": "Balder"})
    assert (await http.put("/beamlines/balder", json={"name": "B"})).status_code == 428
    known = {"If-Match": made.headers["ETag"]}
    assert (await http.put("/beamlines/balder", json={"name": "Balder II"}, headers=known)).json()["version"] == 2
    assert (await http.put("/beamlines/balder", json={"name": "Balder III"}, headers=known)).status_code == 412
    assert (await http.get("/beamlines/balder")).json()["name"] == "Balder II"


async def test_staff_see_their_own_beamline_instruments_all(client: Client) -> None:
    async def seen(who: str) -> list[str]:
        return [item["id"] for item in (await client(who).get("/beamlines")).json()["items"]]

    assert await seen("staff") == ["balder"]
    assert await seen("@beamline-hippie") == ["balder", "cosaxs", "hippie"]
    assert await seen("admin") == ["balder", "cosaxs", "hippie"]


async def test_name_that_is_no_beamline_is_refused(empty: Client) -> None:
    assert (await empty("admin").put("/beamlines/Not_One", json={"name": "x"})).status_code == 422


async def test_misspelt_field_is_refused(empty: Client) -> None:
    assert (await empty("admin").put("/beamlines/balder", json={"nome": "x"})).status_code == 422
