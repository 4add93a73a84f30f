"""Deployments of the services: their number of pods."""

import time
from typing import Any, Final

import structlog

from beamlore.ops.cluster.installation import Installation, component_of
from beamlore.ops.errors import OpsError

log = structlog.get_logger(__name__)

WRITERS: Final = ("ingestor", "catalogue", "configurator")
"""The services that write to databases, in the order in which they are stopped."""

_LOOK_SECONDS: Final = 1.0


def scale(installation: Installation, component: str, replicas: int, *, seconds: float) -> int:
    """Give a service so many pods, wait until they are there, and return how many it had.

    Raises:
        OpsError: there is no such service, it holds data, or its pods are not there in time.
    """
    deployment: Any = installation.find(installation.apps.read_namespaced_deployment, installation.name_of(component))
    if deployment is None:
        known = [component_of(one) for one in installation.list(installation.apps.list_namespaced_deployment)]
        raise OpsError(
            f"{component} is no service of {installation.release} that could be scaled.",
            way_out=f"There are: {', '.join(known)}. Members of MongoDB and Kafka come and go by the values.",
        )
    before = int(deployment.spec.replicas)
    if before != replicas:
        installation.call(
            installation.apps.patch_namespaced_deployment_scale,
            name=deployment.metadata.name,
            body={"spec": {"replicas": replicas}},
        )
        log.info("scaled", component=component, before=before, now=replicas)
    _wait(installation, component, replicas, seconds)
    return before


def has_autoscaler(installation: Installation, component: str) -> bool:
    """Return whether an autoscaler decides how many pods a service has."""
    name = installation.name_of(component)
    return installation.find(installation.autoscaling.read_namespaced_horizontal_pod_autoscaler, name) is not None


def _wait(installation: Installation, component: str, replicas: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        deployment: Any = installation.call(
            installation.apps.read_namespaced_deployment, name=installation.name_of(component)
        )
        pods = installation.list(installation.core.list_namespaced_pod, component=component)
        ready = deployment.status.ready_replicas or 0
        # A pod that ends still works: none may be left where there are to be none.
        if ready == replicas and (replicas or not pods):
            return
        if time.monotonic() > deadline:
            raise OpsError(f"{component} has {ready} of {replicas} pods ready after {seconds:.0f} s.")
        time.sleep(_LOOK_SECONDS)
