"""A cluster (`KUBECONFIG`), and installations of the chart on it: one for each topology of MongoDB, one at a time.

``BEAMLORE_CLUSTER_NAMESPACE`` is what their namespaces begin with; with ``BEAMLORE_CLUSTER_KEEP=1`` they stay, and the
next run goes on with them.
"""

import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.async_api import Browser, Page

from tests.cluster.faults import Breaker
from tests.cluster.helm import RELEASE, helm
from tests.cluster.installation import Installation
from tests.cluster.kube import Kube
from tests.cluster.outside import Outside
from tests.conftest import SIZE
from tests.pages import sign_in

_KEEP = bool(os.environ.get("BEAMLORE_CLUSTER_KEEP"))
PREFIX = os.environ.get("BEAMLORE_CLUSTER_NAMESPACE", "beamlore-test")

_FIRST = ("test_install", "test_pod_security", "test_network_policies")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What breaks things comes last."""
    items.sort(key=lambda item: Path(__file__).parent in item.path.parents and item.path.stem not in _FIRST)


@pytest.fixture(scope="session")
def kube() -> Kube:
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG is not set: these tests need a Kubernetes cluster (docs/how-to/test-on-a-cluster.md)")
    if not shutil.which("helm"):
        pytest.fail("helm is not on PATH")
    return Kube()


@pytest.fixture(scope="session", params=["arbiter", pytest.param("members", marks=pytest.mark.long)])
async def installation(kube: Kube, request: Any) -> AsyncIterator[Installation]:
    """Everything the chart can install, from nothing; with its front door on the loopback."""
    topology = request.param
    namespace = f"{PREFIX}-{topology}"
    port = await _port_of(namespace) if _KEEP else None
    installation = Installation(kube, namespace, topology, port or _free_port())
    try:
        if port is None:
            await installation.install()
        async with installation.door:
            yield installation
    finally:
        if not _KEEP:
            await installation.remove()


@pytest.fixture
async def outside(installation: Installation) -> AsyncIterator[Outside]:
    """Instruments that scan and people who read, on a node that is left alone."""
    await installation.kube.settled(installation.namespace)
    spared = (await installation.kube.nodes())[0]
    async with Outside(installation, spared) as outside:
        yield outside


@pytest.fixture
async def breaker(installation: Installation) -> AsyncIterator[Breaker]:
    """What breaks things, and mends at the end what is still broken."""
    async with Breaker(installation) as breaker:
        yield breaker


@pytest.fixture
async def open_page(installation: Installation, browser: Browser) -> AsyncIterator[Page]:
    """The scan log in a browser, logged in through Keycloak, and marked so that a reload would be seen."""
    context = await browser.new_context(viewport=SIZE)
    try:
        page = await context.new_page()
        await sign_in(page, f"{installation.public_url}/", "admin")
        await page.evaluate("window.openedBeforeTheFault = true")
        yield page
    finally:
        await context.close()


async def _port_of(namespace: str) -> int | None:
    """Return the front door's port of an installation that is there already."""
    releases = yaml.safe_load(await helm("list", "--all", "--namespace", namespace, "--output", "yaml"))
    if not any(one["name"] == RELEASE and one["status"] == "deployed" for one in releases or ()):
        return None
    values = yaml.safe_load(await helm("get", "values", RELEASE, "--namespace", namespace, "--output", "yaml"))
    return int(values["publicUrl"].rpartition(":")[2])


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
