"""The scan log over HTTP, on a real replica set, for real people."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from ..conftest import BATCH, SCANS, Served
from ..scan_items import START, item

_FOUR = [
    item("20260101", "balder", start=START),
    item("20260102", "balder", start=START + timedelta(minutes=1)),
    item("20260201", "cosaxs", start=START + timedelta(minutes=2)),
    item("20260301", "hippie", start=START + timedelta(minutes=3), dataset={"isPublished": True}),
]


async def fill(served: Served, items: list[dict[str, Any]]) -> None:
    answer = await (await served.as_("ingestor")).post(BATCH, json={"items": items})
    assert {one["outcome"] for one in answer.json()["results"]} <= {"created", "updated"}


async def listed(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get(SCANS, params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize(
    ("person", "proposals"),
    [
        ("ada", ["20260301", "20260201", "20260101"]),
        ("bo", ["20260301", "20260102"]),
        ("staff", ["20260301", "20260102", "20260101"]),
        ("curator", ["20260301"]),
        ("admin", ["20260301", "20260201", "20260102", "20260101"]),
    ],
)
async def test_people_see_their_proposals_staff_their_beamline_everyone_what_is_published(
    served: Served, person: str, proposals: list[str]
) -> None:
    await fill(served, _FOUR)
    client = await served.as_(person)
    assert [scan["proposal"] for scan in await listed(client)] == proposals
    for one in _FOUR:
        seen = (await client.get(f"{SCANS}/{quote(one['pid'], safe='')}")).status_code
        assert seen == (200 if one["proposal"] in proposals else 404)


async def test_nobody_sees_the_log_without_a_token(served: Served) -> None:
    client = await served.as_(None)
    answer = await client.get(SCANS)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.get(SCANS, headers={"Authorization": "Bearer nonsense"})).status_code == 401


async def test_pages_join_without_gap_or_double(served: Served) -> None:
    # Several start at the same moment: the PID decides their order.
    await fill(served, [item(start=START + timedelta(seconds=number // 4)) for number in range(23)])
    client = await served.as_("ada")
    found: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": 5}
    while True:
        page = (await client.get(SCANS, params=params)).json()
        found += page["items"]
        if "nextCursor" not in page:
            break
        params["cursor"] = page["nextCursor"]
    assert len({scan["pid"] for scan in found}) == len(found) == 23
    keys = [(scan["start"], scan["pid"]) for scan in found]
    assert keys == sorted(keys, reverse=True)


async def test_filters_narrow(served: Served) -> None:
    await fill(served, _FOUR)
    admin = await served.as_("admin")
    assert len(await listed(admin, proposal="20260101")) == 1
    assert len(await listed(admin, beamline="balder")) == 2
    assert len(await listed(admin, **{"from": (START + timedelta(minutes=1)).isoformat()})) == 3
    assert len(await listed(admin, to=(START + timedelta(minutes=1)).isoformat())) == 1
    assert len(await listed(admin, state="running")) == 4
    assert await listed(admin, state="finished") == []
    assert await listed(admin, state="running", idleSince="2020-01-01T00:00:00Z") == []
    assert len(await listed(admin, state="running", idleSince="2100-01-01T00:00:00Z")) == 4


async def test_columns_choose_the_metadata(served: Served) -> None:
    await fill(served, [item(metadata={"a": {"value": 1}, "b": {"value": 2}, "c,d": {"value": 3}})])
    ada = await served.as_("ada")
    assert (await listed(ada))[0]["metadata"] == {}
    assert (await listed(ada, columns="a,b"))[0]["metadata"] == {"a": {"value": 1}, "b": {"value": 2}}
    assert (await listed(ada, columns="c%2Cd,nothing"))[0]["metadata"] == {"c,d": {"value": 3}}
    assert set((await listed(ada, columns="*"))[0]["metadata"]) == {"a", "b", "c,d"}
    assert (await listed(ada, columns="$where"))[0]["metadata"] == {}
    assert (await ada.get(SCANS, params={"columns": "a\0"})).status_code == 400


async def test_a_cursor_that_is_not_ours_is_refused(served: Served) -> None:
    answer = await (await served.as_("ada")).get(SCANS, params={"cursor": "e30"})
    assert answer.status_code == 400
    assert "cursor" in answer.json()["detail"]


async def test_comment_and_rating_are_kept_where_scicat_has_them(served: Served) -> None:
    one = item()
    await fill(served, [one])
    url = f"{SCANS}/{quote(one['pid'], safe='')}"
    for person in ("ada", "staff"):
        client = await served.as_(person)
        changed = await client.patch(url, json={"comment": f"by {person}", "rating": 2.5})
        assert changed.status_code == 200, changed.text
        assert (changed.json()["comment"], changed.json()["rating"]) == (f"by {person}", 2.5)
    dataset = (await client.get(f"/api/v4/datasets/{quote(one['pid'], safe='')}")).json()
    assert (dataset["comment"], dataset["dataQualityMetrics"], dataset["updatedBy"]) == ("by staff", 2.5, "staff")
    cleared = (await client.patch(url, json={"rating": None})).json()
    assert "rating" not in cleared
    assert cleared["comment"] == "by staff"


async def test_change_meant_for_another_version_is_refused_with_the_present_one(served: Served) -> None:
    one = item()
    await fill(served, [one])
    url = f"{SCANS}/{quote(one['pid'], safe='')}"
    ada, staff = await served.as_("ada"), await served.as_("staff")
    read = await ada.get(url)
    tag = read.headers["ETag"]
    assert tag == f'"{read.json()["version"]}"'

    first = await staff.patch(url, json={"comment": "by staff"}, headers={"If-Match": tag})
    assert first.status_code == 200, first.text
    assert first.headers["ETag"] == f'"{first.json()["version"]}"' != tag

    late = await ada.patch(url, json={"comment": "by ada", "rating": 1}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert late.headers["content-type"] == "application/problem+json"
    assert late.headers["ETag"] == first.headers["ETag"]
    assert late.json()["current"] == first.json() == (await ada.get(url)).json()

    again = await ada.patch(url, json={"comment": "by both"}, headers={"If-Match": late.headers["ETag"]})
    assert (again.status_code, again.json()["comment"]) == (200, "by both")


@pytest.mark.parametrize("header", ["*", None, "W/{tag}", '"1", {tag}'])
async def test_change_of_any_or_the_named_version_is_done(served: Served, header: str | None) -> None:
    one = item()
    await fill(served, [one])
    url = f"{SCANS}/{quote(one['pid'], safe='')}"
    ada = await served.as_("ada")
    tag = (await ada.get(url)).headers["ETag"]
    headers = {"If-Match": header.format(tag=tag)} if header else {}
    assert (await ada.patch(url, json={"rating": 3}, headers=headers)).status_code == 200


@pytest.mark.parametrize("header", ["", '"1"', "nonsense", '"*"'])
async def test_change_of_no_version_is_refused(served: Served, header: str) -> None:
    one = item()
    await fill(served, [one])
    url = f"{SCANS}/{quote(one['pid'], safe='')}"
    answer = await (await served.as_("ada")).patch(url, json={"rating": 3}, headers={"If-Match": header})
    assert answer.status_code == 412
    assert "rating" not in answer.json()["current"]


async def test_one_of_many_changes_at_once_to_a_version_is_done(served: Served) -> None:
    one = item()
    await fill(served, [one])
    url = f"{SCANS}/{quote(one['pid'], safe='')}"
    ada = await served.as_("ada")
    tag = (await ada.get(url)).headers["ETag"]
    answers = await asyncio.gather(
        *(ada.patch(url, json={"comment": f"{number}"}, headers={"If-Match": tag}) for number in range(8))
    )
    done = [answer for answer in answers if answer.status_code == 200]
    assert len(done) == 1
    assert {answer.status_code for answer in answers} == {200, 412}
    assert (await ada.get(url)).json()["comment"] == done[0].json()["comment"]


async def test_condition_shows_nobody_a_scan_they_may_not_see(served: Served) -> None:
    await fill(served, _FOUR)
    hidden, published = _FOUR[1]["pid"], _FOUR[3]["pid"]
    ada = await served.as_("ada")
    condition = {"If-Match": '"1"'}
    answer = await ada.patch(f"{SCANS}/{quote(hidden, safe='')}", json={"comment": "x"}, headers=condition)
    assert answer.status_code == 404
    url = f"{SCANS}/{quote(published, safe='')}"
    tag = (await ada.get(url)).headers["ETag"]
    assert (await ada.patch(url, json={"comment": "x"}, headers={"If-Match": tag})).status_code == 403


async def test_comment_survives_what_the_instrument_sends_next(served: Served) -> None:
    one = item(sequence=1)
    await fill(served, [one])
    ada = await served.as_("ada")
    url = f"{SCANS}/{quote(one['pid'], safe='')}"
    await ada.patch(url, json={"comment": "good"})
    await fill(served, [item(pid=one["pid"], sequence=2, state="finished", metadataComplete=True)])
    assert (await ada.get(url)).json()["comment"] == "good"


@pytest.mark.parametrize("rating", [0, 0.4, 0.75, 3.5, -1, "good"])
async def test_ratings_are_halves_from_a_half_to_three(served: Served, rating: object) -> None:
    one = item()
    await fill(served, [one])
    answer = await (await served.as_("ada")).patch(f"{SCANS}/{quote(one['pid'], safe='')}", json={"rating": rating})
    assert answer.status_code == 422


async def test_who_only_sees_may_not_change(served: Served) -> None:
    await fill(served, _FOUR)
    published, hidden = _FOUR[3]["pid"], _FOUR[1]["pid"]
    ada = await served.as_("ada")
    assert (await ada.patch(f"{SCANS}/{quote(published, safe='')}", json={"comment": "x"})).status_code == 403
    assert (await ada.patch(f"{SCANS}/{quote(hidden, safe='')}", json={"comment": "x"})).status_code == 404


async def test_parameters_proposals_and_beamlines_are_those_of_what_one_may_see(served: Served) -> None:
    await fill(
        served,
        [
            item("20260101", "balder", metadata={"energy": {"value": 7.1, "unit": "keV", "name": "Mono Energy"}}),
            item(
                "20260102",
                "balder",
                metadata={"secret": {"value": 1}},
                proposalDetails={"title": "Perovskites", "piName": "Bo"},
            ),
        ],
    )
    ada, bo = await served.as_("ada"), await served.as_("bo")
    found = (await ada.get(f"{SCANS}/parameters")).json()["items"]
    assert found == [{"key": "energy", "name": "Mono Energy", "unit": "keV", "example": 7.1}]
    assert (await ada.get(f"{SCANS}/parameters", params={"search": "MONO"})).json()["items"] == found
    assert (await ada.get(f"{SCANS}/parameters", params={"search": "nothing"})).json()["items"] == []
    assert (await ada.get(f"{SCANS}/parameters", params={"beamline": "cosaxs"})).json()["items"] == []
    assert (await bo.get(f"{SCANS}/proposals")).json()["items"] == [
        {"id": "20260102", "title": "Perovskites", "beamlines": ["balder"]}
    ]
    assert (await bo.get(f"{SCANS}/beamlines")).json()["items"] == [{"name": "balder"}]


async def test_parameter_is_called_what_the_newest_scan_calls_it(served: Served) -> None:
    for name in ("Mono energy", "Photon energy"):
        await fill(served, [item("20260101", metadata={"energy": {"value": 7.1, "unit": "keV", "name": name}})])

    found = (await (await served.as_("ada")).get(f"{SCANS}/parameters")).json()["items"]

    assert [one["name"] for one in found] == ["Photon energy"]


async def test_the_caller_is_told_who_they_are(served: Served) -> None:
    found = (await (await served.as_("staff")).get("/api/beamlore/v1/me")).json()
    assert found["username"] == "staff"
    assert found["staffOf"] == ["balder"]
    assert found["isAdmin"] is False


async def test_naming_a_proposal_of_others_does_not_tell_its_title(served: Served) -> None:
    """OWASP API3:2023: what a caller may name is not what they may see."""
    ingestor = served.member_of("catalogue:ingest")
    theirs = item("20260102", proposalDetails={"title": "Topological secrets"})
    own = item("20260101", dataset={"proposalIds": ["20260101", "20260102"]})
    answer = await ingestor.post(BATCH, json={"items": [theirs, own]})
    assert answer.status_code == 200, answer.text
    shown = {}
    for who, group in (
        ("eve", "proposal:20260101"),
        ("owner", "proposal:20260102"),
        ("staff", "beamline:balder:staff"),
    ):
        items = (await served.member_of(group).get(f"{SCANS}/proposals")).json()["items"]
        shown[who] = {one["id"]: one["title"] for one in items}["20260102"]
    assert shown == {"eve": "20260102", "owner": "Topological secrets", "staff": "Topological secrets"}
