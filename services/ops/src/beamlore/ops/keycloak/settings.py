"""Settings of `beamlore ops keycloak`."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from beamlore.ops.keycloak.realm import REALM


class KeycloakConfigureSettings(BaseSettings):
    """What `beamlore ops keycloak configure` is told by its environment."""

    model_config = SettingsConfigDict(env_prefix="BEAMLORE_OPS_", frozen=True, extra="ignore")

    keycloak_url: str = Field(description="Keycloak's address with its path: http://beamlore-keycloak:8080/idp.")
    keycloak_admin_username: str = "admin"
    keycloak_admin_password: SecretStr
    keycloak_wait_seconds: float = Field(default=600, gt=0, description="How long to wait for Keycloak.")
    public_url: str = Field(pattern=r"^https?://[^/]+", description="The one address people use.")
    realm: str = Field(default=REALM, min_length=1)
    clients_dir: Path = Field(description="Directory of the clients' secrets: each a file of the client's name.")
    beamlines_file: Path = Field(description="The values' beamlines, a YAML list.")
    people_file: Path | None = Field(default=None, description="People of a demo: a user office's seed (YAML).")

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")
