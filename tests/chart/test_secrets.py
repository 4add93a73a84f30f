"""Secrets: made once, kept from then on; or somebody else's."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from uuid import uuid4

import pytest
import yaml

from tests.chart.rendering import Resource, named, of_kind, pods, render, resources, tool, values_of

BEAMLINES = "--set=beamlines[0].name=balder,beamlines[1].name=cosaxs"


def _value(secret: Resource, key: str) -> str:
    return base64.b64decode(secret["data"][key]).decode()


def test_every_beamline_has_an_account_and_a_client() -> None:
    objects = resources(BEAMLINES)
    assert {"beamline-balder-password", "beamline-cosaxs-password"} <= set(
        named(objects, "Secret", "beamlore-kafka")["data"]
    )
    assert {"beamline-balder", "beamline-cosaxs"} <= set(named(objects, "Secret", "beamlore-oidc")["data"])


def test_passwords_are_long_each_another_and_need_no_quoting() -> None:
    secrets = [one for one in of_kind(resources(BEAMLINES), "Secret") if "data" in one]
    passwords = [_value(one, key) for one in secrets for key in one["data"] if key != "cluster-id"]
    assert len(set(passwords)) == len(passwords)
    assert all(len(one) >= 32 and one.isalnum() for one in passwords)


def test_the_cluster_id_is_what_kafka_takes_for_one() -> None:
    for _ in range(5):
        rendered = render("--show-only=templates/secrets/secrets.yaml").stdout
        text = _value(named(list(yaml.safe_load_all(rendered)), "Secret", "beamlore-kafka"), "cluster-id")
        assert not text.startswith("-")
        assert len(base64.urlsafe_b64decode(text + "==")) == 16


def test_secrets_stay_when_the_release_goes() -> None:
    for one in of_kind(resources(), "Secret"):
        if one["metadata"]["name"] != "beamlore-catalogue-files":
            assert one["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_nothing_secret_stands_in_a_pod_or_a_configmap() -> None:
    objects = resources(BEAMLINES)
    passwords = {_value(one, key) for one in of_kind(objects, "Secret") for key in one.get("data") or {}}
    text = json.dumps([*of_kind(objects, "ConfigMap"), *(pod.spec for pod in pods(objects))])
    assert not [one for one in passwords if one in text]


def test_an_existing_secret_is_used_and_none_made() -> None:
    objects = resources("--set=secrets.mongodb.existingSecret=mine")
    assert "beamlore-mongodb" not in {one["metadata"]["name"] for one in of_kind(objects, "Secret")}
    (catalogue,) = (pod for pod in pods(objects) if pod.owner == "Deployment/beamlore-catalogue")
    (password,) = (one for one in catalogue.containers[0]["env"] if one["name"] == "MONGO_PASSWORD")
    assert password["valueFrom"]["secretKeyRef"] == {"name": "mine", "key": "catalogue-password"}


def test_the_store_of_the_facility_is_asked_in_place_of_making_secrets() -> None:
    objects = resources(*values_of("large"))
    assert {one["metadata"]["name"] for one in of_kind(objects, "Secret")} == {"beamlore-catalogue-files"}
    wanted = {one["metadata"]["name"] for one in of_kind(objects, "ExternalSecret")}
    assert wanted == {"beamlore-kafka", "beamlore-oidc", "beamlore-catalogue"}
    kafka = named(objects, "ExternalSecret", "beamlore-kafka")
    assert {one["remoteRef"]["key"] for one in kafka["spec"]["data"]} == {"beamlore/kafka"}
    assert "beamline-biomax-password" in {one["secretKey"] for one in kafka["spec"]["data"]}


@pytest.fixture
def namespace() -> Iterator[str]:
    """A namespace of its own in the cluster that KUBECONFIG names."""
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG names no cluster")
    kubectl = tool("kubectl")
    name = f"chart-{uuid4().hex[:8]}"
    subprocess.run([kubectl, "create", "namespace", name], check=True, capture_output=True)
    yield name
    subprocess.run([kubectl, "delete", "namespace", name, "--wait=false"], check=True, capture_output=True)


def test_what_a_secret_holds_is_kept_and_only_what_is_missing_made(namespace: str) -> None:
    literals = ["--from-literal=ingestor-password=kept", "--from-literal=beamline-former-password=kept-too"]
    subprocess.run(
        [tool("kubectl"), "-n", namespace, "create", "secret", "generic", "beamlore-kafka", *literals],
        check=True,
        capture_output=True,
    )
    secret = named(resources(BEAMLINES, "--namespace", namespace, "--dry-run=server"), "Secret", "beamlore-kafka")
    assert _value(secret, "ingestor-password") == "kept"
    assert _value(secret, "beamline-former-password") == "kept-too"
    assert len(_value(secret, "beamline-balder-password")) == 32
