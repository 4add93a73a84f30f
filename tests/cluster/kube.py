"""Kubernetes as the tests see it: what `KUBECONFIG` names, through the `kubernetes` library."""

import asyncio
import json
import time
from base64 import b64decode
from collections.abc import Callable, Iterable
from typing import Any

from kubernetes import client, config, utils
from kubernetes.client import ApiException
from kubernetes.stream import stream

from tests.system.waiting import eventually

RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}
Object = dict[str, Any]


class Kube:
    """One cluster. The library blocks, so every call runs in a thread."""

    def __init__(self) -> None:
        config.load_kube_config()
        self.core = client.CoreV1Api()
        self.apps = client.AppsV1Api()
        self.batch = client.BatchV1Api()
        self.discovery = client.DiscoveryV1Api()
        self.network = client.NetworkingV1Api()
        self.policy = client.PolicyV1Api()

    async def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call a function of the library."""
        return await asyncio.to_thread(function, *arguments, **named)

    async def create(self, namespace: str, *objects: Object) -> None:
        """Create objects."""
        for one in objects:
            await asyncio.to_thread(utils.create_from_dict, client.ApiClient(), one, namespace=namespace)

    async def create_namespace(self, name: str, **labels: str) -> None:
        """Create a namespace that enforces the restricted Pod Security Standard; an old one of the name goes first."""
        await self.delete_namespace(name)
        metadata = {"name": name, "labels": RESTRICTED | labels}
        await self.call(self.core.create_namespace, {"metadata": metadata})

    async def delete_namespace(self, name: str) -> None:
        """Delete a namespace and wait until it is gone."""
        try:
            await self.call(self.core.delete_namespace, name)
        except ApiException as error:
            if error.status != 404:
                raise
            return
        # Its data go too: nothing needs to end in order, for which a MongoDB waits two minutes.
        await self.call(self.core.delete_collection_namespaced_pod, name, grace_period_seconds=0)

        async def gone() -> bool:
            found = await self.call(self.core.list_namespace, field_selector=f"metadata.name={name}")
            return not found.items

        await eventually(gone, f"the namespace {name} is gone", 300)

    async def pods(self, namespace: str, **labels: str) -> list[Any]:
        """Return the pods with these labels, in the order of their names; ``component`` is short for the chart's."""
        selector = ",".join(f"{_label(key)}={value}" for key, value in labels.items())
        found = await self.call(self.core.list_namespaced_pod, namespace, label_selector=selector)
        return sorted(found.items, key=lambda pod: str(pod.metadata.name))

    async def pod(self, namespace: str, name: str) -> Any:
        """Return a pod."""
        return await self.call(self.core.read_namespaced_pod, name, namespace)

    async def secret(self, namespace: str, name: str) -> dict[str, str]:
        """Return what a secret holds."""
        found = await self.call(self.core.read_namespaced_secret, name, namespace)
        return {key: b64decode(value).decode() for key, value in found.data.items()}

    async def nodes(self) -> list[str]:
        """Return the names of all nodes."""
        return sorted(node.metadata.name for node in (await self.call(self.core.list_node)).items)

    async def logs(self, namespace: str, pod: str) -> str:
        """Return what a pod has written so far."""
        try:
            answer = await self.call(self.core.read_namespaced_pod_log, pod, namespace, _preload_content=False)
        except ApiException as error:
            if error.status in (400, 404, 500):
                # Its container has not begun yet, or its node does not answer.
                return ""
            raise
        return str(answer.data.decode())

    async def logs_of_job(self, namespace: str, job: str) -> str:
        """Return what the pods of a job have written."""
        pods = await self.call(self.core.list_namespaced_pod, namespace, label_selector=f"job-name={job}")
        return "\n".join([await self.logs(namespace, pod.metadata.name) for pod in pods.items])

    def plain(self, one: Any) -> Any:
        """Return an object of the library as it is written in YAML."""
        return self.core.api_client.sanitize_for_serialization(one)

    async def run(self, namespace: str, pod: str, *command: str, container: str | None = None) -> tuple[int, str]:
        """Run a command in a pod; return its exit code and what it wrote."""

        def executed() -> tuple[int, str]:
            # The library turns a client into one of websockets while it is used: each call has its own.
            more = {"container": container} if container else {}
            answer = stream(
                client.CoreV1Api(client.ApiClient()).connect_get_namespaced_pod_exec,
                pod,
                namespace,
                command=list(command),
                stdout=True,
                stderr=True,
                stdin=False,
                tty=False,
                _preload_content=False,
                **more,
            )
            answer.run_forever(timeout=120)
            return answer.returncode or 0, answer.read_all()

        return await asyncio.to_thread(executed)

    async def settled(self, namespace: str, seconds: float = 300) -> None:
        """Wait until every pod of a namespace is ready or done, and every Deployment and StatefulSet is complete.

        Raises:
            AssertionError: they are not, in that time; what is missing is told.
        """
        missing: list[str] = []
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            missing = await self._unsettled(namespace)
            if not missing:
                return
            await asyncio.sleep(1)
        raise AssertionError(f"after {seconds:.0f} s not ready: {', '.join(missing)}")

    async def _unsettled(self, namespace: str) -> list[str]:
        missing = []
        for what in (self.apps.list_namespaced_deployment, self.apps.list_namespaced_stateful_set):
            for one in (await self.call(what, namespace)).items:
                ready, updated = one.status.ready_replicas or 0, one.status.updated_replicas or 0
                if (
                    ready < one.spec.replicas
                    or updated < one.spec.replicas
                    or (one.status.observed_generation or 0) < one.metadata.generation
                ):
                    missing.append(f"{one.metadata.name} {ready}/{one.spec.replicas}")
        for pod in await self.pods(namespace):
            if pod.status.phase != "Succeeded" and not is_ready(pod) and not _of_a_job(pod):
                missing.append(pod.metadata.name)
        return missing

    async def memory(self, namespace: str) -> dict[str, int]:
        """Return the working set of each pod, in bytes, as the kubelets measure it."""
        found: dict[str, int] = {}
        for node in await self.nodes():
            for pod in (await self.call(self._summary, node))["pods"]:
                if pod["podRef"]["namespace"] == namespace:
                    found[pod["podRef"]["name"]] = pod.get("memory", {}).get("workingSetBytes", 0)
        return found

    def _summary(self, node: str) -> Object:
        answer = self.core.connect_get_node_proxy_with_path(node, "stats/summary", _preload_content=False)
        return dict(json.loads(answer.data))


def is_ready(pod: Any) -> bool:
    """Return whether a pod takes requests."""
    conditions: Iterable[Any] = pod.status.conditions or ()
    ready = any(one.type == "Ready" and one.status == "True" for one in conditions)
    return ready and pod.metadata.deletion_timestamp is None


def component(pod: Any) -> str:
    """Return the component of the chart that a pod belongs to."""
    return str((pod.metadata.labels or {}).get("app.kubernetes.io/component", ""))


def _of_a_job(pod: Any) -> bool:
    return any(owner.kind == "Job" for owner in pod.metadata.owner_references or ())


def _label(key: str) -> str:
    return "app.kubernetes.io/component" if key == "component" else key
