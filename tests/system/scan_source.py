"""Puts scans into the catalogue as the ingestor does, for tests of what shows them."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx


class ScanSource:
    """Scans of one proposal and beamline; each call of `put` is the next word of a scan."""

    def __init__(
        self, client: httpx.AsyncClient, token: Callable[[], str], proposal: str = "20260101", beamline: str = "balder"
    ) -> None:
        self._client = client
        self._token = token
        self._proposal = proposal
        self._beamline = beamline
        self._sequence = 0
        self._starts: dict[str, datetime] = {}

    def of(self, proposal: str, beamline: str) -> "ScanSource":
        """The same for another proposal."""
        return ScanSource(self._client, self._token, proposal, beamline)

    async def put(self, pid: str = "", state: str = "finished", age: timedelta = timedelta(), **changes: Any) -> str:
        """Put in a scan that began `age` ago, or with a PID the next word of that scan; return its PID."""
        self._sequence += 1
        chosen = pid or f"20.500.12345/{uuid.uuid4()}"
        start = self._starts.setdefault(chosen, datetime.now(UTC) - age)
        await self._send([self._item(chosen, state, start, changes)])
        return chosen

    async def put_many(self, count: int, age: timedelta, **changes: Any) -> list[str]:
        """Put in finished scans a second apart, the newest `age` old; return their PIDs, newest first."""
        self._sequence += 1
        now = datetime.now(UTC)
        pids = [f"20.500.12345/{uuid.uuid4()}" for _ in range(count)]
        starts = [now - age - timedelta(seconds=place) for place in range(count)]
        items = [self._item(pid, "finished", start, changes) for pid, start in zip(pids, starts, strict=True)]
        for first in range(0, count, 500):
            await self._send(items[first : first + 500])
        return pids

    async def _send(self, items: list[dict[str, Any]]) -> None:
        answer = await self._client.post(
            "/beamlore/v1/datasets/batch",
            json={"items": items},
            headers={"Authorization": f"Bearer {self._token()}"},
        )
        assert answer.status_code == 200, answer.text
        outcomes = {result["outcome"] for result in answer.json()["results"]}
        assert outcomes <= {"created", "updated"}, answer.text

    def _item(self, pid: str, state: str, start: datetime, changes: dict[str, Any]) -> dict[str, Any]:
        dataset = {
            "ownerGroup": f"proposal:{self._proposal}",
            "accessGroups": [],
            "instrumentGroup": f"beamline:{self._beamline}:staff",
            "owner": "Ada Lovelace",
            "contactEmail": "ada@facility.example",
            "sourceFolder": f"/data/{self._proposal}",
            "creationTime": start.isoformat(),
            "startTime": start.isoformat(),
            "type": "raw",
            "datasetName": "ascan",
            "creationLocation": self._beamline,
            "principalInvestigators": ["Ada Lovelace"],
            "proposalIds": [self._proposal],
            "instrumentIds": [self._beamline],
            "isPublished": changes.get("is_published", False),
            "size": 0,
            "numberOfFiles": 0,
        }
        if state != "running":
            dataset["endTime"] = (start + timedelta(seconds=4.2)).isoformat()
        item = {
            "pid": pid,
            "sequence": self._sequence,
            "state": state,
            "proposal": self._proposal,
            "command": "ascan energy 7100 7200 100 0.1",
            "dataset": dataset,
            "metadata": changes.get("metadata", {}),
            "metadataComplete": state != "running",
            "files": [],
            "sent": datetime.now(UTC).isoformat(),
        }
        return item | {name: changes[name] for name in ("points", "pointsPlanned", "number") if name in changes}
