"""Everything runs under the restricted Pod Security Standard, with no rights it does not need."""

import pytest
from kubernetes.client import ApiException

from tests.cluster.kube import RESTRICTED, is_ready

pytestmark = pytest.mark.timeout(1800)


async def test_namespace_enforces_restricted_and_everything_runs(installation):
    kube = installation.kube
    namespace = await kube.call(kube.core.read_namespace, installation.namespace)
    assert namespace.metadata.labels.items() >= RESTRICTED.items()
    await kube.settled(installation.namespace)
    running = [pod for pod in await kube.pods(installation.namespace) if pod.status.phase == "Running"]
    assert running
    assert all(is_ready(pod) for pod in running)


async def test_what_asks_for_more_is_refused(installation):
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "more"},
        "spec": {"containers": [{"name": "more", "image": "more", "securityContext": {"privileged": True}}]},
    }
    with pytest.raises(ApiException) as refused:
        await installation.kube.call(installation.kube.core.create_namespaced_pod, installation.namespace, pod)
    assert refused.value.status == 403
    assert "restricted" in refused.value.body


async def test_no_pod_has_a_token_of_the_cluster(installation):
    for pod in await installation.kube.pods(installation.namespace):
        mounted = [
            source
            for volume in pod.spec.volumes or ()
            if volume.projected
            for source in volume.projected.sources
            if source.service_account_token
        ]
        assert not mounted, pod.metadata.name


async def test_containers_write_to_their_volumes_only_and_are_not_root(installation):
    for pod in await installation.kube.pods(installation.namespace):
        assert pod.spec.security_context.run_as_user, pod.metadata.name
        for container in [*(pod.spec.init_containers or ()), *pod.spec.containers]:
            assert container.security_context.read_only_root_filesystem, pod.metadata.name
            assert container.resources.limits["memory"], pod.metadata.name
            assert container.resources.requests["memory"], pod.metadata.name
