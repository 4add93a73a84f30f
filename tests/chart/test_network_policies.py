"""Who may speak with whom."""

from collections import Counter
from functools import cache

import pytest

from tests.chart.rendering import Resource, named, of_kind, pods, resources

# What each component of our own reaches, beside the cluster's DNS.
WAYS_OUT = {
    "web": {"catalogue", "configurator", "ingestor", "useroffice", "keycloak"},
    "catalogue": {"mongodb", "keycloak"},
    "ingestor": {"mongodb", "kafka", "keycloak", "catalogue", "useroffice"},
    "configurator": {"mongodb", "keycloak"},
    "useroffice": {"keycloak"},
    "simulation": {"kafka", "keycloak", "configurator"},
    "catalogue-migrate": {"mongodb"},
    "ingestor-migrate": {"mongodb"},
    "configurator-migrate": {"mongodb"},
    "test": {"web", "keycloak"},
}


@cache
def _policy(component: str) -> Resource:
    simulated = "--set=beamlines[0].name=balder,beamlines[0].simulate=true,beamlines[0].proposals={p1}"
    return named(resources(simulated), "NetworkPolicy", f"beamlore-{component}")


def _component(policy: Resource) -> str | None:
    return policy["spec"]["podSelector"].get("matchLabels", {}).get("app.kubernetes.io/component")


def _reached(policy: Resource) -> set[str]:
    peers = [peer for rule in policy["spec"]["egress"] for peer in rule["to"] if "namespaceSelector" not in peer]
    assert all("podSelector" in peer for peer in peers), policy
    return {peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in peers}


def _callers(policy: Resource) -> set[str]:
    callers: set[str] = set()
    for rule in policy["spec"].get("ingress", []):
        for peer in rule["from"]:
            for one in peer.get("podSelector", {}).get("matchExpressions", []):
                callers |= set(one["values"])
    return callers


def test_every_component_has_exactly_one_policy(objects: list[Resource]) -> None:
    components = {pod.labels["app.kubernetes.io/component"] for pod in pods(objects)}
    policies = Counter(_component(one) for one in of_kind(objects, "NetworkPolicy"))
    assert {name: policies[name] for name in components} == dict.fromkeys(components, 1)


def test_what_no_policy_names_reaches_nothing(objects: list[Resource]) -> None:
    everybody = [one for one in of_kind(objects, "NetworkPolicy") if one["spec"]["podSelector"] == {}]
    assert [one["spec"] for one in everybody] == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]
    for one in of_kind(objects, "NetworkPolicy"):
        assert sorted(one["spec"]["policyTypes"]) == ["Egress", "Ingress"], one["metadata"]["name"]


@pytest.mark.parametrize("component", WAYS_OUT)
def test_a_component_reaches_what_it_needs_and_nothing_else(component: str) -> None:
    assert _reached(_policy(component)) == WAYS_OUT[component]


@pytest.mark.parametrize("component", ["catalogue", "configurator", "ingestor", "useroffice"])
def test_a_service_lets_in_whoever_needs_it_and_nobody_else(component: str) -> None:
    needing = {caller for caller, reached in WAYS_OUT.items() if component in reached}
    assert _callers(_policy(component)) == needing


def test_a_rule_without_ports_is_never_made(objects: list[Resource]) -> None:
    for policy in of_kind(objects, "NetworkPolicy"):
        for rule in [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]:
            assert rule.get("ports"), policy["metadata"]["name"]


def test_servers_outside_are_reached_at_the_addresses_given() -> None:
    arguments = (
        "--set=mongodb.enabled=false,mongodb.external.existingSecret=mine",
        "--set=networkPolicies.external.mongodb[0].to[0].ipBlock.cidr=10.1.2.0/24",
        "--set=networkPolicies.external.mongodb[0].ports[0].port=27018",
    )
    rules = named(resources(*arguments), "NetworkPolicy", "beamlore-configurator")["spec"]["egress"]
    assert {"to": [{"ipBlock": {"cidr": "10.1.2.0/24"}}], "ports": [{"port": 27018}]} in rules


def test_keda_asks_kafka_for_the_lag_only_where_it_scales() -> None:
    def reached(*arguments: str) -> bool:
        rules = named(resources(*arguments), "NetworkPolicy", "beamlore-kafka")["spec"]["ingress"]
        return "keda" in [
            peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name")
            for rule in rules
            for peer in rule.get("from", [])
        ]

    assert not reached()
    assert reached("--set=ingestor.autoscaling.enabled=true")
