"""What frontends are told: from files, and changed by administrators (OWASP API5:2023)."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from ..conftest import Served, serving, until

CONFIG = "/api/v3/runtime-config/frontendConfig"


@pytest.fixture
def opened(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens, tmp_path: Path
) -> Callable[..., Any]:
    @asynccontextmanager
    async def start(**more: Any) -> AsyncIterator[Served]:
        files = {f"frontend_{name}_file": tmp_path / f"{name}.json" for name in ("config", "theme")}
        async with serving(settings_for(*mongo_database, **files, **more), token) as served:
            yield served

    return start


async def test_a_file_is_served_until_an_administrator_or_another_file_says_otherwise(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"facility": "Here", "a.b": {"$c": 1}}))
    (tmp_path / "theme.json").write_text(json.dumps({"name": "dark", "properties": {}}))

    async with opened() as served:
        anonymous, admin, member = await served.as_(None), served.member_of("admin"), served.member_of("x")

        async def there() -> bool:
            return (await anonymous.get("/api/v3/admin/theme")).status_code == 200

        await until(there)
        assert (await anonymous.get("/api/v3/admin/config")).json() == {"facility": "Here", "a.b": {"$c": 1}}
        found = (await anonymous.get(CONFIG)).json()
        assert (found["cid"], found["createdBy"], found["data"]["facility"]) == ("frontendConfig", "system", "Here")

        new = {"data": {"facility": "There"}}
        assert (await anonymous.put(CONFIG, json=new)).status_code == 403
        assert (await member.put(CONFIG, json=new)).status_code == 403
        assert (await admin.put(CONFIG, json={"data": "x"})).status_code == 400
        assert (await admin.put("/api/v3/runtime-config/other", json=new)).status_code == 404
        assert (await anonymous.get("/api/v3/runtime-config/other")).status_code == 404
        changed = (await admin.put(CONFIG, json=new)).json()
        assert (changed["data"], changed["updatedBy"]) == (new["data"], "test")

    async def told(served: Served) -> Any:
        return (await (await served.as_(None)).get("/api/v3/admin/config")).json()

    async with opened() as served:
        assert await told(served) == {"facility": "There"}, "a restart takes nobody's change away"
    file.write_text("{ not JSON")
    async with opened() as served:
        assert await told(served) == {"facility": "There"}
    file.write_text(json.dumps({"facility": "Elsewhere"}))
    async with opened() as served:

        async def taken() -> bool:
            return bool(await told(served) == {"facility": "Elsewhere"})

        await until(taken)


async def test_without_files_there_is_nothing_to_tell(served: Served) -> None:
    client = await served.as_(None)
    for path in ("admin/config", "admin/theme", "runtime-config/frontendConfig"):
        assert (await client.get(f"/api/v3/{path}")).status_code == 404


async def test_health_says_that_the_database_answers(served: Served) -> None:
    answer = await (await served.as_(None)).get("/api/v3/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["details"] == {"mongodb": {"status": "up"}}
