"""The deployment script on a cluster: what does not work is taken back, and people notice nothing."""

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cluster.kube import RESTRICTED

ROOT = Path(__file__).parents[2]
CHART = ROOT / "tests" / "pipeline" / "chart"
IMAGES = os.environ.get("BEAMLORE_CLUSTER_IMAGES", "local/beamlore-")
TAG = os.environ.get("BEAMLORE_CLUSTER_TAG", "dev")
NAMESPACE = os.environ.get("BEAMLORE_CLUSTER_NAMESPACE", "beamlore-test") + "-deploy"
NOTICE = "/assets/release/notice.txt"
# Helm's patience with pods that do not get ready.
PATIENCE = "90s"


def _kubectl(*arguments: str) -> str:
    answer = subprocess.run(["kubectl", *arguments], capture_output=True, text=True, check=False, timeout=180)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG is not set: these tests need a Kubernetes cluster")
    if not shutil.which("helm"):
        pytest.fail("helm is not on PATH")
    _kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait")
    _kubectl("create", "namespace", NAMESPACE)
    _kubectl("label", "namespace", NAMESPACE, *(f"{name}={value}" for name, value in RESTRICTED.items()))
    yield NAMESPACE
    _kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.fixture(scope="module")
def web(namespace: str) -> Iterator[str]:
    """The web app's address: the API server passes requests on to its pods."""
    proxy = subprocess.Popen(["kubectl", "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        assert proxy.stdout is not None
        found = re.search(r"127\.0\.0\.1:\d+", proxy.stdout.readline())
        assert found, "kubectl proxy says no port"
        yield f"http://{found[0]}/api/v1/namespaces/{namespace}/services/web:http/proxy"
    finally:
        proxy.terminate()
        proxy.wait(10)
        if proxy.stdout:
            proxy.stdout.close()


def _deploy(namespace: str, web: str, **values: Any) -> subprocess.CompletedProcess[str]:
    images = {"image": f"{IMAGES}web:{TAG}", "testImage": f"{IMAGES}useroffice:{TAG}"}
    options = [f"--set-string={name}={value}" for name, value in (images | values).items()]
    return subprocess.run(
        [str(ROOT / "ci" / "scripts" / "deploy.sh"), "web-alone", namespace, str(CHART), *options],
        env=os.environ | {"DEPLOY_TIMEOUT": PATIENCE, "SMOKE": f"ci/scripts/smoke.sh {web} {NOTICE}", "SMOKE_URL": "/"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@contextmanager
def _somebody_reads(web: str) -> Iterator[list[str]]:
    """Ask for the page all the while; what went wrong is in the list."""
    failures: list[str] = []
    stop = threading.Event()
    asked = 0

    def read() -> None:
        nonlocal asked
        with httpx.Client(timeout=20) as client:
            while not stop.is_set():
                try:
                    answer = client.get(f"{web}/")
                    if answer.status_code != 200:
                        failures.append(f"{answer.status_code} {answer.text[:200]}")
                except httpx.HTTPError as error:
                    failures.append(repr(error))
                asked += 1
                time.sleep(0.05)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield failures
    finally:
        stop.set()
        thread.join(30)
    print(f"{asked} requests, {len(failures)} failures")
    assert asked > 0


def _served(web: str, path: str) -> httpx.Response:
    return httpx.get(f"{web}{path}", timeout=20)


@pytest.fixture(scope="module")
def installed(namespace: str, web: str) -> str:
    """A first release that works."""
    first = _deploy(namespace, web, notice="first")
    assert first.returncode == 0, first.stdout + first.stderr
    assert _served(web, NOTICE).text == "first"
    return web


def test_an_upgrade_that_works_stays(namespace: str, installed: str) -> None:
    with _somebody_reads(installed) as failures:
        upgraded = _deploy(namespace, installed, notice="second")
    assert upgraded.returncode == 0, upgraded.stdout + upgraded.stderr
    assert _served(installed, NOTICE).text == "second"
    assert failures == []


def test_an_upgrade_whose_smoke_test_fails_is_taken_back(namespace: str, installed: str) -> None:
    before = _served(installed, NOTICE).text
    with _somebody_reads(installed) as failures:
        upgraded = _deploy(namespace, installed, notice="")
    assert upgraded.returncode == 1, upgraded.stdout + upgraded.stderr
    assert "The smoke test failed: back to revision" in upgraded.stderr
    assert _served(installed, NOTICE).text == before
    assert failures == []


def test_an_upgrade_that_does_not_get_ready_is_taken_back(namespace: str, installed: str) -> None:
    before = _served(installed, NOTICE).text
    with _somebody_reads(installed) as failures:
        upgraded = _deploy(namespace, installed, readyPath="/assets/nothing", notice="third")
    assert upgraded.returncode == 1, upgraded.stdout + upgraded.stderr
    assert "The upgrade failed" in upgraded.stderr
    assert _served(installed, NOTICE).text == before
    assert failures == []
