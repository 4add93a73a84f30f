"""Settings, files, migrations and ways in of our own services."""

import json
import re

import pytest
import yaml

from tests.chart.rendering import Pod, Resource, named, of_kind, pods, render, resources, values_of

FACILITY = values_of("facility")


def _pod(objects: list[Resource], owner: str) -> Pod:
    (found,) = (pod for pod in pods(objects) if pod.owner == owner)
    return found


def _variables(pod: Pod) -> dict[str, str | None]:
    return {one["name"]: one.get("value") for one in pod.containers[0]["env"]}


def _nginx(objects: list[Resource]) -> str:
    return str(named(objects, "ConfigMap", "beamlore-web")["data"]["nginx.conf"])


def test_any_setting_reaches_its_service() -> None:
    settings = "--set=catalogue.settings.PID_PREFIX=20.500,ingestor.settings.BEAMLORE_BATCH_MESSAGES=500"
    objects = resources(settings, "--set=catalogue.settings.BEAMLORE_ADMIN_GROUPS={a,b}")
    catalogue = _variables(_pod(objects, "Deployment/beamlore-catalogue"))
    assert catalogue["PID_PREFIX"] == "20.500"
    assert catalogue["BEAMLORE_ADMIN_GROUPS"] == "a,b"
    assert _variables(_pod(objects, "Deployment/beamlore-ingestor"))["BEAMLORE_BATCH_MESSAGES"] == "500"


def test_files_of_a_scicat_are_mounted_and_named() -> None:
    objects = resources('--set-literal=catalogue.files.datasetTypes={"Raw": "raw"}', *FACILITY)
    catalogue = _pod(objects, "Deployment/beamlore-catalogue")
    variables = _variables(catalogue)
    assert variables["BEAMLORE_DATASET_TYPES_FILE"] == "/etc/beamlore/datasetTypes.json"
    assert variables["BEAMLORE_FUNCTIONAL_ACCOUNTS_FILE"] == "/etc/beamlore/functionalAccounts.json"
    (files,) = (one for one in catalogue.spec["volumes"] if one["name"] == "files")
    assert {"scicat", "beamlore-catalogue-files"} <= {
        one["secret"]["name"] for one in files["projected"]["sources"] if "secret" in one
    }


def test_passwords_in_files_are_kept_in_a_secret() -> None:
    objects = resources("--set-string=catalogue.files.functionalAccounts=[]")
    assert named(objects, "Secret", "beamlore-catalogue-files")["stringData"] == {"functionalAccounts.json": "[]"}
    assert not named(objects, "ConfigMap", "beamlore-catalogue")["data"]


@pytest.mark.parametrize(
    ("component", "change"),
    [
        ("catalogue", "catalogue.files.units=gap = 1 mm"),
        ("useroffice", "useroffice.seed=people: []"),
        ("web", "web.maxBodySize=128m"),
    ],
)
def test_changed_files_replace_the_pods_that_read_them(component: str, change: str) -> None:
    before, after = resources(), resources(f"--set-string={change}")
    for name in ("catalogue", "ingestor", "configurator", "useroffice", "web"):
        same = _pod(before, f"Deployment/beamlore-{name}").annotations == (
            _pod(after, f"Deployment/beamlore-{name}").annotations
        )
        assert same == (name != component), name


@pytest.mark.parametrize("service", ["catalogue", "ingestor", "configurator"])
def test_databases_are_migrated_before_an_upgrade_and_beside_a_first_install(service: str) -> None:
    (first,) = (one for one in of_kind(resources(), "Job") if f"{service}-migrate" in one["metadata"]["name"])
    assert "annotations" not in first["metadata"]
    (later,) = (
        one for one in of_kind(resources(upgrade=True), "Job") if f"{service}-migrate" in one["metadata"]["name"]
    )
    assert later["metadata"]["annotations"]["helm.sh/hook"] == "pre-upgrade"
    # What an upgrade changes is not there yet when its hooks run.
    pod = _pod(resources(upgrade=True), f"Job/{later['metadata']['name']}")
    assert not [one for one in pod.spec["volumes"] if "configMap" in one or "projected" in one]


def test_the_page_is_told_where_to_log_in() -> None:
    config = json.loads(named(resources(*values_of("large")), "ConfigMap", "beamlore-web")["data"]["config.json"])
    assert config["oidc"]["issuer"] == "https://login.facility.example/realms/facility"
    assert "connect-src 'self' https://login.facility.example;" in _nginx(resources(*values_of("large")))


def test_the_front_door_leads_to_what_there_is_and_nothing_else() -> None:
    assert set(re.findall(r"proxy_pass http://(\w+);", _nginx(resources()))) == {
        "catalogue",
        "configurator",
        "ingestor",
        "useroffice",
        "keycloak",
    }
    assert set(re.findall(r"proxy_pass http://(\w+);", _nginx(resources(*values_of("large"))))) == {
        "catalogue",
        "configurator",
        "ingestor",
    }


def test_metrics_are_not_for_the_public() -> None:
    locations = re.findall(r"location (?:[=~^]+ )?(\S+) \{", _nginx(resources()))
    assert not [one for one in locations if "/metrics".startswith(one) and one != "/"]


def test_the_public_address_is_reached_by_ingress_and_by_gateway() -> None:
    ingress = named(resources(*FACILITY), "Ingress", "beamlore-web")
    assert ingress["spec"]["tls"] == [{"hosts": ["beamlore.facility.example"], "secretName": "beamlore-tls"}]
    large = resources(*values_of("large"))
    gateway = named(large, "Gateway", "beamlore")
    assert [one["protocol"] for one in gateway["spec"]["listeners"]] == ["HTTP", "HTTPS"]
    route = named(large, "HTTPRoute", "beamlore-web")
    assert route["spec"]["parentRefs"] == [{"name": "beamlore", "sectionName": "https"}]
    assert route["spec"]["hostnames"] == ["catalogue.facility.example"]


def test_a_scaled_service_has_no_fixed_number_of_pods() -> None:
    objects = resources(*FACILITY)
    assert "replicas" not in named(objects, "Deployment", "beamlore-catalogue")["spec"]
    assert "replicas" not in named(objects, "Deployment", "beamlore-ingestor")["spec"]
    trigger = named(objects, "ScaledObject", "beamlore-ingestor")["spec"]["triggers"][0]
    assert trigger["metadata"]["consumerGroup"] == "beamlore-ingestor"
    assert "beamlore-kafka-0." in trigger["metadata"]["bootstrapServers"]


def test_the_ingestor_is_scaled_by_a_metric_where_there_is_no_keda() -> None:
    scaler = named(resources(*values_of("large")), "HorizontalPodAutoscaler", "beamlore-ingestor")
    assert scaler["spec"]["metrics"][0]["external"]["metric"]["name"] == "beamlore_ingestor_lag_messages"


def test_a_second_release_in_the_namespace_takes_nothing_of_the_first() -> None:
    first = {(one["kind"], one["metadata"]["name"]) for one in resources()}
    rendered = render(release="trial")
    second = {(one["kind"], one["metadata"]["name"]) for one in yaml.safe_load_all(rendered.stdout) if one}
    assert first.isdisjoint(second)
