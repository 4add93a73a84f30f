"""Who reaches whom, tried by real connections: what is needed, and nothing else."""

import asyncio

import pytest

from tests.cluster.helm import RELEASE
from tests.cluster.kube import component
from tests.cluster.probing import reached

pytestmark = pytest.mark.timeout(1800)

MONGODB = {"mongodb:27017"}
IDENTITY = {"keycloak:8080"}
WAYS = {
    "web": {"catalogue:8080", "ingestor:8080", "configurator:8080", "useroffice:8080", *IDENTITY},
    "catalogue": MONGODB | IDENTITY,
    "ingestor": {"kafka:9092", "catalogue:8080", "useroffice:8080", *MONGODB, *IDENTITY},
    "configurator": MONGODB | IDENTITY,
    "useroffice": IDENTITY,
    "simulation": {"kafka:9092", "configurator:8080", *IDENTITY},
    "mongodb": {"mongodb:27017", "mongodb-arbiter:27017"},
    "mongodb-arbiter": {"mongodb:27017", "mongodb-arbiter:27017"},
    "kafka": {"kafka:9093", "kafka:9094"},
    "keycloak": {"keycloak-database:5432"},
    "keycloak-database": set(),
    "mongodb-configure": {"mongodb:27017", "mongodb-arbiter:27017"},
    "kafka-configure": {"kafka:9094"},
    "keycloak-configure": IDENTITY,
    "catalogue-migrate": MONGODB,
    "ingestor-migrate": MONGODB,
    "configurator-migrate": MONGODB,
    "test": {"web:8080", *IDENTITY},
    None: set(),
}
PORTS = {
    **dict.fromkeys(("web", "catalogue", "ingestor", "configurator", "useroffice"), (8080,)),
    **dict.fromkeys(("mongodb", "mongodb-arbiter"), (27017,)),
    "kafka": (9092, 9093, 9094),
    "keycloak": (8080, 9000),
    "keycloak-database": (5432,),
}
WITHOUT_NAMES = {None, "keycloak-database"}
"""Those that need no DNS."""
OF_THE_CLUSTER = {"dns", "api"}
"""Open to whom no policy selects."""
NOWHERE = "127.0.0.1:1"


@pytest.fixture
async def targets(installation) -> dict[str, str]:
    """Every port anything listens on, the cluster's DNS, and its API."""
    kube = installation.kube
    found = {}
    for pod in await kube.pods(installation.namespace):
        for port in PORTS.get(component(pod), ()):
            found[f"{component(pod)}:{port}"] = f"{pod.status.pod_ip}:{port}"
    dns = (await kube.call(kube.core.list_namespaced_pod, "kube-system", label_selector="k8s-app=kube-dns")).items
    api = await kube.call(kube.core.read_namespaced_service, "kubernetes", "default")
    address = f"{api.spec.cluster_ip}:443"
    return found | {"dns": f"{dns[0].status.pod_ip}:53", "api": address, "guard": address}


async def test_each_component_reaches_what_it_needs_and_nothing_else(installation, targets):
    arbiter = installation.topology == "arbiter"
    at_once = asyncio.Semaphore(6)

    async def tried(name: str | None) -> set[str]:
        async with at_once:
            return await reached(installation.kube, installation.namespace, name, targets)

    found = dict(zip(WAYS, await asyncio.gather(*map(tried, WAYS)), strict=True))

    wrong = []
    for name, ways in WAYS.items():
        expected = ways | (set() if name in WITHOUT_NAMES else {"dns"})
        if not arbiter:
            expected -= {"mongodb-arbiter:27017"}
            if name == "mongodb-arbiter":
                expected = set()
        print(f"\n    {name or 'nobody'}: {', '.join(sorted(found[name])) or 'nothing'}", end="")
        wrong += [f"{name or 'nobody'} reaches {way}" for way in found[name] - expected]
        wrong += [f"{name or 'nobody'} does not reach {way}" for way in expected - found[name]]
    assert not wrong, "\n".join(wrong)


async def test_from_outside_only_the_front_door_and_the_brokers_are_reached(installation, targets):
    targets = {**targets, "guard": NOWHERE}
    found = await reached(installation.kube, installation.outside, None, targets)
    assert found - OF_THE_CLUSTER == {"web:8080", "kafka:9092"}


async def test_labels_of_a_component_open_nothing_in_another_namespace(installation, targets):
    """A policy's pods are those of its own namespace."""
    kube, strangers = installation.kube, f"{installation.namespace}-strangers"
    targets = {**targets, "guard": NOWHERE}
    await kube.create_namespace(strangers)
    try:
        assert await reached(kube, strangers, "catalogue", targets) <= OF_THE_CLUSTER
    finally:
        await kube.delete_namespace(strangers)


async def test_default_is_to_deny(installation):
    policy = await installation.kube.call(
        installation.kube.network.read_namespaced_network_policy, f"{RELEASE}-default-deny", installation.namespace
    )
    assert not policy.spec.pod_selector.match_labels
    assert policy.spec.policy_types == ["Ingress", "Egress"]
    assert not policy.spec.ingress
    assert not policy.spec.egress
