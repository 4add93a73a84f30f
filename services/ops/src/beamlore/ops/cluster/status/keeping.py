"""What is looked at now and then: the last backup, and when certificates end."""

from typing import Any

from cryptography import x509

from beamlore.ops.cluster.installation import Installation
from beamlore.ops.cluster.status.models import Backup, Certificate


def look_at_backup(installation: Installation) -> Backup | None:
    """Return when the last backup was made; ``None`` where the chart makes none."""
    found: Any = installation.find(installation.batch.read_namespaced_cron_job, installation.name_of("backup"))
    if found is None:
        return None
    # Also those that were made by hand.
    jobs = installation.list(installation.batch.list_namespaced_job, component="backup")
    ends = [one.status.completion_time for one in jobs if one.status.succeeded and _makes_a_backup(one)]
    return Backup(
        schedule=found.spec.schedule,
        last_success_at=max([at for at in (*ends, found.status.last_successful_time) if at], default=None),
    )


def _makes_a_backup(job: Any) -> bool:
    # The chart also tries the backups' place, with other arguments.
    return list(job.spec.template.spec.containers[0].args or ()) == ["ops", "backup"]


def look_at_certificates(installation: Installation) -> list[Certificate]:
    """Return the certificates of the release's Ingresses, with when they end."""
    ingresses = installation.list(installation.networking.list_namespaced_ingress)
    names = {tls.secret_name for one in ingresses for tls in one.spec.tls or () if tls.secret_name}
    certificates = []
    for name in sorted(names):
        found: Any = installation.find(installation.core.read_namespaced_secret, name)
        if found is None or "tls.crt" not in (found.data or {}):
            continue
        pem = installation.secret(name)["tls.crt"].encode()
        certificate = x509.load_pem_x509_certificates(pem)[0]
        certificates.append(Certificate(secret=name, expires_at=certificate.not_valid_after_utc))
    return certificates
