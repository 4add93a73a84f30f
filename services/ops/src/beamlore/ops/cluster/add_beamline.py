"""Adding a beamline to an installation, so that the next upgrade keeps it.

Its passwords go into the secrets, where the chart looks them up, and its name into the list of beamlines, which an
upgrade writes anew from the values; what the jobs have made of it, no upgrade takes away.
"""

import base64
import secrets
from typing import Any, Final

import httpx
import structlog
import yaml

from beamlore.contract import beamline_staff, scan_topic
from beamlore.ops.beamlines import Beamline
from beamlore.ops.cluster.installation import Installation
from beamlore.ops.cluster.jobs import run_job
from beamlore.ops.errors import OpsError
from beamlore.ops.keycloak.realm import REALM

log = structlog.get_logger(__name__)

_JOB_SECONDS: Final = 300
_HTTP_SECONDS: Final = 30
_FILE: Final = "beamlines.yaml"
_CLIENT: Final = "ops"
_CONFIGURATOR: Final = "/api/configurator/v1"


def add_beamline(installation: Installation, beamline: Beamline) -> None:
    """Make a beamline's topic, accounts and group; what is there already is left as it is.

    Raises:
        OpsError: Kubernetes refuses, or one of the jobs failed.
    """
    _add_secret(installation, "kafka", f"beamline-{beamline.name}-password")
    _add_secret(installation, "oidc", f"beamline-{beamline.name}")
    _add_to_list(installation, beamline)
    run_job(installation, "kafka-configure", seconds=_JOB_SECONDS)
    run_job(installation, "keycloak-configure", seconds=_JOB_SECONDS)
    log.info("beamline added", topic=scan_topic(beamline.name), group=beamline_staff(beamline.name))


def tell_configurator(installation: Installation, public_url: str, beamline: str, name: str, description: str) -> None:
    """Make the beamline known to the configurator, through the front door.

    Raises:
        OpsError: the front door does not answer, or refuses.
    """
    secret = installation.secret(installation.name_of("oidc")).get(_CLIENT)
    if secret is None:
        raise OpsError(f"The secret {installation.name_of('oidc')} has no key {_CLIENT}.")
    form = {"grant_type": "client_credentials", "client_id": _CLIENT, "client_secret": secret}
    try:
        with httpx.Client(base_url=public_url.rstrip("/"), timeout=_HTTP_SECONDS) as http:
            granted = http.post(f"/idp/realms/{REALM}/protocol/openid-connect/token", data=form).raise_for_status()
            answer = http.put(
                f"{_CONFIGURATOR}/beamlines/{beamline}",
                json={"name": name, "description": description},
                headers={"Authorization": f"Bearer {granted.json()['access_token']}", "If-None-Match": "*"},
            )
            if answer.status_code != httpx.codes.PRECONDITION_FAILED:  # it is there already
                answer.raise_for_status()
    except httpx.HTTPError as error:
        raise OpsError(
            f"The configurator could not be told: {error}.",
            way_out="All else is done; say it again with the same command, or make the beamline on its page.",
        ) from error
    log.info("beamline known to the configurator", beamline=beamline)


def public_url_of(installation: Installation) -> str:
    """Return the address people use, as the chart's job for Keycloak has it.

    Raises:
        OpsError: there is no such job.
    """
    from beamlore.ops.cluster.templates import job_template

    environment = job_template(installation, "keycloak-configure")["spec"]["template"]["spec"]["containers"][0]["env"]
    return next(str(one["value"]) for one in environment if one["name"] == "BEAMLORE_OPS_PUBLIC_URL")


def _add_secret(installation: Installation, secret: str, key: str) -> None:
    name = installation.name_of(secret)
    if key in installation.secret(name):
        return
    value = base64.b64encode(secrets.token_hex(16).encode()).decode()
    installation.call(installation.core.patch_namespaced_secret, name=name, body={"data": {key: value}})
    log.info("secret made", secret=name, key=key)


def _add_to_list(installation: Installation, beamline: Beamline) -> None:
    name = installation.name_of("beamlines")
    found: Any = installation.call(installation.core.read_namespaced_config_map, name=name)
    known = yaml.safe_load(found.data.get(_FILE) or "") or []
    if any(one["name"] == beamline.name for one in known):
        return
    text = yaml.safe_dump([*known, beamline.model_dump()], sort_keys=False)
    installation.call(installation.core.patch_namespaced_config_map, name=name, body={"data": {_FILE: text}})
