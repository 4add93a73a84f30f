"""A planned step-down of MongoDB's primary, and what a drain of a node would end."""

from dataclasses import dataclass
from typing import Any

from beamlore.ops.cluster.installation import Installation, component_of
from beamlore.ops.cluster.jobs import run_job
from beamlore.ops.cluster.status.members import MONGODB, hello
from beamlore.ops.errors import OpsError

_CONFIGURE = "mongodb-configure"


def step_down(installation: Installation, node: str | None, *, seconds: float) -> None:
    """Let another member become primary.

    Args:
        installation: whose MongoDB.
        node: only if the primary's pod is on this node.
        seconds: how long it may take.

    Raises:
        OpsError: there is no other member that could be primary.
    """
    members = [pod for pod in pods_on(installation, node) if component_of(pod) == MONGODB[0]]
    if node is not None and not members:
        return
    options = [part for pod in members if node for part in ("--away-from", f"{pod.metadata.name}.")]
    run_job(installation, _CONFIGURE, ["ops", "mongodb", "step-down", *options], seconds=seconds)


@dataclass(frozen=True)
class DrainCheck:
    """What stands on a node, and what is in the way of a drain."""

    pods: list[str]
    obstacles: list[str]


def check_drain(installation: Installation, node: str) -> DrainCheck:
    """Return what a drain of a node would end, and why it should wait.

    Raises:
        OpsError: the API server does not answer, or refuses.
    """
    pods = pods_on(installation, node)
    obstacles = []
    for pod in pods:
        said = hello(installation, pod.metadata.name) if component_of(pod) == MONGODB[0] else None
        if said and said.get("isWritablePrimary"):
            obstacles.append(f"{pod.metadata.name} is MongoDB's primary: 'beamlore ops step-down --node {node}' first")
    components = {component_of(pod) for pod in pods}
    for budget in installation.list(installation.policy.list_namespaced_pod_disruption_budget):
        component = component_of(budget)
        if component in components and budget.status.disruptions_allowed == 0:
            obstacles.append(
                f"{component}: none may go now, {budget.status.current_healthy} are healthy"
                f" of {budget.status.desired_healthy} that are needed"
            )
    return DrainCheck([str(pod.metadata.name) for pod in pods], obstacles)


def pods_on(installation: Installation, node: str | None) -> list[Any]:
    """Return the release's pods, of one node or of all."""
    pods = installation.list(installation.core.list_namespaced_pod)
    if node is None:
        return pods
    found = [pod for pod in pods if pod.spec.node_name == node and pod.status.phase == "Running"]
    if not found and not any(pod.spec.node_name == node for pod in pods):
        known = sorted({pod.spec.node_name for pod in pods if pod.spec.node_name})
        raise OpsError(
            f"Nothing of {installation.release} is on a node {node}.", way_out=f"It is on: {', '.join(known)}."
        )
    return found
