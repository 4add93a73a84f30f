"""MongoDB as the chart makes it: members, their placement, and what changes when the topology does."""

import pytest

from tests.chart.rendering import Resource, named, of_kind, pods, render, resources

HOST = "beamlore-mongodb-{}.beamlore-mongodb.default.svc.cluster.local:27017"
ARBITER = "beamlore-mongodb-arbiter-0.beamlore-mongodb-arbiter.default.svc.cluster.local:27017"


def _statefulset(*arguments: str, name: str = "beamlore-mongodb") -> Resource:
    return named(resources(*arguments), "StatefulSet", name)


def _told(objects: list[Resource], variable: str) -> str:
    (pod,) = [one for one in pods(objects) if one.owner.startswith("Job/beamlore-mongodb-configure")]
    (value,) = [one["value"] for one in pod.containers[0]["env"] if one["name"] == variable]
    return str(value)


@pytest.mark.parametrize(
    ("values", "data_members", "arbiters"),
    [
        ("mongodb.topology=members", 3, ""),
        ("mongodb.topology=arbiter", 2, ARBITER),
        ("mongodb.members=1", 1, ""),
    ],
)
def test_the_job_is_told_of_every_member(values: str, data_members: int, arbiters: str) -> None:
    objects = resources(f"--set={values}")
    hosts = ",".join(HOST.format(number) for number in range(data_members))
    assert named(objects, "StatefulSet", "beamlore-mongodb")["spec"]["replicas"] == data_members
    assert _told(objects, "BEAMLORE_OPS_MONGODB_MEMBERS") == hosts
    assert _told(objects, "BEAMLORE_OPS_MONGODB_ARBITERS") == arbiters


def test_services_connect_to_the_members_that_hold_data() -> None:
    (catalogue,) = [
        one for one in pods(resources("--set=mongodb.topology=arbiter")) if one.owner == "Deployment/beamlore-catalogue"
    ]
    (url,) = [one["value"] for one in catalogue.containers[0]["env"] if one["name"] == "BEAMLORE_MONGO_URL"]
    assert f"@{HOST.format(0)},{HOST.format(1)}/" in url
    assert "authSource=admin" in url


def test_a_change_of_topology_replaces_no_data_member() -> None:
    members = _statefulset("--set=mongodb.topology=members")["spec"]["template"]
    assert _statefulset("--set=mongodb.topology=arbiter")["spec"]["template"] == members


def test_data_members_are_in_different_rooms() -> None:
    arguments = ("--set=mongodb.topology=arbiter,mongodb.spread=DoNotSchedule,topologyKey=facility.example/room",)
    spread = _statefulset(*arguments)["spec"]["template"]["spec"]["topologySpreadConstraints"]
    rooms = [one for one in spread if one["topologyKey"] == "facility.example/room"]
    assert [(one["maxSkew"], one["whenUnsatisfiable"]) for one in rooms] == [(1, "DoNotSchedule")]
    assert rooms[0]["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == "mongodb"


def test_the_arbiter_keeps_away_from_the_data_members() -> None:
    arbiter = _statefulset("--set=mongodb.topology=arbiter", name="beamlore-mongodb-arbiter")
    for one in arbiter["spec"]["template"]["spec"]["topologySpreadConstraints"]:
        (components,) = one["labelSelector"]["matchExpressions"]
        assert components["values"] == ["mongodb", "mongodb-arbiter"]


def test_the_arbiter_can_be_given_a_room() -> None:
    arguments = "--set=mongodb.topology=arbiter,mongodb.arbiter.room=cellar"
    arbiter = _statefulset(arguments, name="beamlore-mongodb-arbiter")
    assert arbiter["spec"]["template"]["spec"]["nodeSelector"] == {"topology.kubernetes.io/zone": "cellar"}
    assert "nodeSelector" not in _statefulset(arguments)["spec"]["template"]["spec"]


def test_one_vote_may_be_away_at_a_time() -> None:
    budget = named(resources("--set=mongodb.topology=arbiter"), "PodDisruptionBudget", "beamlore-mongodb")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchExpressions"][0]["values"] == ["mongodb", "mongodb-arbiter"]


def test_a_single_member_does_not_keep_its_node_from_being_drained() -> None:
    budgets = of_kind(resources("--set=mongodb.members=1,kafka.brokers=1"), "PodDisruptionBudget")
    assert not {"beamlore-mongodb", "beamlore-kafka"} & {one["metadata"]["name"] for one in budgets}


@pytest.mark.parametrize(
    ("memory", "gigabytes"), [("512Mi", "0.25"), ("1Gi", "0.25"), ("2Gi", "0.5"), ("16Gi", "7.5"), ("3072Mi", "1")]
)
def test_the_cache_follows_the_memory_limit(memory: str, gigabytes: str) -> None:
    member = _statefulset(f"--set=mongodb.resources.limits.memory={memory}")
    arguments = member["spec"]["template"]["spec"]["containers"][0]["args"]
    assert f"--wiredTigerCacheSizeGB={gigabytes}" in arguments


def test_members_are_found_before_they_are_ready() -> None:
    service = named(resources(), "Service", "beamlore-mongodb")["spec"]
    assert (service["clusterIP"], service["publishNotReadyAddresses"]) == ("None", True)


def test_an_unknown_topology_is_refused() -> None:
    assert "topology" in render("--set=mongodb.topology=pair").stderr


def test_a_member_that_is_to_end_waits_for_the_others_and_hands_over() -> None:
    objects = resources("--set=mongodb.topology=arbiter")
    for name, delay in (("beamlore-mongodb", "0"), ("beamlore-mongodb-arbiter", "10")):
        pod = named(objects, "StatefulSet", name)["spec"]["template"]["spec"]
        command = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
        assert command[2:] == ["leave", delay]
        # Two minutes of waiting and one of handing over are within the time it is given.
        assert pod["terminationGracePeriodSeconds"] > 180 + int(delay)
    assert set(named(objects, "ConfigMap", "beamlore-mongodb")["data"]) == {"member.sh", "step-down.js"}
