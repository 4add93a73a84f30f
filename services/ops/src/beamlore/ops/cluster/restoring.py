"""A restore in the cluster, with the services that write stopped meanwhile; a replay, with the ingestors stopped."""

from collections.abc import Sequence
from typing import Final

import structlog

from beamlore.ops.cluster.installation import Installation
from beamlore.ops.cluster.jobs import run_job
from beamlore.ops.cluster.workloads import WRITERS, scale
from beamlore.ops.errors import OpsError

log = structlog.get_logger(__name__)

_SCALE_SECONDS: Final = 300
_REWIND_SECONDS: Final = 300


def restore(installation: Installation, backup_id: str, *, replace: bool, seconds: float) -> None:
    """Stop the services that write, restore, and start them again.

    Raises:
        OpsError: a part of it failed; the services stay stopped, since the databases may be incomplete.
    """
    before = {one: scale(installation, one, 0, seconds=_SCALE_SECONDS) for one in WRITERS}
    arguments = ["ops", "restore", backup_id, *(["--replace"] if replace else [])]
    try:
        run_job(installation, "restore", arguments, seconds=seconds)
    except OpsError as error:
        commands = "; ".join(f"beamlore ops scale {one} {replicas}" for one, replicas in before.items())
        raise OpsError(
            f"{error.sentence} The services stay stopped: the databases may be incomplete.",
            way_out=f"Restore again, or start the services as they are: {commands}. {error.way_out}",
        ) from error
    _start(installation, before)


def replay(installation: Installation, arguments: Sequence[str]) -> None:
    """Stop the ingestors, set their group back, and start them again.

    Args:
        installation: whose ingestors.
        arguments: of ``beamlore ops kafka rewind``.

    Raises:
        OpsError: Kafka refuses; the ingestors go on as before.
    """
    before = {"ingestor": scale(installation, "ingestor", 0, seconds=_SCALE_SECONDS)}
    try:
        run_job(installation, "kafka-configure", ["ops", "kafka", "rewind", *arguments], seconds=_REWIND_SECONDS)
    finally:
        _start(installation, before)


def _start(installation: Installation, replicas: dict[str, int]) -> None:
    for component in reversed(replicas):
        scale(installation, component, max(replicas[component], 1), seconds=_SCALE_SECONDS)
    log.info("services started", services=list(reversed(replicas)))
