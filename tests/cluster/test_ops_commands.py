"""The operator's commands, `beamlore ops …`, on a whole installation."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.cluster.helm import RELEASE
from tests.system.waiting import eventually

pytestmark = pytest.mark.timeout(1800)

_BEAMLORE = str(Path(sys.executable).with_name("beamlore"))
_BEAMLINE = "newport"


async def _ops(installation, *arguments: str, expected: int = 0) -> str:
    """Run a command as an operator does; return what it printed."""
    process = await asyncio.create_subprocess_exec(
        _BEAMLORE,
        *("ops", *arguments, "--namespace", installation.namespace),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "COLUMNS": "200"},
    )
    printed, told = (text.decode() for text in await process.communicate())
    assert process.returncode == expected, f"{printed}\n{told}"
    return printed


async def _status(installation, expected: int = 0) -> dict:
    return json.loads(await _ops(installation, "status", "--json", expected=expected))


async def _pids(installation) -> set[str]:
    async with installation.databases() as client:
        return set(await client["catalogue"]["Dataset"].distinct("_id"))


async def test_status_of_a_healthy_installation_names_nothing_and_of_another_what_is_wrong(installation):
    await installation.kube.settled(installation.namespace)

    found = await _status(installation)

    assert found["faults"] == []
    states = sorted(one["state"] for one in found["members"])
    assert states == sorted(["PRIMARY", "SECONDARY", "ARBITER" if installation.topology == "arbiter" else "SECONDARY"])
    assert {one["component"] for one in found["parts"]} >= {"catalogue", "ingestor", "mongodb", "kafka", "keycloak"}
    assert "balder" in {one["beamline"] for one in found["lag"]}
    assert "all is well" in await _ops(installation, "status")

    await _ops(installation, "scale", "useroffice", "0")
    try:
        assert any("useroffice: scaled to 0" in one for one in (await _status(installation, expected=2))["faults"])
    finally:
        await _ops(installation, "scale", "useroffice", "2")


async def test_primary_leaves_a_node_before_it_is_drained(installation):
    former = await installation.primary()
    node = (await installation.kube.pod(installation.namespace, former)).spec.node_name

    assert "is MongoDB's primary" in await _ops(installation, "drain-check", node, expected=2)
    await _ops(installation, "step-down", "--node", node)

    assert await installation.primary() != former
    assert "is MongoDB's primary" not in await _ops(installation, "drain-check", node, expected=0)


async def test_added_beamline_works_and_stays_over_an_upgrade(installation):
    base = f"http://127.0.0.1:{installation.door.local_port}"
    printed = await _ops(installation, "add-beamline", _BEAMLINE, "--title", "New port", "--public-url", base)
    assert f"- name: {_BEAMLINE}" in printed
    secrets = await installation.kube.secret(installation.namespace, f"{RELEASE}-oidc")

    await installation.upgrade()

    after = await installation.kube.secret(installation.namespace, f"{RELEASE}-oidc")
    assert after[f"beamline-{_BEAMLINE}"] == secrets[f"beamline-{_BEAMLINE}"]
    assert f"beamline-{_BEAMLINE}-password" in await installation.kube.secret(
        installation.namespace, f"{RELEASE}-kafka"
    )
    async with httpx.AsyncClient(base_url=base, timeout=30) as http:
        granted = await http.post(
            "/idp/realms/facility/protocol/openid-connect/token",
            data={
                "grant_type": "client_credentials",
                "client_id": f"beamline-{_BEAMLINE}",
                "client_secret": after[f"beamline-{_BEAMLINE}"],
            },
        )
        headers = {"Authorization": f"Bearer {granted.json()['access_token']}"}
        answer = await http.get(f"/api/configurator/v1/beamlines/{_BEAMLINE}", headers=headers)
    assert answer.json()["name"] == "New port"

    async def its_topic_is_read() -> bool:
        return _BEAMLINE in {one["beamline"] for one in (await _status(installation))["lag"]}

    await eventually(its_topic_is_read, "the ingestors know the new topic", 120)


async def test_scans_made_after_a_backup_come_back_by_a_replay(installation):
    async def more_than(before: set[str]) -> set[str]:
        found: set[str] = set()

        async def grown() -> bool:
            nonlocal found
            found = await _pids(installation)
            return len(found) > len(before)

        await eventually(grown, "the simulated beamline's next scan", 120)
        return found

    begun = datetime.now(UTC) - timedelta(minutes=5)
    in_backup = await more_than(await _pids(installation))
    await _ops(installation, "backup-now")
    before = await more_than(await _pids(installation))
    assert before > in_backup

    await _ops(installation, "restore-now", "latest", "--replace", "--yes")
    await _ops(installation, "replay", "--beamline", "balder", "--from", f"{begun:%Y-%m-%dT%H:%M:%SZ}")

    async def all_are_back() -> bool:
        return before <= await _pids(installation)

    await eventually(all_are_back, "the scans from before the restore", 180)
    last = (await _status(installation))["backup"]["last_success_at"]
    assert datetime.fromisoformat(last) > begun
