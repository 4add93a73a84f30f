"""What the catalogue is asked in the benchmarks, and how many times as fast as a peer it has to answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from datasets import COMMON, RARE, TEMPERATURES, dataset
from load import Call
from sides import ADMIN, POSTED, USER

FACETS = ["type", "creationLocation", "ownerGroup", "keywords"]


@dataclass(frozen=True)
class Request:
    """What is asked, by whom, and how many times as fast as the peer it has to be answered."""

    name: str
    calls: list[Call]
    goal: float | None
    account: str = ADMIN
    digest: Callable[[Any], Any] | None = None
    """Makes of an answer what must be the same on both sides."""


def requests(count: int) -> list[Request]:
    """Return what is asked, over so many datasets."""
    chance = Random(4)  # noqa: S311 - the same requests every time
    pids = [quote(dataset(chance.randrange(count))["_id"], safe="") for _ in range(500)]
    newest = [25 * page for page in range(40)]
    anywhere = [25 * chance.randrange(count // 25) for _ in range(200)]
    above = round(TEMPERATURES[1] - (TEMPERATURES[1] - TEMPERATURES[0]) * 0.02, 1)
    hot = [{"lhs": "temperature", "relation": "GREATER_THAN", "rhs": above, "unit": "K"}]
    names = [dataset(chance.randrange(count))["scientificMetadata"]["operator"]["value"] for _ in range(50)]
    return [
        Request("dataset by PID, v4", [Call(f"/api/v4/datasets/{pid}") for pid in pids], 7, digest=_pid),
        Request("dataset by PID, v3", [Call(f"/api/v3/datasets/{pid}") for pid in pids], 10, digest=_pid),
        Request("page of 25, newest 1,000", [_page({}, skip) for skip in newest], 10, digest=_pids),
        Request("page of 25, anywhere", [_page({}, skip) for skip in anywhere], None, digest=_pids),
        Request("page of 25, ordinary user", [_page({}, skip) for skip in newest], 10, USER, _pids),
        Request("page of 25, a frequent word", [_page({"text": COMMON}, skip) for skip in newest], 20, digest=_pids),
        Request("page of 25, a rare word", [_page({"text": RARE})], 20, digest=_pids),
        Request("temperature above T", [_page({"scientific": hot}, skip) for skip in newest], 10, digest=_pids),
        Request(
            "equality on one metadata value",
            [
                _page({"scientific": [{"lhs": "operator", "relation": "EQUAL_TO_STRING", "rhs": name, "unit": ""}]})
                for name in names
            ],
            100,
            digest=_pids,
        ),
        Request("4 facets, all datasets", [_facets({})], 100, digest=_facet_counts),
        Request("4 facets, ordinary user", [_facets({})], None, USER, _facet_counts),
        Request("4 facets, after a word", [_facets({"text": COMMON})], 20, digest=_facet_counts),
        Request("count, all", [Call("/api/v3/datasets/count")], 25, digest=_count),
        Request("POST one dataset", [Call("/api/v3/datasets", "POST", json.dumps(new_dataset()))], 6),
    ]


def _page(fields: dict[str, Any], skip: int = 0) -> Call:
    limits = {"limit": 25, "skip": skip, "order": "creationTime:desc"}
    return Call("/api/v3/datasets/fullquery?" + urlencode({"fields": json.dumps(fields), "limits": json.dumps(limits)}))


def _facets(fields: dict[str, Any]) -> Call:
    return Call("/api/v3/datasets/fullfacet?" + urlencode({"fields": json.dumps(fields), "facets": json.dumps(FACETS)}))


def new_dataset() -> dict[str, Any]:
    given = dataset(0)
    taken = ("ownerGroup", "accessGroups", "owner", "contactEmail", "sourceFolder", "creationLocation", "keywords")
    return {
        **{name: given[name] for name in taken},
        "type": "raw",
        "datasetName": POSTED,
        "principalInvestigator": given["principalInvestigators"][0],
        "creationTime": given["creationTime"].isoformat(),
        "scientificMetadata": {
            key: {"value": entry["value"], "unit": entry["unit"]} for key, entry in given["scientificMetadata"].items()
        },
    }


def _pid(answer: Any) -> Any:
    return answer["pid"]


def _pids(answer: Any) -> Any:
    return [one["pid"] for one in answer]


def _count(answer: Any) -> Any:
    return answer["count"]


def _facet_counts(answer: Any) -> Any:
    return {
        name: total if name == "all" else sorted((str(one["_id"]), one["count"]) for one in total)
        for name, total in answer[0].items()
    }
