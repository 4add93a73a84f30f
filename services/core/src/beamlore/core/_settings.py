"""Settings: one frozen model a service, put together from these, read from ``BEAMLORE_*`` variables."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BEAMLORE_", frozen=True, extra="ignore")


class HttpSettings(_Settings):
    """Where a service listens and how it logs."""

    http_host: str = Field(default="127.0.0.1", description="Address to listen on.")
    http_port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on.")
    log_format: Literal["console", "json"] = Field(default="console", description="`json` for log collectors.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is at least this grave is logged."
    )


class OidcSettings(_Settings):
    """Whose tokens are believed."""

    oidc_issuer: str = Field(description="The `iss` of the tokens, exactly as they carry it.")
    oidc_audience: str = Field(default="beamlore", description="The `aud` a token must contain.")
    oidc_backchannel_url: str | None = Field(
        default=None,
        description="Address at which services reach the issuer, where it is not the issuer's own.",
    )

    @property
    def oidc_base(self) -> str:
        """The issuer's address as seen from the services, with no slash at its end."""
        return (self.oidc_backchannel_url or self.oidc_issuer).rstrip("/")


class ClientSettings(_Settings):
    """The service's own confidential client."""

    client_id: str
    client_secret: SecretStr


class MongoSettings(_Settings):
    """The database."""

    mongo_url: SecretStr = Field(description="Connection string of the replica set; carries the password.")
    mongo_database: str = Field(min_length=1)


class KafkaSettings(_Settings):
    """The broker. With no user name the connection is neither authenticated nor encrypted."""

    kafka_bootstrap: str = Field(description="host:port, several with commas.")
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
