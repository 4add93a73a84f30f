"""A realm of a test's own, and what `beamlore ops keycloak configure` is told of it."""

import base64
import json
import secrets

import httpx
import yaml

from beamlore.embedded import Installation
from beamlore.ops.keycloak.settings import KeycloakConfigureSettings


class Wanted:
    """The realm, its administrator, and the command's settings."""

    def __init__(self, servers: Installation, directory) -> None:
        self.base = servers.keycloak.backchannel.split("/realms/")[0]
        self.realm = f"ops-{secrets.token_hex(4)}"
        self._admin_password = servers.secrets.get("keycloak")
        self._directory = directory
        self.clients_dir = directory / "clients"
        self.clients_dir.mkdir()
        for name in ("catalogue", "ingestor", "ops", "beamline-balder"):
            self.set_secret(name, f"secret of {name}")
        self.set_beamlines("balder")

    def set_secret(self, client: str, secret: str) -> None:
        (self.clients_dir / client).write_text(secret)

    def set_beamlines(self, *names: str) -> None:
        (self._directory / "beamlines.yaml").write_text(yaml.safe_dump([{"name": name} for name in names]))

    def settings(self, **changes) -> KeycloakConfigureSettings:
        values = {
            "keycloak_url": self.base,
            "keycloak_admin_password": self._admin_password,
            "keycloak_wait_seconds": 2,
            "public_url": "https://one.example",
            "realm": self.realm,
            "clients_dir": self.clients_dir,
            "beamlines_file": self._directory / "beamlines.yaml",
        }
        return KeycloakConfigureSettings(**(values | changes))

    def admin(self) -> httpx.Client:
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": "admin",
            "password": self._admin_password,
        }
        answer = httpx.post(f"{self.base}/realms/master/protocol/openid-connect/token", data=form)
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return httpx.Client(base_url=f"{self.base}/admin/realms/{self.realm}", headers=headers, timeout=60)

    def get(self, path: str, **params):
        with self.admin() as http:
            answer = http.get(path, params=params)
            answer.raise_for_status()
            return answer.json()

    def token(self, **form) -> dict | None:
        """Return what a token says, ``None`` where none is given."""
        answer = httpx.post(f"{self.base}/realms/{self.realm}/protocol/openid-connect/token", data=form, timeout=60)
        if answer.is_error:
            return None
        body = answer.json()["access_token"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))

    def service_token(self, name: str, secret: str | None = None) -> dict | None:
        secret = secret or f"secret of {name}"
        return self.token(grant_type="client_credentials", client_id=name, client_secret=secret)
