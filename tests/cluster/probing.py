"""Pods that try to connect: each has the labels of a component, so that its NetworkPolicies hold for it."""

import json

from tests.cluster.helm import RELEASE
from tests.cluster.kube import Kube, Object
from tests.cluster.values import image_of
from tests.system.waiting import eventually

# A new pod is guarded a moment after it has its address, on a busy cluster a long one: nobody may reach the cluster's
# API, so when that is closed the policies hold. From then on nothing forbidden may be reached, not even once.
_TRY = """
import concurrent.futures, json, socket, sys, time
def reaches(target):
    host, _, port = target.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 3).close()
        return True
    except OSError:
        return False
targets = json.loads(sys.argv[1])
guard = targets.pop("guard")
begun = time.monotonic()
while reaches(guard) and time.monotonic() < begun + 90:
    time.sleep(0.5)
reached = set()
with concurrent.futures.ThreadPoolExecutor(len(targets)) as pool:
    for _ in range(5):
        answers = zip(targets, pool.map(reaches, targets.values()))
        reached |= {name for name, answered in answers if answered}
        time.sleep(2)
print(json.dumps(sorted(reached)))
"""


async def reached(kube: Kube, namespace: str, component: str | None, targets: dict[str, str]) -> set[str]:
    """Return which targets a pod of a component reaches.

    Args:
        kube: the cluster.
        namespace: the pod's.
        component: whose labels it has; none: those of nobody.
        targets: host:port by the name of the target; the hosts are addresses. ``guard`` is one that nobody may reach.
    """
    name = f"probe-{component or 'nobody'}"
    await kube.create(namespace, _probe(name, component, targets))

    async def done() -> bool:
        return (await kube.pod(namespace, name)).status.phase in ("Succeeded", "Failed")

    try:
        await eventually(done, f"{name} has tried", 180)
        answers = json.loads(await kube.logs(namespace, name))
    finally:
        await kube.call(kube.core.delete_namespaced_pod, name, namespace, grace_period_seconds=0)
    return set(answers)


def _probe(name: str, component: str | None, targets: dict[str, str]) -> Object:
    labels = {"app.kubernetes.io/name": "beamlore", "app.kubernetes.io/instance": RELEASE}
    security = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    container = {
        "name": "probe",
        "image": image_of("catalogue"),
        "command": ["python3", "-c", _TRY, json.dumps(targets)],
        # Never ready: no Service sends requests here.
        "readinessProbe": {"exec": {"command": ["false"]}},
        "resources": {"limits": {"memory": "64Mi"}},
        "securityContext": security,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "labels": labels | {"app.kubernetes.io/component": component} if component else {},
        },
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
        },
    }
