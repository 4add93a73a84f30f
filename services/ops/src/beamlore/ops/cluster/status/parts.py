"""Components and their pods: how many are ready, and why others are not."""

import json
from typing import Any, Final

from kubernetes.client import ApiException
from urllib3.exceptions import HTTPError

from beamlore.ops.cluster.installation import Installation, component_of
from beamlore.ops.cluster.status.models import Part

HTTP_PORT: Final = 8080
_PROXY_SECONDS: Final = 5
_HTTP: Final = "http"
_LONGEST: Final = 160


def look_at_parts(installation: Installation) -> list[Part]:
    """Return all components that run all the time."""
    workloads = [
        *installation.list(installation.apps.list_namespaced_deployment),
        *installation.list(installation.apps.list_namespaced_stateful_set),
    ]
    pods = installation.list(installation.core.list_namespaced_pod)
    return [_part(installation, one, [pod for pod in pods if _is_of(pod, one)]) for one in workloads]


def ask(installation: Installation, pod: Any, path: str) -> str | None:
    """Ask a pod over HTTP, by way of the API server; ``None`` where it does not answer."""
    try:
        answer: Any = installation.core.connect_get_namespaced_pod_proxy_with_path(
            f"{pod.metadata.name}:{HTTP_PORT}",
            installation.namespace,
            path,
            _preload_content=False,
            _request_timeout=_PROXY_SECONDS,
        )
    except ApiException as error:
        # Not ready is said with a status of its own, and the reasons.
        return str(error.body) if error.body else None
    except HTTPError:
        return None
    return str(answer.data.decode())


def _part(installation: Installation, workload: Any, pods: list[Any]) -> Part:
    wanted, ready = int(workload.spec.replicas), int(workload.status.ready_replicas or 0)
    faults = [fault for pod in pods for fault in _faults(installation, pod)]
    if ready < wanted and not faults:
        faults = [f"{ready} of {wanted} pods are ready"]
    if wanted == 0:
        faults.append("scaled to 0")
    container = workload.spec.template.spec.containers[0]
    return Part(
        component=component_of(workload),
        ready=ready,
        wanted=wanted,
        image=str(container.image),
        restarts=sum(one.restart_count for pod in pods for one in pod.status.container_statuses or ()),
        faults=faults,
    )


def _faults(installation: Installation, pod: Any) -> list[str]:
    name = str(pod.metadata.name)
    if pod.metadata.deletion_timestamp is not None:
        return []
    conditions = {one.type: one for one in pod.status.conditions or ()}
    if "PodScheduled" in conditions and conditions["PodScheduled"].status != "True":
        return [f"{name} has no node: {conditions['PodScheduled'].message}"]
    if "Ready" in conditions and conditions["Ready"].status == "True":
        return []
    waiting = [
        f"{name}: {one.state.waiting.reason} {one.state.waiting.message or ''}".strip()
        for one in [*(pod.status.init_container_statuses or ()), *(pod.status.container_statuses or ())]
        if one.state.waiting is not None and one.state.waiting.reason != "PodInitializing"
    ]
    return waiting or [f"{name} is not ready{_reasons(installation, pod)}"]


def _reasons(installation: Installation, pod: Any) -> str:
    ports = [port.name for container in pod.spec.containers for port in container.ports or ()]
    text = ask(installation, pod, "health/ready") if _HTTP in ports and pod.status.phase == "Running" else None
    try:
        components: dict[str, Any] = json.loads(text)["components"] if text else {}
    except (json.JSONDecodeError, KeyError, TypeError):
        return ""
    unwell = [f"{name}: {one['detail'][:_LONGEST]}".rstrip(": ") for name, one in components.items() if not one["ok"]]
    return f" ({'; '.join(unwell)})" if unwell else ""


def _is_of(pod: Any, workload: Any) -> bool:
    selector = workload.spec.selector.match_labels
    labels = pod.metadata.labels or {}
    return all(labels.get(key) == value for key, value in selector.items()) and pod.status.phase != "Succeeded"
