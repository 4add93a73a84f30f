"""`beamlore ops keycloak configure`: waits for Keycloak, then makes or updates the realm."""

import structlog

from beamlore.ops.beamlines import load_beamlines
from beamlore.ops.keycloak.administration import RealmAdministrator
from beamlore.ops.keycloak.people import load_people
from beamlore.ops.keycloak.realm import RealmPlan
from beamlore.ops.keycloak.settings import KeycloakConfigureSettings
from beamlore.ops.secret_files import read_secrets
from beamlore.ops.waiting import Deadline

log = structlog.get_logger(__name__)


async def configure(settings: KeycloakConfigureSettings) -> None:
    """Bring Keycloak's realm to what the settings say.

    Raises:
        OpsError: files cannot be read, Keycloak does not answer in time, or refuses.
    """
    plan = RealmPlan(
        public_url=settings.public_url,
        client_secrets=read_secrets(settings.clients_dir),
        beamlines=[one.name for one in load_beamlines(settings.beamlines_file)],
        people=load_people(settings.people_file) if settings.people_file else (),
        name=settings.realm,
    )
    administrator = RealmAdministrator(
        settings.keycloak_url,
        settings.keycloak_admin_username,
        settings.keycloak_admin_password.get_secret_value(),
    )
    await Deadline(settings.keycloak_wait_seconds).until("Keycloak", administrator.missing)
    await administrator.provide(plan)
    log.info("Keycloak is configured", realm=plan.name, clients=sorted(plan.client_secrets))
