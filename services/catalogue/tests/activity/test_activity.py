"""Datasets per beamline and day."""

from datetime import UTC, datetime
from typing import Any

from pymongo import AsyncMongoClient

from ..conftest import Served

ACTIVITY = "/api/beamlore/v1/activity"


async def test_datasets_are_counted_by_beamline_and_day_for_whom_they_are(served: Served, mongo_database: Any) -> None:
    def made(pid: str, day: datetime, *, group: str = "g", field: str = "startTime", **more: Any) -> dict[str, Any]:
        return {"_id": pid, "ownerGroup": group, field: day, "instrumentIds": ["balder"], **more}

    async with AsyncMongoClient(mongo_database.url) as client:
        await client[mongo_database.name]["Dataset"].insert_many(
            [
                made("1", datetime(2026, 3, 1, 1, tzinfo=UTC)),
                made("2", datetime(2026, 3, 1, 23, 30, tzinfo=UTC)),
                made("3", datetime(2026, 3, 2, 12, tzinfo=UTC), instrumentIds=["cosaxs"]),
                made("4", datetime(2026, 3, 2, 12, tzinfo=UTC), field="creationTime", instrumentIds=None),
                made("5", datetime(2026, 3, 1, tzinfo=UTC), group="other"),
                made("6", datetime(2026, 4, 1, tzinfo=UTC)),
            ]
        )
    march = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-31T00:00:00Z"}
    member = served.member_of("g")

    answer = await member.get(ACTIVITY, params=march)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "count": 4,
        "beamlines": [
            {"beamline": "", "count": 1, "days": [{"day": "2026-03-02", "count": 1}]},
            {"beamline": "balder", "count": 2, "days": [{"day": "2026-03-01", "count": 2}]},
            {"beamline": "cosaxs", "count": 1, "days": [{"day": "2026-03-02", "count": 1}]},
        ],
    }
    stockholm = (
        await member.get(ACTIVITY, params={**march, "timezone": "Europe/Stockholm", "beamline": "balder"})
    ).json()
    assert [day["day"] for day in stockholm["beamlines"][0]["days"]] == ["2026-03-01", "2026-03-02"]
    assert (await (await served.as_(None)).get(ACTIVITY, params=march)).json() == {"count": 0, "beamlines": []}
    for wrong in (
        {"timezone": "Nowhere/Land"},
        {"from": march["to"], "to": march["from"]},
        {"from": "1990-01-01T00:00:00Z"},
    ):
        assert (await member.get(ACTIVITY, params=wrong)).status_code == 400
