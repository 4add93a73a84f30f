from collections.abc import Callable
from typing import Any

import httpx

Client = Callable[[str | None], httpx.AsyncClient]
SETS = "/beamlines/balder/sets"


def powder(**changes: Any) -> dict[str, Any]:
    entry = {"key": "energy", "source": "sim/balder/mono/energy", "name": "Energy", "group": "Optics", "unit": "eV"}
    return {"name": "powder", "description": "", "entries": [entry | {"valueMap": {}}]} | changes


async def test_set_is_made_read_and_listed(client: Client) -> None:
    http = client("staff")

    made = await http.post(SETS, json=powder())

    assert made.status_code == 201
    assert made.json()["changedBy"] == "staff"
    found = await http.get(f"{SETS}/powder")
    assert found.json() == made.json()
    assert found.headers["ETag"] == made.headers["ETag"]
    assert {name: found.json()[name] for name in powder()} == powder()
    listed = (await http.get(SETS)).json()
    assert [item["name"] for item in listed["items"]] == ["alignment", "powder", "standard"]
    assert listed["active"] == "standard"


async def test_value_map_may_have_any_keys(client: Client) -> None:
    http = client("staff")
    value_map = {"4": "insert", "4.5": "half", "$set": "x", "": "nothing", "ä b": "c"}
    entries = [{"key": "shutter", "source": "sim/balder/shutter/position_code", "valueMap": value_map}]
    await http.post(SETS, json=powder(entries=entries))
    assert (await http.get(f"{SETS}/powder")).json()["entries"][0]["valueMap"] == value_map


async def test_name_is_taken_once(client: Client) -> None:
    answer = await client("staff").post(SETS, json=powder(name="standard"))
    assert answer.status_code == 409
    assert answer.json()["detail"] == "balder has a set 'standard' already"


async def test_every_change_is_a_version_with_who_and_when(client: Client) -> None:
    made = await client("staff").post(SETS, json=powder())
    changed = await client("admin").put(
        f"{SETS}/powder", json=powder(description="New"), headers={"If-Match": made.headers["ETag"]}
    )
    assert (changed.status_code, changed.json()["version"], changed.json()["changedBy"]) == (200, 2, "admin")

    history = (await client("staff").get(f"{SETS}/powder/versions")).json()["items"]

    assert [(item["version"], item["kind"], item["changedBy"]) for item in history] == [
        (2, "changed", "admin"),
        (1, "created", "staff"),
    ]
    assert history[1]["changedAt"] == made.json()["changedAt"]
    old = (await client("staff").get(f"{SETS}/powder/versions/1")).json()
    assert old["metadataSet"] == powder()


async def test_history_comes_in_pages(client: Client) -> None:
    http = client("staff")
    etag = (await http.post(SETS, json=powder())).headers["ETag"]
    for number in range(2, 6):
        changed = await http.put(f"{SETS}/powder", json=powder(description=str(number)), headers={"If-Match": etag})
        etag = changed.headers["ETag"]

    first = (await http.get(f"{SETS}/powder/versions", params={"limit": 3})).json()
    rest = (await http.get(f"{SETS}/powder/versions", params={"limit": 3, "cursor": first["nextCursor"]})).json()

    assert [item["version"] for item in first["items"] + rest["items"]] == [5, 4, 3, 2, 1]
    assert "nextCursor" not in rest


async def test_change_needs_the_version_it_is_meant_for(client: Client) -> None:
    http = client("staff")
    first = (await http.post(SETS, json=powder())).headers["ETag"]

    without = await http.put(f"{SETS}/powder", json=powder())
    assert without.status_code == 428
    assert without.headers["content-type"] == "application/problem+json"

    assert (await http.put(f"{SETS}/powder", json=powder(), headers={"If-Match": first})).status_code == 200
    stale = await http.put(f"{SETS}/powder", json=powder(description="lost"), headers={"If-Match": first})
    assert stale.status_code == 412
    assert (await http.get(f"{SETS}/powder")).json()["description"] == ""


async def test_known_version_is_not_sent_again(client: Client) -> None:
    http = client("staff")
    etag = (await http.get(f"{SETS}/standard")).headers["ETag"]
    again = await http.get(f"{SETS}/standard", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


async def test_deleted_set_is_gone_and_its_history_stays(client: Client) -> None:
    http = client("staff")
    etag = (await http.post(SETS, json=powder())).headers["ETag"]
    assert (await http.delete(f"{SETS}/powder")).status_code == 428

    assert (await http.delete(f"{SETS}/powder", headers={"If-Match": etag})).status_code == 204

    assert (await http.get(f"{SETS}/powder")).status_code == 404
    assert (await http.delete(f"{SETS}/powder", headers={"If-Match": etag})).status_code == 404
    assert "powder" not in [item["name"] for item in (await http.get(SETS)).json()["items"]]
    history = (await http.get(f"{SETS}/powder/versions")).json()["items"]
    assert [(item["version"], item["kind"]) for item in history] == [(2, "deleted"), (1, "created")]
    assert "metadataSet" not in (await http.get(f"{SETS}/powder/versions/2")).json()
    assert (await http.get(f"{SETS}/powder/versions/1")).json()["metadataSet"] == powder()


async def test_name_of_a_deleted_set_can_be_taken_again(client: Client) -> None:
    http = client("staff")
    etag = (await http.post(SETS, json=powder())).headers["ETag"]
    await http.delete(f"{SETS}/powder", headers={"If-Match": etag})
    again = await http.post(SETS, json=powder())
    assert (again.status_code, again.json()["version"]) == (201, 3)


async def test_active_set_cannot_be_deleted(client: Client) -> None:
    http = client("staff")
    etag = (await http.get(f"{SETS}/standard")).headers["ETag"]
    answer = await http.delete(f"{SETS}/standard", headers={"If-Match": etag})
    assert answer.status_code == 409
    assert (await http.get(f"{SETS}/standard")).status_code == 200


async def test_set_keeps_its_name(client: Client) -> None:
    http = client("staff")
    etag = (await http.post(SETS, json=powder())).headers["ETag"]
    answer = await http.put(f"{SETS}/powder", json=powder(name="other"), headers={"If-Match": etag})
    assert answer.status_code == 422


async def test_names_with_spaces_and_letters_of_any_kind_work(client: Client) -> None:
    http = client("staff")
    await http.post(SETS, json=powder(name="Pulver & Größe 100%?#"))
    assert (await http.get(f"{SETS}/Pulver%20%26%20Gr%C3%B6%C3%9Fe%20100%25%3F%23")).status_code == 200


async def test_name_that_fits_in_no_address_is_refused(client: Client) -> None:
    for name in ("a/b", ".", ".."):
        assert (await client("staff").post(SETS, json=powder(name=name))).status_code == 422


async def test_invalid_set_is_refused_and_said_where(client: Client) -> None:
    broken = powder(entries=[{"key": "a.b", "source": "not an attribute"}])
    answer = await client("staff").post(SETS, json=broken)
    assert answer.status_code == 422
    assert {one["at"] for one in answer.json()["errors"]} == {"entries[0].key", "entries[0].source"}


async def test_unknown_beamline_and_set_are_not_found(client: Client) -> None:
    http = client("admin")
    for path in ("/beamlines/nowhere/sets", "/beamlines/nowhere/sets/a", f"{SETS}/a", f"{SETS}/a/versions"):
        assert (await http.get(path)).status_code == 404
    assert (await http.post("/beamlines/nowhere/sets", json=powder())).status_code == 404
    assert (await http.get(f"{SETS}/standard/versions/7")).status_code == 404
