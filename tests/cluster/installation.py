"""An installation of the chart, and what an operator does with it."""

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from tests.chaos.books import Books
from tests.cluster.door import Way, ready_pod_of, the_pod
from tests.cluster.helm import CHART, RELEASE, helm
from tests.cluster.kube import Kube
from tests.cluster.values import Values, small_values

INSTALL_SECONDS = 900


class Installation:
    """A release in a namespace of its own, with the front door on this machine's loopback."""

    def __init__(self, kube: Kube, namespace: str, topology: str, port: int) -> None:
        self.kube = kube
        self.namespace = namespace
        self.topology = topology
        self.outside = f"{namespace}-outside"
        self.public_url = f"http://127.0.0.1:{port}"
        self.door = Way(namespace, 8080, ready_pod_of(kube, namespace, f"{RELEASE}-web"), port)
        self.install_seconds = 0.0
        self._round = 0

    @property
    def values(self) -> Values:
        """What it is installed with."""
        return small_values(self.topology, self.public_url, self.outside)

    @property
    def kafka_bootstrap(self) -> str:
        """The brokers, for clients in the cluster."""
        service = f"{RELEASE}-kafka"
        brokers = self.values["kafka"]["brokers"]
        hosts = [f"{service}-{number}.{service}.{self.namespace}.svc.cluster.local:9092" for number in range(brokers)]
        return ",".join(hosts)

    async def install(self) -> None:
        """Make the namespaces anew and install everything; return when all of it is ready."""
        await self.remove()
        await self.kube.create_namespace(self.outside)
        await self.kube.create_namespace(self.namespace)
        begun = time.monotonic()
        await self._helm("install", str(CHART), "--wait", "--wait-for-jobs", values=[self.values])
        self.install_seconds = time.monotonic() - begun

    async def remove(self) -> None:
        """Delete it with all its data."""
        for namespace in (self.outside, self.namespace):
            await self.kube.delete_namespace(namespace)

    async def upgrade(self, *more: Values, rendered_by: tuple[str, ...] = ()) -> None:
        """Upgrade with more values than it was installed with; return when all of it is ready.

        Args:
            more: values.
            rendered_by: a script that changes what the chart made, with its arguments.
        """
        renderer = ("--post-renderer", sys.executable) if rendered_by else ()
        arguments = [f"--post-renderer-args={one}" for one in rendered_by]
        await self._helm(
            *("upgrade", str(CHART), "--wait", "--wait-for-jobs", *renderer, *arguments), values=[self.values, *more]
        )

    async def upgrade_rolling(self, *components: str) -> None:
        """Upgrade so that every pod of these components is replaced."""
        self._round += 1
        annotation = {"beamlore.example/round": f"{time.time():.0f}-{self._round}"}
        await self.upgrade({name: {"podAnnotations": annotation} for name in components})

    async def rollback(self) -> None:
        """Go back to the release before the present one; return when all of it is ready."""
        await self._helm("rollback", "--wait", "--wait-for-jobs")

    async def test(self) -> str:
        """Run the chart's own test; return its words."""
        return await self._helm("test", "--logs")

    async def _helm(self, verb: str, *arguments: str, **more: Any) -> str:
        timeout = ("--namespace", self.namespace, "--timeout", f"{INSTALL_SECONDS}s")
        return await helm(verb, RELEASE, *arguments, *timeout, **more)

    async def primary(self) -> str:
        """Return the name of the pod that is MongoDB's primary.

        Raises:
            AssertionError: there is none at the moment.
        """
        for pod in await self.kube.pods(self.namespace, component="mongodb"):
            async with self._member(pod.metadata.name) as client:
                try:
                    hello = await client.admin.command("hello")
                except PyMongoError:
                    continue
                # One that is cut off believes itself primary for a moment.
                if hello["isWritablePrimary"]:
                    return str(pod.metadata.name)
        raise AssertionError("MongoDB has no primary")

    async def step_down(self) -> None:
        """Let MongoDB's primary hand over, as planned."""
        async with self.databases() as client:
            await client.admin.command({"replSetStepDown": 60, "secondaryCatchUpPeriodSecs": 30})

    @asynccontextmanager
    async def books(self) -> AsyncIterator[Books]:
        """Open the books at the primary."""
        async with self.databases() as client:
            yield Books(client["catalogue"], client["ingestor"])

    @asynccontextmanager
    async def databases(self) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
        """Open MongoDB at its primary, as root."""
        secret = await self.kube.secret(self.namespace, f"{RELEASE}-mongodb")
        account = {"username": "root", "password": secret["root-password"], "authSource": "admin"}
        async with self._member(await self.primary(), tz_aware=True, **account) as client:
            yield client

    @asynccontextmanager
    async def _member(self, pod: str, **options: Any) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
        async with (
            Way(self.namespace, 27017, the_pod(pod)) as way,
            AsyncMongoClient(
                "127.0.0.1",
                way.local_port,
                directConnection=True,
                serverSelectionTimeoutMS=5000,
                connectTimeoutMS=5000,
                **options,
            ) as client,
        ):
            yield client
