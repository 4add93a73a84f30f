"""What the chart makes for Prometheus Operator and Grafana, and what of it can be left out."""

import json
from pathlib import Path

import yaml

from tests.chart.rendering import named, of_kind, pods, resources
from tests.monitoring.chart import dashboards, rules
from tests.monitoring.test_alerts import promtool

ON = "--set=monitoring.enabled=true"
KINDS = ("ServiceMonitor", "PodMonitor", "PrometheusRule")


def test_without_monitoring_nothing_of_it_is_made():
    made = resources()

    assert of_kind(made, *KINDS) == []
    assert not [one for one in of_kind(made, "ConfigMap") if "grafana_dashboard" in one["metadata"]["labels"]]


def test_the_rules_in_the_cluster_are_those_of_the_files_for_this_release(tmp_path: Path):
    rule = named(resources(ON, "--namespace=scicat"), "PrometheusRule", "beamlore-monitoring")
    made = [one for group in rule["spec"]["groups"] for one in group["rules"]]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump(rule["spec"]))

    promtool("check", "rules", file)
    assert {one.get("alert") or one["record"] for one in made} == {one.get("alert") or one["record"] for one in rules()}
    assert "@" not in file.read_text()
    assert any('namespace=~"scicat"' in one["expr"] for one in made)
    assert all(one["annotations"]["runbook_url"].startswith("https://") for one in made if "alert" in one)


def test_alerts_can_be_left_out_labelled_and_led_to_ones_own_runbooks():
    made = resources(
        ON,
        "--set=monitoring.rules.disabled={BeamloreNoScans}",
        "--set=monitoring.rules.alertLabels.team=scicat",
        "--set=monitoring.rules.runbooks=https://wiki.facility.example/runbooks/",
    )
    groups = named(made, "PrometheusRule", "beamlore-monitoring")["spec"]["groups"]
    alerts = {one["alert"]: one for group in groups for one in group["rules"] if "alert" in one}

    assert "BeamloreNoScans" not in alerts
    assert {one["labels"]["team"] for one in alerts.values()} == {"scicat"}
    url = alerts["BeamloreMajorityLost"]["annotations"]["runbook_url"]
    assert url == "https://wiki.facility.example/runbooks/majority-lost.md"


def test_each_dashboard_is_a_config_map_that_grafanas_sidecar_finds():
    made = of_kind(resources(ON), "ConfigMap")
    found = {
        name: text
        for one in made
        if one["metadata"]["labels"].get("grafana_dashboard") == "1"
        for name, text in one["data"].items()
    }

    assert {name: json.loads(text) for name, text in found.items()} == dashboards()


def test_prometheus_reads_every_service_under_its_name_and_the_simulated_beamlines():
    made = resources(ON, "--set=beamlines[0].name=balder,beamlines[0].simulate=true,beamlines[0].proposals={p1}")
    services = named(made, "ServiceMonitor", "beamlore-monitoring")["spec"]
    engines = named(made, "PodMonitor", "beamlore-simulation")["spec"]

    assert services["jobLabel"] == "app.kubernetes.io/component"
    for name in services["selector"]["matchExpressions"][0]["values"]:
        service = named(made, "Service", f"beamlore-{name}")
        assert service["metadata"]["labels"]["app.kubernetes.io/component"] == name
        assert "http" in {port["name"] for port in service["spec"]["ports"]}
    selected = engines["selector"]["matchLabels"].items()
    ports = [
        port["name"]
        for pod in pods(made)
        if selected <= pod.labels.items()
        for container in pod.containers
        for port in container.get("ports", ())
    ]
    assert ports == ["metrics"]


def test_traces_are_sent_by_every_service_where_they_are_wanted():
    tracing = ("--set=tracing.enabled=true", "--set=tracing.endpoint=http://collector:4318")

    def sending(*arguments: str) -> set[str]:
        return {
            pod.labels["app.kubernetes.io/component"]
            for pod in pods(resources(*arguments))
            for container in pod.containers
            for variable in container.get("env", ())
            if variable["name"] == "BEAMLORE_OTLP_ENDPOINT"
        }

    assert sending() == set()
    assert sending(*tracing) >= {"catalogue", "ingestor", "configurator", "useroffice"}
