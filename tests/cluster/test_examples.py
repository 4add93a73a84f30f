"""Every object of the examples is taken by a real API server, which looks at more than a schema can say."""

from collections.abc import AsyncIterator

import pytest
from kubernetes import client, utils

from tests.chart.rendering import EXAMPLES, Resource, resources, values_of
from tests.cluster.conftest import PREFIX
from tests.cluster.kube import Kube

# Kubernetes' own: those of gateways, KEDA, Prometheus and others need definitions that a bare cluster does not have.
BUILT_IN = ("v1", "apps/", "autoscaling/", "batch/", "networking.k8s.io/", "policy/", "rbac.authorization.k8s.io/")


@pytest.fixture
async def namespace(kube: Kube) -> AsyncIterator[str]:
    """A namespace under the restricted Pod Security Standard."""
    name = f"{PREFIX}-examples"
    await kube.create_namespace(name)
    yield name
    await kube.delete_namespace(name)


@pytest.mark.parametrize("example", EXAMPLES)
async def test_every_object_of_an_example_is_taken(kube: Kube, namespace: str, example: str) -> None:
    objects = [one for one in resources(*values_of(example)) if one["apiVersion"].startswith(BUILT_IN)]
    refused = {_name(one): fault for one in objects if (fault := await _refusal(kube, namespace, one))}
    assert refused == {}
    assert {"Deployment", "NetworkPolicy", "PodDisruptionBudget"} <= {one["kind"] for one in objects}


async def _refusal(kube: Kube, namespace: str, one: Resource) -> str:
    """Return why an object is not taken; none is kept but accounts, without which a pod is refused."""
    trial = {} if one["kind"] == "ServiceAccount" else {"dry_run": "All"}
    try:
        await kube.call(utils.create_from_dict, client.ApiClient(), one, namespace=namespace, **trial)
    except utils.FailToCreateError as error:
        return str(error)
    return ""


def _name(one: Resource) -> str:
    return f"{one['kind']}/{one['metadata']['name']}"
