"""Looking at a whole installation, and judging what is seen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from beamlore.ops.cluster.installation import Installation
from beamlore.ops.cluster.status.keeping import look_at_backup, look_at_certificates
from beamlore.ops.cluster.status.measures import look_at_ingest
from beamlore.ops.cluster.status.members import look_at_members
from beamlore.ops.cluster.status.models import Backup, BeamlineLag, Certificate, Member, Part, Status
from beamlore.ops.cluster.status.parts import look_at_parts

_MOST_LAG_SECONDS: Final = 60.0
_OLDEST_BACKUP: Final = timedelta(hours=36)
_EXPIRES_SOON: Final = timedelta(days=14)


def look(installation: Installation) -> Status:
    """Return how an installation is.

    Raises:
        OpsError: the API server does not answer, or refuses.
    """
    parts, members = look_at_parts(installation), look_at_members(installation)
    lag, inbox = look_at_ingest(installation)
    backup, certificates = look_at_backup(installation), look_at_certificates(installation)
    chart, version = _version(installation)
    faults = [
        *(f"{part.component}: {fault}" for part in parts for fault in part.faults),
        *_of_members(members),
        *_of_lag(lag),
        *_of_backup(backup),
        *(f"the certificate in {one.secret} has ended" for one in certificates if one.expires_at < datetime.now(UTC)),
    ]
    return Status(
        release=installation.release,
        namespace=installation.namespace,
        chart=chart,
        version=version,
        parts=parts,
        members=members,
        lag=lag,
        inbox=inbox,
        backup=backup,
        certificates=certificates,
        faults=faults,
        warnings=[*_warnings(parts, inbox, backup, certificates)],
    )


def _version(installation: Installation) -> tuple[str, str]:
    workloads: list[Any] = [
        *installation.list(installation.apps.list_namespaced_deployment),
        *installation.list(installation.apps.list_namespaced_stateful_set),
    ]
    labels: dict[str, str] = next((one.metadata.labels for one in workloads), {})
    return labels.get("helm.sh/chart", ""), labels.get("app.kubernetes.io/version", "")


def _of_members(members: list[Member]) -> Iterator[str]:
    for member in members:
        if member.state not in ("PRIMARY", "SECONDARY", "ARBITER"):
            yield f"MongoDB's member {member.pod}: {member.state}"
        elif (member.lag_seconds or 0) > _MOST_LAG_SECONDS:
            yield f"MongoDB's member {member.pod} is {member.lag_seconds:.0f} s behind"
    if members and not any(member.state == "PRIMARY" for member in members):
        yield "MongoDB has no primary"


def _of_lag(lag: list[BeamlineLag]) -> Iterator[str]:
    for one in lag:
        if one.seconds > _MOST_LAG_SECONDS:
            yield f"the ingestor is {one.messages} messages, {one.seconds:.0f} s behind {one.beamline}"


def _of_backup(backup: Backup | None) -> Iterator[str]:
    if backup and backup.last_success_at and datetime.now(UTC) - backup.last_success_at > _OLDEST_BACKUP:
        yield f"the last backup is of {backup.last_success_at:%Y-%m-%d %H:%M}"


def _warnings(
    parts: list[Part], inbox: dict[str, int], backup: Backup | None, certificates: list[Certificate]
) -> Iterator[str]:
    if inbox:
        yield f"{sum(inbox.values())} messages wait in the inbox"
    if backup is None:
        yield "no backups are made: backup.enabled is false"
    elif backup.last_success_at is None:
        yield "no backup has been made yet: 'beamlore ops backup-now'"
    for one in certificates:
        left = one.expires_at - datetime.now(UTC)
        if timedelta() < left < _EXPIRES_SOON:
            yield f"the certificate in {one.secret} ends in {left.days} days"
    restarted = [f"{part.component} {part.restarts}" for part in parts if part.restarts]
    if restarted:
        yield f"restarts so far: {', '.join(restarted)}"
