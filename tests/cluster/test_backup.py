"""A backup brings back what was there: the same documents, byte for byte."""

from collections.abc import AsyncIterator
from hashlib import sha256

import pytest
from bson.raw_bson import RawBSONDocument

from beamlore.ops.backup.settings import DERIVED
from tests.cluster.helm import RELEASE
from tests.cluster.installation import Installation
from tests.system.waiting import eventually

pytestmark = [pytest.mark.timeout(1800), pytest.mark.long]
DATABASES = ("catalogue", "ingestor", "configurator")
WRITERS = ("simulation-balder", "ingestor", "catalogue", "configurator")


@pytest.fixture
async def quiet(installation, breaker) -> AsyncIterator[Installation]:
    """The installation with nobody in it who writes, as before a restore."""
    kube = installation.kube
    deployments = (await kube.call(kube.apps.list_namespaced_deployment, installation.namespace)).items
    replicas = {one.metadata.name: one.spec.replicas for one in deployments}
    for name in WRITERS:
        await breaker.scale(name, 0)

    async def ended() -> bool:
        # Beside them there are pods of migrations that are done.
        pods = [pod for pod in await kube.pods(installation.namespace) if pod.status.phase != "Succeeded"]
        return not any(pod.metadata.name.startswith(f"{RELEASE}-{name}-") for name in WRITERS for pod in pods)

    await eventually(ended, "nobody writes", 180)
    yield installation
    for name in WRITERS:
        await breaker.scale(name, replicas[f"{RELEASE}-{name}"])
    await kube.settled(installation.namespace)


async def test_backup_then_wipe_then_restore_gives_the_same(outside, quiet):
    # What came before is kept by Kafka for the ingestor; here only what is in the catalogue counts.
    before = await contents(quiet)
    assert before["catalogue.Dataset"][0] > 0

    await run_job_of(quiet, "backup")
    async with quiet.databases() as client:
        for name in DATABASES:
            await client.drop_database(name)
    assert not await contents(quiet)
    await run_job_of(quiet, "restore")

    after = await contents(quiet)
    print()
    for name, (count, checksum) in sorted(after.items()):
        print(f"    {name:40} {count:8} documents, {checksum[:16]}")
    assert after == before


async def contents(installation: Installation) -> dict[str, tuple[int, str]]:
    """Return of each collection how many documents it has, and a checksum of them; not of what is derived."""
    found = {}
    async with installation.databases() as client:
        for database in DATABASES:
            for name in await client[database].list_collection_names():
                if name in DERIVED or name.startswith("system."):
                    continue
                digest, count = sha256(), 0
                raw = client[database][name].with_options(
                    client[database][name].codec_options.with_options(document_class=RawBSONDocument)
                )
                async for document in raw.find(sort=[("_id", 1)]):
                    digest.update(document.raw)
                    count += 1
                if count:
                    found[f"{database}.{name}"] = (count, digest.hexdigest())
    return found


async def run_job_of(installation: Installation, name: str) -> None:
    """Start a job of a CronJob by hand, and wait until it has done its work."""
    kube, namespace = installation.kube, installation.namespace
    cron_job = await kube.call(kube.batch.read_namespaced_cron_job, f"{RELEASE}-{name}", namespace)
    template = cron_job.spec.job_template
    metadata = {"generateName": f"{RELEASE}-{name}-", "labels": template.metadata.labels}
    job = await kube.call(
        kube.batch.create_namespaced_job, namespace, {"metadata": metadata, "spec": kube.plain(template.spec)}
    )

    async def ended() -> bool:
        status = (await kube.call(kube.batch.read_namespaced_job, job.metadata.name, namespace)).status
        assert not status.failed, await kube.logs_of_job(namespace, job.metadata.name)
        return bool(status.succeeded)

    await eventually(ended, f"the {name} is done", 600)
