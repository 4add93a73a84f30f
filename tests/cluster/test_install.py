"""From nothing to a page: everything is installed, a person logs in and sees a scan."""

import pytest
from playwright.async_api import expect

from tests.cluster.kube import component
from tests.pages import shown_pids
from tests.system.waiting import eventually

pytestmark = pytest.mark.timeout(1800)
MEBIBYTE = 1024**2


async def test_everything_is_installed_and_a_scan_is_on_the_page(installation, open_page, outside):
    await outside.more_catalogued(5)
    await expect(open_page.get_by_test_id("connection")).to_have_text("Live")
    await expect(open_page.locator('[role="row"][data-state="finished"]').first).to_be_visible()

    async def shows_what_was_made() -> bool:
        return bool(await shown_pids(open_page) & {one["pid"] for one in await outside.ledger()})

    await eventually(shows_what_was_made, "the page shows a scan that was made outside")

    pods = {pod.metadata.name: pod for pod in await installation.kube.pods(installation.namespace)}
    memory = await installation.kube.memory(installation.namespace)
    print(f"\ninstalled in {installation.install_seconds:.0f} s [{installation.topology}]")
    for name, pod in pods.items():
        if pod.status.phase == "Running":
            ready = next(one.last_transition_time for one in pod.status.conditions if one.type == "Ready")
            seconds = (ready - pod.metadata.creation_timestamp).total_seconds()
            print(f"    {component(pod):20} {name:45} {memory[name] / MEBIBYTE:5.0f} MiB, ready after {seconds:.0f} s")


async def test_chart_tests_itself(installation):
    told = await installation.test()
    assert "Phase:          Succeeded" in told, told
