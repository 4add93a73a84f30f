"""What is outside of an installation while things break in it: instruments that scan, and people who read.

They are pods of a namespace of their own, which the faults leave alone: instruments and people do not move when a node
is drained.
"""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubernetes.client import ApiException
from pymongo.errors import PyMongoError

from tests.chaos import producer
from tests.chaos.books import Account, Scans
from tests.chaos.night_shift import SHIFT
from tests.cluster import visitor
from tests.cluster.helm import RELEASE
from tests.cluster.installation import Installation
from tests.cluster.kube import Object
from tests.cluster.values import image_of
from tests.system.waiting import eventually

SCAN_PERIOD = "1.0"
_SCRIPTS = "/scripts"
_LEDGER_KEYS = {"pid", "number", "proposal"}
_STOP = "import os, signal; os.kill(1, signal.SIGTERM)"


@dataclass
class Visits:
    """How people's requests went."""

    requests: int
    failures: list[Object]
    longest_gap: float
    slowest: float
    again: int
    events: int

    def __str__(self) -> str:
        return (
            f"{self.requests} requests, {len(self.failures)} failures, longest gap {self.longest_gap:.1f} s, "
            f"slowest {self.slowest:.1f} s, {self.again} on a second connection, {self.events} live events"
        )


class Outside:
    """Three beamlines and four people; use as ``async with``, break things inside, then `settle`."""

    def __init__(self, installation: Installation, node: str) -> None:
        self.installation = installation
        self._kube = installation.kube
        self._namespace = installation.outside
        self._node = node

    async def __aenter__(self) -> "Outside":
        await self._clear()
        scripts = {"name": "scripts"}
        data = {"producer.py": Path(producer.__file__).read_text(), "visitor.py": Path(visitor.__file__).read_text()}
        passwords = await self._kube.secret(self.installation.namespace, f"{RELEASE}-kafka")
        await self._kube.create(
            self._namespace,
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": scripts, "data": data},
            *(self._instrument(name, proposal, passwords) for name, proposal in SHIFT.items()),
            self._people(),
        )
        await self.more(10)
        await eventually(self._people_are_in, "people are logged in", 120)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._clear()

    async def _clear(self) -> None:
        await self._kube.call(self._kube.core.delete_collection_namespaced_pod, self._namespace, grace_period_seconds=0)
        await self._kube.call(self._kube.core.delete_collection_namespaced_config_map, self._namespace)

        async def gone() -> bool:
            return not await self._kube.pods(self._namespace)

        await eventually(gone, "the pods outside are gone", 60)

    async def ledger(self) -> Scans:
        """Return all scans told to their end so far."""
        lines = itertools.chain.from_iterable([await self._lines(f"instrument-{name}") for name in SHIFT])
        return [line for line in lines if line.keys() == _LEDGER_KEYS]

    async def visits(self) -> Visits:
        """Return how people's requests went so far."""
        lines = await self._lines("people")
        requests = [line for line in lines if "kind" in line]
        good = sorted(line["at"] + line["seconds"] for line in requests if 200 <= line["status"] < 300)
        return Visits(
            requests=len(requests),
            failures=[line for line in requests if not 200 <= line["status"] < 300],
            longest_gap=max((b - a for a, b in itertools.pairwise(good)), default=0.0),
            slowest=max((line["seconds"] for line in requests), default=0.0),
            again=sum(line.get("again", 0) for line in requests),
            events=sum("event" in line for line in lines),
        )

    async def more(self, scans: int, seconds: float = 180) -> None:
        """Wait until that many more scans are made."""
        wanted = len(await self.ledger()) + scans

        async def made() -> bool:
            return len(await self.ledger()) >= wanted

        await eventually(made, f"{scans} more scans are made", seconds)

    async def more_catalogued(self, scans: int, seconds: float = 300) -> None:
        """Wait until that many scans made from now on stand in the catalogue: the way is open again."""
        before = {line["pid"] for line in await self.ledger()}

        async def enough() -> bool:
            new = [one["pid"] for one in await self.ledger() if one["pid"] not in before]
            async with self.installation.books() as books:
                return await books.catalogued(new) >= scans

        await eventually(_now_and_then(enough), f"{scans} new scans are catalogued", seconds)

    async def settle(self, what: str, seconds: float = 300) -> tuple[Account, Visits]:
        """Let the instruments end; wait until all that was produced has arrived; check each scan; print the account."""
        visits = await self.visits()
        for name in SHIFT:
            await self._kube.run(self._namespace, f"instrument-{name}", "python3", "-c", _STOP)
        for name in SHIFT:
            assert await self._exit_code(f"instrument-{name}") == 0, f"{name} drained its spool"
        ledger = await self.ledger()

        async def arrived() -> bool:
            async with self.installation.books() as books:
                return await books.have_all(ledger)

        await eventually(_now_and_then(arrived), "all that was produced is catalogued or in the inbox", seconds)
        async with self.installation.books() as books:
            account = await books.balance(ledger)
        print(f"\n{what} [{self.installation.topology}]: {visits}; {account}")
        for one in visits.failures[:20]:
            print(f"    {one}")
        return account, visits

    async def _people_are_in(self) -> bool:
        return any("people" in line for line in await self._lines("people"))

    async def _lines(self, pod: str) -> list[Object]:
        lines = []
        for line in (await self._kube.logs(self._namespace, pod)).splitlines():
            if line.startswith("{") and line.endswith("}"):
                lines.append(json.loads(line))
        return lines

    async def _exit_code(self, pod: str) -> int:
        async def ended() -> Any:
            states = (await self._kube.pod(self._namespace, pod)).status.container_statuses or ()
            return states[0].state.terminated if states else None

        return int((await eventually(ended, f"{pod} has ended", producer.DRAIN_SECONDS + 30)).exit_code)

    def _instrument(self, beamline: str, proposal: str, passwords: dict[str, str]) -> Object:
        account = f"beamline-{beamline}"
        environment = {
            "BEAMLORE_KAFKA_BOOTSTRAP": self.installation.kafka_bootstrap,
            "BEAMLORE_KAFKA_USERNAME": account,
            "BEAMLORE_KAFKA_PASSWORD": passwords[f"{account}-password"],
            "BEAMLORE_SPOOL_DIR": "/tmp/spool",  # noqa: S108 - the pod's own
        }
        arguments = ("--beamline", beamline, "--proposal", proposal, "--period", SCAN_PERIOD)
        return self._pod(f"instrument-{beamline}", "beamline", "producer.py", *arguments, environment=environment)

    def _people(self) -> Object:
        address = f"http://{RELEASE}-web.{self.installation.namespace}.svc:8080"
        arguments = ("--address", address, "--public", self.installation.public_url)
        return self._pod("people", "catalogue", "visitor.py", *arguments)

    def _pod(self, name: str, image: str, script: str, *arguments: str, environment: Object | None = None) -> Object:
        container = {
            "name": "main",
            "image": image_of(image),
            "command": ["python3", f"{_SCRIPTS}/{script}", *arguments],
            "env": [{"name": key, "value": value} for key, value in (environment or {}).items()],
            "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            "volumeMounts": [{"name": "scripts", "mountPath": _SCRIPTS}, {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108
        }
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name},
            "spec": {
                "nodeName": self._node,
                "restartPolicy": "Never",
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 10001,
                    "runAsGroup": 10001,
                    "fsGroup": 10001,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [container],
                "volumes": [{"name": "scripts", "configMap": {"name": "scripts"}}, {"name": "tmp", "emptyDir": {}}],
            },
        }


def _now_and_then(look: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
    """Look once a second; what cannot be looked at in the middle of a fault is not there yet."""

    async def looked() -> bool:
        await asyncio.sleep(1)
        try:
            return await look()
        except (ApiException, PyMongoError, AssertionError):
            return False

    return looked
