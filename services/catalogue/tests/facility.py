"""A catalogue whose groups are set as a SciCat facility sets them, and people in those groups."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from beamlore.catalogue.settings import Settings
from beamlore.core import Principal
from beamlore.embedded import Tokens

from .conftest import Served, serving

GROUPS: dict[str, tuple[str, ...]] = {
    "proposal_groups": ("user office",),
    "sample_groups": ("chemists",),
    "sample_privileged_groups": ("sample office",),
    "policy_groups": ("archive",),
    "delete_groups": ("cleaners",),
}
MALFORMED = ("{", '{"where": {"$where": "1"}}', '{"where": {"a": {"$function": {}}}}', '{"limits": 7}')


@asynccontextmanager
async def facility(database: Any, settings_for: Callable[..., Settings], token: Tokens) -> AsyncIterator[Served]:
    """Serve a catalogue with these groups."""
    async with serving(settings_for(*database, **GROUPS), token) as running:
        yield running


def someone(served: Served, *groups: str, username: str = "test", email: str = "") -> httpx.AsyncClient:
    """Return a client of a person with an e-mail address; it is closed with its test."""
    principal = Principal(subject=f"test:{username}", username=username, email=email, groups=frozenset(groups))
    client = served.member_of()
    client.headers["Authorization"] = f"Bearer {served.app.state.session_tokens.issue(principal)}"
    return client


async def listed(client: httpx.AsyncClient, url: str, key: str, **params: str) -> set[str]:
    """Return the identifiers of a listing."""
    answer = await client.get(url, params=params)
    assert answer.status_code == 200, answer.text
    return {one[key] for one in answer.json()}


async def asked(client: httpx.AsyncClient, method: str, url: str, status: int = 200, **more: Any) -> Any:
    """Return the answer to a request that must have this status."""
    answer = await client.request(method, url, **more)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def searchable(client: httpx.AsyncClient, url: str) -> bool:
    """Return whether words can be searched yet: their index is made while the catalogue answers already."""
    return (await client.get(f"{url}/fullquery", params={"fields": '{"text": "word"}'})).is_success
