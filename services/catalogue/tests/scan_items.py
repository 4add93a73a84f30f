"""Items as the ingestor sends them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def item(
    proposal: str = "20260101",
    beamline: str = "balder",
    *,
    pid: str | None = None,
    sequence: int = 1,
    state: str = "running",
    start: datetime = START,
    metadata: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return an item of a batch."""
    pid = pid or f"test/{uuid.uuid4()}"
    dataset = {
        "ownerGroup": f"proposal:{proposal}",
        "accessGroups": [],
        "instrumentGroup": f"beamline:{beamline}:staff",
        "owner": "Ada Lovelace",
        "contactEmail": "ada@facility.example",
        "sourceFolder": f"/data/{beamline}/{proposal}",
        "creationTime": start.isoformat(),
        "startTime": start.isoformat(),
        "type": "raw",
        "datasetName": "ascan energy 1 2 3",
        "creationLocation": f"/Facility/{beamline}",
        "principalInvestigators": ["Ada Lovelace"],
        "proposalIds": [proposal],
        "instrumentIds": [beamline],
        "sampleIds": ["sample 1"],
        "size": 0,
        "numberOfFiles": 0,
        "keywords": [],
    } | more.pop("dataset", {})
    return {
        "pid": pid,
        "sequence": sequence,
        "state": state,
        "proposal": proposal,
        "dataset": dataset,
        "metadata": metadata
        if metadata is not None
        else {
            "energy": {"value": 7.1, "unit": "keV", "name": "Energy", "source": "sim/mono/energy", "group": "Optics"}
        },
        "metadataComplete": False,
        "files": [],
        "sent": (start + timedelta(seconds=sequence)).isoformat(),
        "command": "ascan energy 1 2 3",
        "number": 7,
    } | more
