"""Every pod of the chart keeps to the restricted Pod Security Standard, and says what it needs and when it works."""

from tests.chart.rendering import Resource, of_kind, pods


def test_every_pod_is_restricted(objects: list[Resource]) -> None:
    for pod in pods(objects):
        security = pod.spec["securityContext"]
        assert security["runAsNonRoot"] is True, pod.owner
        assert security["runAsUser"] >= 100, pod.owner
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, pod.owner
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod.spec), pod.owner
        for container in pod.containers:
            rights = container["securityContext"]
            assert rights["allowPrivilegeEscalation"] is False, (pod.owner, container["name"])
            assert rights["readOnlyRootFilesystem"] is True, (pod.owner, container["name"])
            assert rights["capabilities"] == {"drop": ["ALL"]}, (pod.owner, container["name"])


def test_no_pod_mounts_volumes_of_its_node(objects: list[Resource]) -> None:
    for pod in pods(objects):
        assert not [one for one in pod.spec.get("volumes", []) if "hostPath" in one], pod.owner


def test_no_pod_holds_a_token_of_the_cluster(objects: list[Resource]) -> None:
    for pod in pods(objects):
        assert pod.spec["automountServiceAccountToken"] is False, pod.owner
        assert pod.spec["enableServiceLinks"] is False, pod.owner
    for account in of_kind(objects, "ServiceAccount"):
        assert account["automountServiceAccountToken"] is False


def test_every_container_has_requests_and_limits(objects: list[Resource]) -> None:
    for pod in pods(objects):
        for container in pod.containers:
            for kind in ("requests", "limits"):
                asked = container["resources"][kind]
                assert {"cpu", "memory", "ephemeral-storage"} <= set(asked), (pod.owner, container["name"], kind)


def test_every_container_that_answers_is_probed(objects: list[Resource]) -> None:
    for pod in pods(objects):
        if pod.ends:
            continue
        for container in pod.serving:
            for port in container.get("ports", []):
                # Metrics alone are asked of nobody.
                ready = set() if port["name"] == "metrics" else {"readinessProbe"}
                assert {"startupProbe", "livenessProbe"} | ready <= set(container), (pod.owner, container["name"])


def test_alive_does_not_mean_that_the_database_is_up(objects: list[Resource]) -> None:
    for pod in pods(objects):
        for container in pod.containers:
            path = container.get("livenessProbe", {}).get("httpGet", {}).get("path", "")
            assert "ready" not in path, (pod.owner, container["name"])


def test_pods_are_told_apart_by_their_component(objects: list[Resource]) -> None:
    for pod in pods(objects):
        assert pod.labels["app.kubernetes.io/name"] == "beamlore", pod.owner
        assert pod.labels["app.kubernetes.io/component"], pod.owner


def test_a_new_chart_alone_restarts_no_pod(objects: list[Resource]) -> None:
    for pod in pods(of_kind(objects, "Deployment", "StatefulSet")):
        assert not {"helm.sh/chart", "app.kubernetes.io/version"} & set(pod.labels), pod.owner


def test_services_are_replaced_without_a_gap(objects: list[Resource]) -> None:
    for one in of_kind(objects, "Deployment"):
        component = one["metadata"]["labels"]["app.kubernetes.io/component"]
        if component not in ("catalogue", "ingestor", "configurator", "useroffice", "web"):
            continue
        assert one["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        pod = one["spec"]["template"]["spec"]
        for container in pod["containers"]:
            variables = {variable["name"]: variable.get("value") for variable in container.get("env", [])}
            sleep = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {})
            served = int(variables.get("BEAMLORE_DRAIN_SECONDS") or sleep["seconds"])
            assert 0 < served < pod["terminationGracePeriodSeconds"] - 10


def test_a_drained_node_takes_one_pod_of_a_component_at_a_time(objects: list[Resource]) -> None:
    budgets = {
        one["metadata"]["labels"]["app.kubernetes.io/component"] for one in of_kind(objects, "PodDisruptionBudget")
    }
    for one in of_kind(objects, "Deployment", "StatefulSet"):
        component = one["metadata"]["labels"]["app.kubernetes.io/component"]
        if one["spec"].get("replicas", 2) > 1:
            assert component in budgets
