"""A bad night on a cluster: things break while three beamlines scan and four people read.

After each: scans produced = catalogued + in the inbox, none doubled, none half-written; people's requests are counted;
and a page that was open all the while shows what is new without having been loaded again. Each prints its account.
"""

import asyncio

import pytest

from tests.chaos.books import sorted_out
from tests.cluster import small_disk
from tests.cluster.helm import RELEASE
from tests.cluster.kube import component
from tests.cluster.values import SERVICES, image_of
from tests.pages import shown_pids
from tests.system.waiting import eventually

MANY = 20
KEYCLOAK_AWAY_SECONDS = 300
CUT_OFF_SECONDS = 90
ROOM_LOST_SECONDS = 150

FILL = f"import shutil; shutil.copyfile('/dev/zero', '{small_disk.PATH}/filler')"

pytestmark = pytest.mark.timeout(3600)
long = pytest.mark.long


@pytest.fixture
async def night(outside, open_page, breaker):
    """All that goes on in a night; `open_page` is checked at its end."""
    await outside.more_catalogued(5)
    yield outside
    good, _ = sorted_out(await outside.ledger())
    newest = {one["pid"] for one in good[-10:]}

    async def shows_the_newest() -> bool:
        return bool(newest & await shown_pids(open_page))

    await eventually(shows_the_newest, "the page that was open all the while shows the newest scans")
    assert await open_page.evaluate("window.openedBeforeTheFault"), "the page was not reloaded"


async def test_services_are_upgraded_one_pod_after_the_other(night, installation):
    await installation.upgrade_rolling(*SERVICES)
    await night.more_catalogued(MANY)

    _, visits = await night.settle("rolling upgrade of every service")
    assert not visits.failures


@long
async def test_mongodb_and_kafka_are_upgraded_one_pod_after_the_other(night, installation):
    await installation.upgrade_rolling("mongodb", "kafka")
    await night.more_catalogued(MANY)

    _, visits = await night.settle("rolling upgrade of MongoDB and Kafka")
    assert not visits.failures


@long
async def test_upgrade_is_rolled_back(night, installation):
    await installation.upgrade_rolling(*SERVICES)
    await installation.rollback()
    await night.more_catalogued(MANY)

    _, visits = await night.settle("upgrade and helm rollback")
    assert not visits.failures


@long
async def test_each_node_is_drained(night, installation, breaker):
    for node in await installation.kube.nodes():
        await breaker.drain(node)
        await night.more(MANY)
        await breaker.uncordon(node)
        await installation.kube.settled(installation.namespace, 600)
    await night.more_catalogued(MANY)

    _, visits = await night.settle("drain of each node in turn")
    assert not visits.failures


@long
async def test_each_pod_is_killed_in_turn(night, installation, breaker):
    pods = [pod for pod in await installation.kube.pods(installation.namespace) if pod.status.phase == "Running"]
    for pod in pods:
        before = await night.visits()
        await breaker.force_delete(pod.metadata.name)
        await installation.kube.settled(installation.namespace, 600)
        await night.more_catalogued(3)
        after = await night.visits()
        failures = after.failures[len(before.failures) :]
        print(f"\n    {component(pod):20} {len(failures)} failed requests", end="")

    await night.settle("force-delete of each pod in turn")


@long
async def test_node_of_mongodbs_primary_is_cut_off_from_the_network(night, installation, breaker):
    primary = await primary_away_from_the_control_plane(installation, breaker)
    await breaker.cut_off(await breaker.node_of(primary), CUT_OFF_SECONDS)
    await night.more_catalogued(MANY)
    assert await installation.primary() != primary
    await asyncio.sleep(CUT_OFF_SECONDS)
    await installation.kube.settled(installation.namespace, 600)
    await night.more_catalogued(MANY)

    await night.settle(f"MongoDB's primary's node cut off for {CUT_OFF_SECONDS} s")


@long
@pytest.mark.parametrize("installation", ["arbiter"], indirect=True)
async def test_server_room_is_lost(night, installation, breaker):
    """Of two data members in two rooms one is lost, the arbiter is in the third: writes go on."""
    primary = await primary_away_from_the_control_plane(installation, breaker)
    node = await breaker.node_of(primary)
    await breaker.lose(node, ROOM_LOST_SECONDS)
    if await breaker.node_of(f"{RELEASE}-kafka-0") != node:
        await night.more_catalogued(MANY)
    await asyncio.sleep(ROOM_LOST_SECONDS)
    await breaker.power(node, "on")
    await installation.kube.settled(installation.namespace, 600)
    await night.more_catalogued(MANY)

    await night.settle(f"server room of MongoDB's primary lost for {ROOM_LOST_SECONDS} s")


@long
async def test_keycloak_is_away_for_five_minutes(night, installation, breaker, open_page):
    """Who is logged in goes on working."""
    await breaker.scale("keycloak", 0)
    await asyncio.sleep(KEYCLOAK_AWAY_SECONDS)
    await night.more_catalogued(MANY)
    assert await open_page.get_by_test_id("connection").text_content() == "Live"
    await breaker.scale("keycloak", 1)
    await installation.kube.settled(installation.namespace, 600)

    _, visits = await night.settle(f"Keycloak away for {KEYCLOAK_AWAY_SECONDS} s")
    assert not visits.failures


@pytest.fixture
async def small_kafka_disks(installation):
    """Kafka with disks that can be filled; all it holds has been read."""
    kube, name = installation.kube, f"{RELEASE}-kafka"

    async def gone() -> bool:
        return not await kube.pods(installation.namespace, component="kafka")

    async def without_brokers() -> None:
        await kube.call(kube.apps.delete_namespaced_stateful_set, name, installation.namespace)
        await eventually(gone, "the brokers are gone", 300)

    await without_brokers()
    await installation.upgrade(rendered_by=(small_disk.__file__, image_of("catalogue")))
    yield
    await without_brokers()
    await installation.upgrade()


@long
async def test_disks_of_kafka_are_full(small_kafka_disks, night, installation):
    """Scans wait at the instruments until there is room again."""
    brokers = [pod.metadata.name for pod in await installation.kube.pods(installation.namespace, component="kafka")]
    for broker in brokers:
        _, told = await at_the_disk(installation, broker, FILL)
        assert "No space left on device" in told

    async def broker_has_ended() -> bool:
        pods = await installation.kube.pods(installation.namespace, component="kafka")
        return any(one.restart_count for pod in pods for one in pod.status.container_statuses)

    await eventually(broker_has_ended, "a broker met the end of its disk", 300)
    await night.more(MANY)
    for broker in brokers:
        code, told = await at_the_disk(installation, broker, f"import os; os.remove('{small_disk.PATH}/filler')")
        assert code == 0, told
    await night.more_catalogued(MANY, 600)

    _, visits = await night.settle("every disk of Kafka full")
    assert not visits.failures


async def at_the_disk(installation, broker: str, code: str) -> tuple[int, str]:
    command = ("python3", "-c", code)
    return await installation.kube.run(installation.namespace, broker, *command, container=small_disk.OPERATOR)


async def primary_away_from_the_control_plane(installation, breaker) -> str:
    """Return MongoDB's primary, after a planned step-down where it is on the node that must be left alone."""
    spared = (await installation.kube.nodes())[0]

    async def elsewhere() -> str | None:
        primary = await installation.primary()
        if await breaker.node_of(primary) != spared:
            return primary
        await installation.step_down()
        await asyncio.sleep(5)
        return None

    return await eventually(elsewhere, "MongoDB's primary is on a node that can be lost", 180)
