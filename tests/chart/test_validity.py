"""The chart is well formed for Helm, for the API server and for kube-score."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.chart.conftest import EVERYTHING
from tests.chart.rendering import CHART, EXAMPLES, KUBERNETES, render, tool, values_of

# Of these there is no schema among Kubernetes' own.
CUSTOM = "ScaledObject,TriggerAuthentication,ExternalSecret,HTTPRoute,Gateway,ServiceMonitor,PodMonitor,PrometheusRule"
SCHEMAS = Path(os.environ.get("KUBERNETES_SCHEMAS", Path.home() / ".cache" / "test-cluster" / "schemas"))
# What is not followed, and why: charts/beamlore/README.md.
EXCEPTIONS = (
    "container-image-pull-policy",
    "container-security-context-user-group-id",
    "deployment-replicas",
    "pod-probes-identical",
    "service-targets-pod",
    "statefulset-has-host-podantiaffinity",
)

_ARGUMENTS = {"defaults": [], "everything": list(EVERYTHING), **{name: values_of(name) for name in EXAMPLES}}


@pytest.fixture(params=list(_ARGUMENTS))
def rendered(request: pytest.FixtureRequest) -> str:
    answer = render(*_ARGUMENTS[request.param])
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_helm_finds_no_fault() -> None:
    command = [tool("helm"), "lint", "--strict", str(CHART), "--kube-version", KUBERNETES]
    linted = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert linted.returncode == 0, linted.stdout


def test_the_api_server_would_take_every_object(rendered: str) -> None:
    kubeconform = tool("kubeconform")
    if not SCHEMAS.is_dir():
        pytest.skip(f"no schemas of Kubernetes in {SCHEMAS}; KUBERNETES_SCHEMAS names another directory")
    location = f"{SCHEMAS}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    command = [kubeconform, "-strict", "-summary", "-skip", CUSTOM, "-schema-location", location]
    checked = subprocess.run(command, input=rendered, capture_output=True, text=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stdout


def test_kube_score_finds_nothing_but_the_exceptions(rendered: str) -> None:
    command = [tool("kube-score"), "score", "--kubernetes-version", f"v{KUBERNETES}", "--output-format", "ci"]
    ignored = [argument for name in EXCEPTIONS for argument in ("--ignore-test", name)]
    scored = subprocess.run(
        [*command, *ignored, "-"], input=rendered, capture_output=True, text=True, check=False, timeout=60
    )
    faults = [line for line in scored.stdout.splitlines() if line.startswith(("[CRITICAL]", "[WARNING]"))]
    assert faults == []
