"""SciCat's attachment routes on a real replica set."""

import base64
import json
from typing import Any
from urllib.parse import unquote

import pytest

from ..parts.house import OWNER, STRANGER, House

ROUTES = "/api/v4/attachments"
NOTE = {"caption": "a note", "ownerGroup": OWNER, "isPublished": False}


def pid(path: str) -> str:
    return unquote(path.rpartition("/")[2])


def picture() -> str:
    return f"data:image/png;base64,{base64.b64encode(b'a picture, or what calls itself one').decode()}"


def hanging_on(path: str) -> dict[str, Any]:
    return {"relationships": [{"targetId": pid(path), "targetType": "dataset"}]}


async def add(house: House, **more: Any) -> dict[str, Any]:
    answer = await house.admin.post(ROUTES, json=NOTE | more)
    assert answer.status_code == 201, answer.text
    attachment: dict[str, Any] = answer.json()
    return attachment


async def test_a_picture_hangs_on_a_dataset(house: House) -> None:
    path = await house.dataset()
    assert (await house.owner.get(f"{path}/thumbnail")).json() == {}
    sent = {"thumbnail": picture(), "caption": "the powder", "ownerGroup": STRANGER}
    answer = await house.owner.post(f"{path}/attachments", json=sent)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["datasetId"] == pid(path)
    assert made["ownerGroup"] == OWNER
    assert made["accessGroups"] == ["guests"]
    assert made["thumbnail"] == sent["thumbnail"]
    assert [one["id"] for one in (await house.guest.get(f"{path}/attachments")).json()] == [made["id"]]
    assert (await house.guest.get(f"{path}/attachments/count")).json() == {"count": 1}
    assert (await house.guest.get(f"{path}/thumbnail")).json() == {"thumbnail": made["thumbnail"]}
    shown = (await house.guest.get(f"{ROUTES}/{made['id']}")).json()
    assert shown["aid"] == made["id"]
    assert shown["relationships"] == [
        {"targetId": pid(path), "targetType": "dataset", "relationType": "is attached to"}
    ]


async def test_below_a_dataset_the_dataset_decides(house: House) -> None:
    """OWASP API1:2023, API5:2023; ASVS 8.2.1, 8.2.2."""
    path = await house.dataset()
    sent = {"caption": "c", "ownerGroup": OWNER}
    one = (await house.admin.post(f"{path}/attachments", json=sent)).json()["id"]
    elsewhere = await add(house)
    expected = {
        # who: (adds, lists, changes)
        "nobody": (403, 403, 403),
        "stranger": (403, 403, 403),
        "guest": (403, 200, 403),
        "passive_owner": (403, 200, 403),
        "archivist": (403, 403, 403),
        "ingestor": (201, 403, 403),
        "owner": (201, 200, 200),
        "admin": (201, 200, 200),
    }
    for name, statuses in expected.items():
        client = house.somebody(name)
        answers = (
            await client.post(f"{path}/attachments", json=sent),
            await client.get(f"{path}/attachments"),
            await client.put(f"{path}/attachments/{one}", json=sent | {"caption": name}),
        )
        assert tuple(answer.status_code for answer in answers) == statuses, name
    for name, status in {"guest": 403, "archivist": 403, "owner": 200}.items():
        assert (await house.somebody(name).delete(f"{path}/attachments/{one}")).status_code == status, name
    # What hangs elsewhere is not reached through this dataset.
    for answer in (
        await house.owner.put(f"{path}/attachments/{elsewhere['aid']}", json=sent),
        await house.owner.delete(f"{path}/attachments/{elsewhere['aid']}"),
    ):
        assert answer.status_code == 404
    assert (await house.keeper.delete(f"{path}/attachments")).json() == {"count": 3}
    assert (await house.admin.get(f"{ROUTES}/{elsewhere['aid']}")).status_code == 200


async def test_who_may(house: House) -> None:
    """OWASP API1:2023, API5:2023; ASVS 8.2.1, 8.2.2."""
    expected = {
        # who: (creates for the owner, reads, changes, replaces, deletes)
        "nobody": (403, 403, 403, 403, 403),
        "stranger": (403, 403, 403, 403, 403),
        "guest": (403, 200, 403, 403, 403),
        "passive_owner": (403, 200, 403, 403, 403),
        "ingestor": (201, 403, 403, 403, 403),
        "owner": (201, 200, 200, 200, 200),
        "admin": (201, 200, 200, 200, 200),
        "keeper": (403, 403, 403, 403, 200),
    }
    for name, statuses in expected.items():
        client = house.somebody(name)
        one = f"{ROUTES}/{(await add(house, accessGroups=['guests']))['aid']}"
        answers = (
            await client.post(ROUTES, json=NOTE),
            await client.get(one),
            await client.patch(one, json={"caption": "changed"}),
            await client.put(one, json=NOTE | {"accessGroups": ["guests"]}),
            await client.delete(one),
        )
        assert tuple(answer.status_code for answer in answers) == statuses, name


async def test_one_attaches_to_what_ones_group_owns(house: House) -> None:
    """OWASP API1:2023: nothing of one's own is put on the pages of others."""
    theirs, mine = await house.dataset(ownerGroup=STRANGER), await house.dataset()
    note = (await house.owner.post(ROUTES, json=NOTE | hanging_on(mine))).json()
    one = f"{ROUTES}/{note['aid']}"
    for refused in (
        await house.owner.post(ROUTES, json=NOTE | hanging_on(theirs)),
        await house.owner.post(f"{ROUTES}/isValid", json=NOTE | hanging_on(theirs)),
        await house.owner.patch(one, json=hanging_on(theirs)),
        await house.owner.put(one, json=NOTE | hanging_on(theirs)),
    ):
        assert refused.status_code == 403
    assert (await house.ingestor.post(ROUTES, json=NOTE | hanging_on(theirs))).status_code == 201
    assert len((await house.stranger.get(f"{theirs}/attachments")).json()) == 1


async def test_lists_show_what_one_may_see(house: House) -> None:
    await add(house, aid="mine")
    await add(house, aid="published", ownerGroup=STRANGER, isPublished=True)
    await add(house, aid="hidden", ownerGroup="proposal:3")

    async def seen(name: str, path: str = "", **filter: Any) -> set[str]:
        answer = await house.somebody(name).get(ROUTES + path, params={"filter": json.dumps(filter)})
        assert answer.status_code == 200, answer.text
        return {one["aid"] for one in answer.json()}

    assert await seen("owner") == {"mine", "published"}
    assert await seen("owner", where={"$or": [{"ownerGroup": {"$exists": True}}]}) == {"mine", "published"}
    assert await seen("nobody") == {"published"}
    assert await seen("admin") == {"mine", "published", "hidden"}
    assert await seen("admin", "/public") == {"published"}
    assert await seen("admin", where={"caption": "a note"}, limits={"limit": 1, "sort": {"aid": "asc"}}) == {"hidden"}
    on_one = {"relationships": {"$elemMatch": {"targetId": "x", "targetType": "sample"}}}
    await add(house, aid="related", relationships=[{"targetId": "x", "targetType": "sample"}])
    assert await seen("admin", where=on_one) == {"related"}
    unknown = await house.admin.get(ROUTES, params={"filter": '{"where": {"colour": 1}}'})
    assert unknown.status_code == 400


async def test_changing_and_replacing(house: House) -> None:
    made = await add(house, thumbnail="https://a.example/p.png", instrumentGroup="staff", accessGroups=["guests"])
    one = f"{ROUTES}/{made['aid']}"
    changed = (await house.owner.patch(one, json={"caption": "new", "thumbnail": None})).json()
    assert (changed["caption"], changed["thumbnail"]) == ("new", "https://a.example/p.png")
    merge = {"Content-Type": "application/merge-patch+json"}
    merged = await house.owner.patch(one, content='{"thumbnail": null, "instrumentGroup": null}', headers=merge)
    assert merged.status_code == 200
    assert "thumbnail" not in merged.json()
    assert merged.json()["accessGroups"] == ["guests"]
    emptied = await house.owner.patch(one, content='{"ownerGroup": null}', headers=merge)
    assert emptied.status_code == 400
    late = {"If-Unmodified-Since": "2020-01-01T00:00:00Z"}
    assert (await house.owner.patch(one, json={"caption": "late"}, headers=late)).status_code == 412
    replaced = (await house.owner.put(one, json=NOTE | {"caption": "$caption"})).json()
    assert replaced["caption"] == "$caption"
    assert replaced["accessGroups"] == []
    assert replaced["aid"] == made["aid"]
    assert replaced["createdAt"] == made["createdAt"]
    assert (await house.owner.put(one, json={"caption": "c"})).status_code == 400
    assert (await house.admin.post(ROUTES, json=NOTE | {"aid": made["aid"]})).status_code == 409
    assert (await house.owner.get(f"{ROUTES}/none")).status_code == 404


async def test_what_is_wrong_is_told_and_refused(house: House) -> None:
    for change, says in (
        ({"relationships": [{"targetId": "x", "targetType": "planet"}]}, "targetType"),
        ({"caption": 7}, "caption"),
        ({"surprise": 1}, "surprise"),
        ({"ownerGroup": ""}, "ownerGroup"),
    ):
        refused = await house.admin.post(ROUTES, json=NOTE | change)
        assert refused.status_code == 400, change
        assert says in refused.text
        told = (await house.admin.post(f"{ROUTES}/isValid", json=NOTE | change)).json()
        assert told["valid"] is False
        assert says in json.dumps(told["reason"])
    assert (await house.admin.post(f"{ROUTES}/isValid", json=NOTE)).json() == {"valid": True, "reason": []}
    # Whose group it is must be text before it is asked for.
    odd = await house.owner.post(f"{ROUTES}/isValid", json=NOTE | {"ownerGroup": [OWNER], "relationships": [7]})
    assert odd.status_code == 403


@pytest.mark.parametrize(
    "thumbnail",
    [
        "no picture",
        "data/abc123",
        "data:image/png;base64,bmFnO2Fsc287aQ==",
        "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+",
        "data:text/html,<script>alert(1)</script>",
        "javascript:alert(1)",
        " https://facility.example/picture.png\n",
        "\u202egnp",
    ],
)
async def test_thumbnail_is_kept_as_sent_and_only_shown_as_json(house: House, thumbnail: str) -> None:
    """SciCat's field is any text. No answer of ours is anything that a browser would render (ASVS 5.0 V3.2.1)."""
    path = await house.dataset()
    below = await house.owner.post(
        f"{path}/attachments", json={"thumbnail": thumbnail, "caption": "c", "ownerGroup": OWNER}
    )
    made = await add(house, thumbnail=thumbnail, **hanging_on(path))
    one = f"{ROUTES}/{made['aid']}"
    answers = [
        below,
        await house.owner.get(f"{path}/attachments"),
        await house.owner.get(f"{path}/thumbnail"),
        await house.owner.get(one),
        await house.owner.patch(one, json={"thumbnail": thumbnail, "caption": "new"}),
        await house.owner.get(path, params={"filter": json.dumps({"include": ["attachments"]})}),
    ]
    for answer in answers:
        assert answer.is_success, answer.text
        assert answer.headers["content-type"] == "application/json"
    assert below.json()["thumbnail"] == made["thumbnail"] == answers[2].json()["thumbnail"] == thumbnail
    assert [two["thumbnail"] for two in answers[1].json()] == [thumbnail, thumbnail]


async def test_attachments_follow_their_dataset(house: House) -> None:
    path = await house.dataset()
    with_it = (await house.owner.post(f"{path}/attachments", json={"caption": "c", "ownerGroup": OWNER})).json()
    apart = await add(house, ownerGroup="proposal:3", **hanging_on(path))
    await house.admin.patch(path, json={"ownerGroup": STRANGER, "isPublished": True})
    stored = {one["_id"]: one async for one in house.database["Attachment"].find()}
    assert (stored[with_it["id"]]["ownerGroup"], stored[with_it["id"]]["isPublished"]) == (STRANGER, False)
    assert stored[apart["aid"]]["ownerGroup"] == "proposal:3"
    assert (await house.nobody.get(f"{ROUTES}/{with_it['id']}")).status_code == 403
    # Below the dataset, and with it, it is seen by who sees the dataset.
    shown = {one["id"] for one in (await house.nobody.get(f"{path}/attachments")).json()}
    public = path.replace("/v3/datasets", "/v4/datasets/public")
    included = (await house.nobody.get(public, params={"include": "attachments"})).json()
    assert shown == {with_it["id"], apart["aid"]} == {one["_id"] for one in included["attachments"]}
