"""The same questions to derived data and to the documents."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
from prometheus_client import REGISTRY

from beamlore.catalogue.derived import Derived

from ..conftest import Served, until

FACETS = ["type", "creationLocation", "ownerGroup", "keywords", "creationTime", "isPublished", "proposalIds"]
DATASETS = "/api/v3/datasets"


@dataclass(frozen=True)
class Sides:
    """Both catalogues, and the database behind their backs."""

    one: Served
    other: Served
    database: Any

    @property
    def derived(self) -> Derived:
        """What answers the first one."""
        found: Derived = self.one.app.state.catalogue.ground.derived
        return found

    async def follows(self) -> None:
        """Wait until derived data answer: everything is derived, and others are followed."""

        async def ready() -> bool:
            state = await self.derived.changes.state()
            return self.derived.follows and state is not None and state.built

        await until(ready, 60)

    async def same(self, *groups: str) -> dict[str, Any]:
        """Ask both all questions, as a member of these groups; they answer the same. Return the answers."""
        mine, theirs = self.one.member_of(*groups), self.other.member_of(*groups)
        before = answered()
        answers = {}
        for name, (path, params) in questions().items():
            answers[name] = await ask(mine, path, params)
            assert answers[name] == await ask(theirs, path, params), name
        assert answered() > before, "nothing was answered from derived data"
        return answers


def questions() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return questions of every kind that is answered from derived data."""
    newest = {"limit": 25, "order": "creationTime:desc"}
    hot = {"lhs": "temperature", "relation": "GREATER_THAN", "rhs": 290, "unit": "K"}
    cold = {"lhs": "temperature", "relation": "LESS_THAN_OR_EQUAL", "rhs": 20, "unit": "degC"}
    exactly = {"lhs": "temperature", "relation": "EQUAL_TO_NUMERIC", "rhs": 300, "unit": ""}
    who = {"lhs": "operator", "relation": "EQUAL_TO_STRING", "rhs": "Bo", "unit": ""}
    return {
        "count": (f"{DATASETS}/count", {}),
        "count of a type": (f"{DATASETS}/count", {"filter": {"where": {"type": "raw"}}}),
        "count of a group": (f"{DATASETS}/count", {"filter": {"where": {"ownerGroup": "a"}}}),
        "count of what is published": (f"{DATASETS}/count", {"filter": {"where": {"isPublished": True}}}),
        "facets": (f"{DATASETS}/fullfacet", {"fields": {}, "facets": FACETS}),
        "facets of what is published": (
            f"{DATASETS}/fullfacet",
            {"fields": {"isPublished": True}, "facets": FACETS},
        ),
        "facets after a word": (f"{DATASETS}/fullfacet", {"fields": {"text": "powder"}, "facets": FACETS}),
        "facets of a place": (
            f"{DATASETS}/fullfacet",
            {"fields": {"creationLocation": ["balder"]}, "facets": FACETS},
        ),
        "newest": (f"{DATASETS}/fullquery", {"fields": {}, "limits": newest}),
        "second page": (f"{DATASETS}/fullquery", {"fields": {}, "limits": newest | {"limit": 3, "skip": 3}}),
        "a word": (f"{DATASETS}/fullquery", {"fields": {"text": "powder"}, "limits": newest}),
        "one of two words": (f"{DATASETS}/fullquery", {"fields": {"text": "powder crystal"}, "limits": newest}),
        "a word and not another": (f"{DATASETS}/fullquery", {"fields": {"text": "powder -fine"}, "limits": newest}),
        "hot": (f"{DATASETS}/fullquery", {"fields": {"scientific": [hot]}, "limits": newest}),
        "hot and cold": (f"{DATASETS}/fullquery", {"fields": {"scientific": [hot, cold]}, "limits": newest}),
        "exactly": (f"{DATASETS}/fullquery", {"fields": {"scientific": [exactly]}, "limits": newest}),
        "who": (f"{DATASETS}/fullquery", {"fields": {"scientific": [who]}, "limits": newest}),
        "published and hot": (
            f"{DATASETS}/fullquery",
            {"fields": {"isPublished": True, "scientific": [hot]}, "limits": newest},
        ),
    }


async def ask(client: httpx.AsyncClient, path: str, params: dict[str, Any]) -> Any:
    """Return an answer; facets that nothing orders are ordered."""
    encoded = {name: json.dumps(value) for name, value in params.items()}
    answer = await client.get(path, params=encoded)
    assert answer.status_code == 200, f"{path} {params}: {answer.text}"
    return answer.json()


def answered() -> float:
    """Return how many answers came from derived data."""
    return REGISTRY.get_sample_value("beamlore_catalogue_derived_answers_total", {"by": "derived"}) or 0
