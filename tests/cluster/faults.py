"""What can break in a cluster, done through the Kubernetes API.

A node is cut off by a privileged pod on it, since NetworkPolicies leave open connections alone and cannot be told to
deny what others allow. Where ``BEAMLORE_CLUSTER_POWER`` names a command, ``COMMAND NUMBER off`` and ``… on`` are the
power switch of the node whose name ends in the number; without it a server room is lost by cutting its node off.
"""

import asyncio
import os
import re
import shlex
from typing import Any

from kubernetes.client import ApiException

from tests.cluster.helm import RELEASE
from tests.cluster.installation import Installation
from tests.cluster.kube import Object, is_ready
from tests.cluster.values import image_of
from tests.system.waiting import eventually

_NOTICE_SECONDS = 10
"""From the start of the pod that cuts to the cut: its node can still say that it runs."""
_CUT = """
import subprocess, sys, time, os
address, notice, seconds = sys.argv[1], *map(float, sys.argv[2:])
os.chroot("/host")
addresses = subprocess.run(["ip", "-o", "-4", "addr"], check=True, capture_output=True, text=True).stdout
link = next(line.split()[1] for line in addresses.splitlines() if f" {address}/" in line)
rules = f'''table inet beamlore_cut {{
    chain inward {{ type filter hook input priority -300; iifname "{link}" drop; }}
    chain outward {{ type filter hook output priority -300; oifname "{link}" drop; }}
    chain through {{ type filter hook forward priority -300; iifname "{link}" drop; oifname "{link}" drop; }}
}}'''
time.sleep(notice)
subprocess.run(["nft", "-f", "-"], input=rules, check=True, text=True)
try:
    time.sleep(seconds)
finally:
    subprocess.run(["nft", "delete", "table", "inet", "beamlore_cut"], check=True)
"""


class Breaker:
    """Breaks an installation; use as ``async with``, which mends nodes at its end."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._kube = installation.kube
        self._namespace = installation.namespace
        self._room = f"{installation.namespace}-breaker"
        self._cordoned: set[str] = set()
        self._off: set[str] = set()

    async def __aenter__(self) -> "Breaker":
        return self

    async def __aexit__(self, *_: object) -> None:
        for node in list(self._off):
            await self.power(node, "on")
        for node in list(self._cordoned):
            await self.uncordon(node)
        await self._kube.delete_namespace(self._room)

    async def node_of(self, pod: str) -> str:
        """Return the node that a pod runs on."""
        return str((await self._kube.pod(self._namespace, pod)).spec.node_name)

    async def drain(self, node: str) -> None:
        """Take no more pods on a node, and evict those that are there, as their budgets allow."""
        self._cordoned.add(node)
        await self._kube.call(self._kube.core.patch_node, node, {"spec": {"unschedulable": True}})

        async def empty() -> bool:
            pods = [pod for pod in await self._kube.pods(self._namespace) if pod.spec.node_name == node]
            pods = [pod for pod in pods if pod.status.phase not in ("Succeeded", "Failed")]
            for pod in pods:
                if pod.metadata.deletion_timestamp is None:
                    await self._evict(pod.metadata.name)
            return not pods

        await eventually(empty, f"{node} is drained", 300)

    async def _evict(self, pod: str) -> None:
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": self._namespace}}
        try:
            await self._kube.call(self._kube.core.create_namespaced_pod_eviction, pod, self._namespace, body)
        except ApiException as error:
            # 429: its budget does not allow it now. 404: it has gone meanwhile.
            if error.status not in (404, 429):
                raise
            await asyncio.sleep(1)

    async def uncordon(self, node: str) -> None:
        """Take pods on a node again."""
        await self._kube.call(self._kube.core.patch_node, node, {"spec": {"unschedulable": None}})
        self._cordoned.discard(node)

    async def force_delete(self, pod: str) -> None:
        """Kill a pod without a word; return when another of the same kind is there in its place."""
        before = await self._kube.pod(self._namespace, pod)
        component = before.metadata.labels["app.kubernetes.io/component"]
        count = len(await self._kube.pods(self._namespace, component=component))
        await self._kube.call(self._kube.core.delete_namespaced_pod, pod, self._namespace, grace_period_seconds=0)

        async def replaced() -> bool:
            pods = await self._kube.pods(self._namespace, component=component)
            others = [one for one in pods if one.metadata.uid != before.metadata.uid]
            return len(others) >= count and all(is_ready(one) for one in others)

        await eventually(replaced, f"{pod} is replaced", 300)

    async def cut_off(self, node: str, seconds: float) -> None:
        """Cut a node off from the network; it comes back by itself."""
        await self._kube.create_namespace(self._room, **{"pod-security.kubernetes.io/enforce": "privileged"})
        address = next(
            one.address
            for one in (await self._kube.call(self._kube.core.read_node, node)).status.addresses
            if one.type == "InternalIP"
        )
        await self._kube.create(self._room, _cutter(node, address, seconds))

        async def about_to_cut() -> bool:
            return (await self._kube.pod(self._room, "cut")).status.phase != "Pending"

        await eventually(about_to_cut, f"{node} is about to be cut off", 120)
        await asyncio.sleep(_NOTICE_SECONDS)

    async def lose(self, node: str, seconds: float) -> None:
        """Lose a node for that long: by its power switch where there is one, else by cutting it off."""
        if not os.environ.get("BEAMLORE_CLUSTER_POWER"):
            await self.cut_off(node, seconds)
            return
        await self.power(node, "off")

    async def power(self, node: str, state: str) -> None:
        """Switch a node on or off."""
        switch = os.environ.get("BEAMLORE_CLUSTER_POWER")
        number = re.search(r"\d+$", node)
        if not switch or not number:
            return
        (self._off.add if state == "off" else self._off.discard)(node)
        process = await asyncio.create_subprocess_exec(*shlex.split(switch), number[0], state)
        assert await process.wait() == 0

    async def scale(self, component: str, replicas: int) -> None:
        """Set how many pods a Deployment has."""
        await self._kube.call(
            self._kube.apps.patch_namespaced_deployment_scale,
            f"{RELEASE}-{component}",
            self._namespace,
            {"spec": {"replicas": replicas}},
        )


def _cutter(node: str, address: str, seconds: float) -> Object:
    container: dict[str, Any] = {
        "name": "cut",
        "image": image_of("catalogue"),
        "command": ["python3", "-c", _CUT, address, str(_NOTICE_SECONDS), str(seconds)],
        "securityContext": {"privileged": True, "runAsUser": 0},
        "volumeMounts": [{"name": "host", "mountPath": "/host"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "cut"},
        "spec": {
            "nodeName": node,
            "hostNetwork": True,
            "restartPolicy": "Never",
            "containers": [container],
            "volumes": [{"name": "host", "hostPath": {"path": "/"}}],
        },
    }
